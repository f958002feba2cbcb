package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"portico/internal/config"
	"portico/internal/session"
)

// withSessions opens the portal's sessions for a command.
func withSessions(ctx context.Context, c config.SessionCommand, f func(session.Store, session.Match) error) error {
	if c.Store.InMemory() {
		return errors.New("--database, --sessions: sessions in memory: cannot be reached from outside; name what the portal uses")
	}
	s, err := openSessions(ctx, c.Store)
	if err != nil {
		return err
	}
	err = f(s.Sessions(), session.Match{Issuer: c.Issuer, SID: c.SID, Subject: c.Subject, Everyone: c.Everyone})
	return errors.Join(err, s.Close())
}

// listSessions prints one line for each session. What the browsers are is read with the sealing keys, where they are given.
func listSessions(ctx context.Context, c config.SessionCommand, out io.Writer) error {
	about := func(session.Record) session.About { return session.About{} }
	if c.Store.KeysFile != "" {
		keys, err := readKeys(c.Store.KeysFile)
		if err != nil {
			return err
		}
		about = keys.OpenAbout
	}
	return withSessions(ctx, c, func(s session.Store, m session.Match) error {
		records, err := s.List(ctx, m)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "SESSION\tSUBJECT\tISSUER\tBROWSER\tADDRESS\tSIGNED IN\tLAST SEEN\tENDS")
		for _, r := range records {
			a := about(r)
			fmt.Fprintf(w, "%s\t%q\t%q\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Subject, r.Issuer, a, cmp.Or(a.Address, "-"), r.Created.Format(time.RFC3339), r.LastSeen.Format(time.RFC3339), r.Until.Format(time.RFC3339))
		}
		fmt.Fprintf(w, "%d sessions\n", len(records))
		return w.Flush()
	})
}

// endSessions deletes sessions with their tokens. It cannot give the tokens back: they are sealed with secrets that only the browsers have.
func endSessions(ctx context.Context, c config.SessionCommand, out io.Writer) error {
	return withSessions(ctx, c, func(s session.Store, m session.Match) error {
		ids, err := s.DeleteMatching(ctx, m, session.ReasonOperator)
		if err != nil {
			return err
		}
		for _, id := range ids {
			fmt.Fprintln(out, id)
		}
		_, err = fmt.Fprintf(out, "%d sessions ended\n", len(ids))
		return err
	})
}
