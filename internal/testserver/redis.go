package testserver

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Redis is a private server of the Redis protocol that keeps an append-only file.
type Redis struct {
	*Process
	Port string
	dir  string
	bin  string
	args []string
}

// StartRedis starts Redis with further arguments; the test is skipped, or fails, without Debian's package redis-server.
func StartRedis(t TB, args ...string) *Redis {
	t.Helper()
	bin := find("redis-server")
	if bin == "" {
		Missing(t, "Redis: install Debian's package redis-server")
	}
	return startRedis(t, bin, args)
}

// StartValkey starts Valkey. Not every Debian has it, so the test is skipped without it, wherever it runs.
func StartValkey(t TB, args ...string) *Redis {
	t.Helper()
	bin := find("valkey-server")
	if bin == "" {
		t.Skipf("NOT TESTED: Valkey: there is no valkey-server on the path")
	}
	return startRedis(t, bin, args)
}

func startRedis(t TB, bin string, args []string) *Redis {
	t.Helper()
	dir, err := os.MkdirTemp("", "portico-redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	r := &Redis{Port: FreePort(t), dir: dir, bin: bin, args: args}
	r.Start(t)
	return r
}

// Start starts the server, also after Stop or Kill: the same data on the same port.
func (r *Redis) Start(t TB) {
	t.Helper()
	args := append([]string{"--port", r.Port, "--bind", "127.0.0.1", "--dir", r.dir, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "warning", "--daemonize", "no"}, r.args...)
	cmd := exec.Command(r.bin, args...)
	cmd.Dir = r.dir
	r.Process = run(t, cmd, syscall.SIGTERM)
	if err := await(func() error { return r.do(t, "PING") }); err != nil {
		t.Fatal(err)
	}
}

// Address is where the server listens.
func (r *Redis) Address() string { return "127.0.0.1:" + r.Port }

// URL is the server's address with a database of it.
func (r *Redis) URL() string { return "redis://" + r.Address() }

// File is the path of a file of the server's.
func (r *Redis) File(name string) string { return filepath.Join(r.dir, name) }

// Do runs a command and returns its answer.
func (r *Redis) Do(t TB, command ...any) any {
	t.Helper()
	c := r.client()
	defer func() { _ = c.Close() }()
	v, err := c.Do(t.Context(), command...).Result()
	if err != nil && err != goredis.Nil {
		t.Fatalf("%v: %v", command, err)
	}
	return v
}

func (r *Redis) do(t TB, command ...any) error {
	c := r.client()
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return c.Do(ctx, command...).Err()
}

func (r *Redis) client() *goredis.Client {
	logging.Disable()
	password := ""
	if i := slices.Index(r.args, "--requirepass"); i >= 0 {
		password = r.args[i+1]
	}
	return goredis.NewClient(&goredis.Options{Addr: r.Address(), Password: password, MaxRetries: -1, DisableIdentity: true})
}

// AwaitReplica waits until the server has a replica that is in step.
func (r *Redis) AwaitReplica(t TB) {
	t.Helper()
	if err := await(func() error {
		if info, _ := r.Do(t, "INFO", "replication").(string); !strings.Contains(info, "state=online") {
			return errors.New("no replica in step")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
