package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/session"
	"portico/internal/store/audited"
)

// withSessions opens the portal's sessions for a command.
func withSessions(ctx context.Context, c config.SessionCommand, f func(session.Store, session.Match) error) error {
	if c.Store.InMemory() {
		return errors.New("--database, --sessions: sessions in memory: cannot be reached from outside; name what the portal uses")
	}
	if err := inUse(c.Store); c.Store.Sessions == "" && err != nil {
		return err
	}
	s, err := openSessions(ctx, c.Store)
	if err != nil {
		return err
	}
	err = f(s.Sessions(), session.Match{Issuer: c.Issuer, SID: c.SID, Subject: c.Subject, Everyone: c.Everyone})
	return errors.Join(err, s.Close())
}

// inUse refuses a file that is not there, which opening would make: a command that works on what a portal has was told another place than the portal.
func inUse(c config.Store) error {
	if path, file := config.SQLitePath(c.Database); file && missing(path) {
		return fmt.Errorf("--database: there is no %s; name what the portal uses", path)
	}
	return nil
}

// listSessions prints one line for each session. What the browsers are is read with the sealing keys, where they are given.
func listSessions(ctx context.Context, c config.SessionCommand, out io.Writer) error {
	about := func(session.Record) session.About { return session.About{} }
	keys, err := readKeysIfAny(c.Store)
	if err != nil {
		return err
	}
	if keys != nil {
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
func endSessions(ctx context.Context, c config.SessionCommand, out, errs io.Writer) error {
	keys, err := readKeysIfAny(c.Store)
	if err != nil {
		return err
	}
	return withSessions(ctx, c, func(s session.Store, m session.Match) error {
		var ids []session.ID
		err := withAudit(ctx, c.Store, errs, func(log *audit.Log) (err error) {
			e := commandEvent("sessions-end", map[string]string{"everyone": strconv.FormatBool(m.Everyone)})
			if keys != nil {
				s = audited.Sessions(s, keys, log)
				if m.Subject != "" {
					e.Issuer, e.Person = m.Issuer, keys.PersonReferences(m.Issuer, m.Subject)[0]
				}
			}
			ids, err = s.DeleteMatching(ctx, m, session.ReasonOperator)
			if err == nil {
				e.Details["sessions"] = strconv.Itoa(len(ids))
				log.Add(ctx, e)
			}
			return err
		})
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
