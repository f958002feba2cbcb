package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"portico/internal/config"
	"portico/internal/session"
)

const checkTime = 40 * time.Second // for all checks

// The outcomes of a check. A warning does not fail the command.
const (
	checkOK      = "ok"
	checkWarning = "warning"
	checkFailed  = "failed"
	checkSkipped = "skipped"
)

// mendFirst says why something is not reached that the start would not reach either.
const mendFirst = "the configuration must be mended first"

// finding is what one check found.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Detail string `json:"detail,omitempty"`
	Next   string `json:"next,omitempty"` // what to do about it
}

// findings collects what the checks find, in the order in which it is printed.
type findings []finding

func (f *findings) add(check, status, detail, next string) {
	*f = append(*f, finding{check, status, strings.Join(strings.Fields(detail), " "), next})
}

func (f *findings) ok(check, format string, args ...any) {
	f.add(check, checkOK, fmt.Sprintf(format, args...), "")
}

func (f *findings) warn(check, next, format string, args ...any) {
	f.add(check, checkWarning, fmt.Sprintf(format, args...), next)
}

func (f *findings) fail(check, next string, err error) {
	f.add(check, checkFailed, err.Error(), next)
}

func (f *findings) skip(check, why string) { f.add(check, checkSkipped, why, "") }

func (f findings) failed() (n int) {
	for _, one := range f {
		if one.Status == checkFailed {
			n++
		}
	}
	return n
}

// check reaches every dependency, also after one has failed, and prints what it found. The error says how many checks failed.
func check(ctx context.Context, cmd config.Command, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var f findings
	f.configuration(cmd)
	buildable := f.parts(ctx, cmd.Serve, cmd.Mistakes != nil)
	keys := f.keys(cmd.Serve.Sessions.KeysFile)
	f.stores(ctx, cmd.Serve.Sessions.Store, keys)
	certificates := &certificates{}
	f.provider(ctx, cmd.Serve, buildable, certificates)
	f.hub(ctx, cmd.Serve.Hub, certificates)
	certificates.judge(&f, time.Now())
	if err := f.print(out, cmd.JSON); err != nil {
		return err
	}
	if n := f.failed(); n > 0 {
		return fmt.Errorf("%d of %d checks failed", n, len(f))
	}
	return nil
}

func (f findings) print(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(struct {
			OK      bool      `json:"ok"`
			Version string    `json:"version"`
			Checks  []finding `json:"checks"`
		}{f.failed() == 0, Version(), f})
	}
	for _, one := range f {
		line := fmt.Sprintf("%-20s %-8s %s", one.Check, one.Status, one.Detail)
		if one.Next != "" {
			line = strings.TrimRight(line, " .") + "; next: " + one.Next
		}
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// configuration reports each mistake, and combinations that are allowed and probably not meant.
func (f *findings) configuration(cmd config.Command) {
	c := cmd.Serve
	for line := range strings.SplitSeq(errorText(cmd.Mistakes), "\n") {
		if line != "" {
			f.add("configuration", checkFailed, line, "mend it; web serve --help explains each setting")
		}
	}
	if names := config.Strangers(os.Environ()); len(names) > 0 {
		f.warn("configuration", "look for a misspelled name; web serve --help has them all", "the environment has %s, which mean nothing to the portal", strings.Join(names, ", "))
	}
	for _, path := range append([]string{c.Identity.ClientSecretFile, c.AppUser.PasswordFile, c.Sessions.DatabasePasswordFile, c.Sessions.SessionsPasswordFile, c.Identity.ClientCertificateKey}, c.Identity.ClientKeyFiles...) {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
			f.warn("configuration", "chmod o= "+path, "everybody on this machine can read the secret in %s (mode %04o)", path, info.Mode().Perm())
		}
	}
	if strings.HasPrefix(c.Portal.BaseURL, "https://") && len(c.Portal.TrustedProxies) == 0 {
		f.warn("configuration", "name the networks of the proxy with --trusted-proxies", "TLS is ended by a proxy, and none is trusted: everybody behind it shares one address, and its limits")
	}
	if host := config.Host(c.Portal.AdminListen); host != "" && !config.LoopbackHost(host) {
		f.warn("configuration", "keep it on loopback or in a network of its own", "--admin-listen %s can be reached from elsewhere and has no login", c.Portal.AdminListen)
	}
	if c.Audit.ManagerRole != "" && slices.Contains([]string{"Manager", "User"}, c.Audit.ManagerRole) && c.Audit.ManagerAccount == "" {
		f.warn("configuration", "name the account with --manager-account, or take a role of the portal's own", "--manager-role %s is a role in every account of the Data Hub: all of them see the audit log", c.Audit.ManagerRole)
	}
}

// parts reads the files that are named and, where no setting is mistaken, builds the portal of an empty memory, which sends nothing to anybody. It reports whether there is nothing that would keep the
// start from it.
func (f *findings) parts(ctx context.Context, c config.Config, mistaken bool) bool {
	err := files(config.Config{Identity: c.Identity})
	if !mistaken {
		err = errors.Join(err, clientKeys(c.Identity))
	}
	if err == nil && !mistaken {
		err = built(ctx, c)
	}
	for line := range strings.SplitSeq(errorText(err), "\n") {
		if line != "" {
			f.add("configuration", checkFailed, line, "mend it; web serve --help explains each setting")
		}
	}
	good := err == nil && !mistaken
	if good {
		f.ok("configuration", "")
	}
	return good
}

func built(ctx context.Context, c config.Config) error {
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		return err
	}
	c.Sessions.Store = config.Store{Database: "memory:"}
	p, err := Build(ctx, c, keys, Extras{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return p.closeStores()
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
