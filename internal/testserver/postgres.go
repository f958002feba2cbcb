package testserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is a private PostgreSQL server.
type Postgres struct {
	*Process
	Port string
	dir  string
	bin  string
	made atomic.Int64 // databases
}

// StartPostgres makes a cluster and starts it; the test is skipped, or fails, without Debian's package postgresql.
func StartPostgres(t TB) *Postgres {
	t.Helper()
	initdb := find("initdb", "/usr/lib/postgresql/*/bin/initdb")
	if initdb == "" {
		Missing(t, "PostgreSQL: install Debian's package postgresql")
	}
	dir, err := os.MkdirTemp("", "portico-postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if initdb, err = filepath.EvalSymlinks(initdb); err != nil {
		t.Fatal(err)
	}
	p := &Postgres{Port: FreePort(t), dir: dir, bin: filepath.Dir(initdb)}
	cmd := exec.Command(initdb, "-D", filepath.Join(dir, "data"), "-U", "portico", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	cmd.Dir = dir
	if err := asUser(cmd, dir); err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.Start(t)
	return p
}

// Start starts the server, also after Stop or Kill: the same data on the same port.
func (p *Postgres) Start(t TB) {
	t.Helper()
	cmd := exec.Command(filepath.Join(p.bin, "postgres"), "-D", filepath.Join(p.dir, "data"), "-p", p.Port, "-k", p.dir, "-h", "127.0.0.1", "-F", "-c", "max_connections=200", "-c", "log_min_messages=panic")
	cmd.Dir = p.dir
	if err := asUser(cmd); err != nil {
		t.Fatal(err)
	}
	p.Process = run(t, cmd, syscall.SIGINT)
	if err := await(func() error { return p.do(t, "SELECT 1") }); err != nil {
		t.Fatal(err)
	}
}

// Kill ends the server without notice. Its children would go on serving until they notice.
func (p *Postgres) Kill() {
	pid := p.cmd.Process.Pid
	list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	p.Process.Kill()
	for _, text := range strings.Fields(string(list)) {
		child, err := strconv.Atoi(text)
		if err != nil {
			continue
		}
		_ = await(func() error {
			if syscall.Kill(child, syscall.SIGKILL) == nil {
				return errors.New("it is still there")
			}
			return nil
		})
	}
}

// Failover ends the server without notice and starts another one, on another port, with all that was committed.
func (p *Postgres) Failover(t TB) *Postgres {
	t.Helper()
	p.Kill()
	dir, err := os.MkdirTemp("", "portico-postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := asUser(&exec.Cmd{}, dir); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", filepath.Join(p.dir, "data"), dir).CombinedOutput(); err != nil {
		t.Fatalf("copying the data: %v\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(dir, "data", "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	second := &Postgres{Port: FreePort(t), dir: dir, bin: p.bin}
	second.Start(t)
	return second
}

// Address is where the server listens.
func (p *Postgres) Address() string { return "127.0.0.1:" + p.Port }

// URL is the address of a database of the server.
func (p *Postgres) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("portico"), Host: p.Address(), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// NewDatabase makes an empty database and returns its address.
func (p *Postgres) NewDatabase(t TB) string {
	t.Helper()
	name := fmt.Sprint("test_", p.made.Add(1))
	if err := p.do(t, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return p.URL(name)
}

// Do runs a statement as the superuser.
func (p *Postgres) Do(t TB, statement string) {
	t.Helper()
	if err := p.do(t, statement); err != nil {
		t.Fatal(err)
	}
}

func (p *Postgres) do(t TB, statement string) error {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	_, err = c.Exec(ctx, statement)
	return err
}
