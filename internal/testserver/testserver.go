// Package testserver starts private database servers for tests and for the load command: Debian's binaries, on free loopback ports, in temporary folders, ended by
// process id. A server that the machine already runs is never touched.
package testserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Missing skips the test loudly, or fails it where everything must be there: PORTICO_TEST_TOOLS=required.
func Missing(t TB, what string) {
	t.Helper()
	if os.Getenv("PORTICO_TEST_TOOLS") == "required" {
		t.Fatalf("NOT TESTED: %s", what)
	}
	t.Skipf("NOT TESTED: %s", what)
}

// find returns a program by the first of its names that is on the path or among the patterns of places, "" when there is none.
func find(patterns ...string) string {
	for _, p := range patterns {
		if path, err := exec.LookPath(p); err == nil {
			return path
		}
		found, _ := filepath.Glob(p)
		slices.Sort(found)
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// Process is a server under way.
type Process struct {
	t    TB
	cmd  *exec.Cmd
	done chan error
	stop os.Signal
}

func run(t TB, cmd *exec.Cmd, stop os.Signal) *Process {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Process{t: t, cmd: cmd, done: make(chan error, 1), stop: stop}
	go func() { p.done <- cmd.Wait() }()
	t.Cleanup(p.Stop)
	return p
}

// Stop ends the server and waits. It may be called again.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(p.stop)
	select {
	case err := <-p.done:
		p.done <- err
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
	}
}

// Kill ends the server without notice, as a power cut does, and waits.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	err := <-p.done
	p.done <- err
}

// await tries until f succeeds, for a minute.
func await(f func() error) error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := f()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not within a minute: %w", err)
		}
	}
}

// asUser makes a command run as somebody who is not root, for servers that refuse to be.
func asUser(cmd *exec.Cmd, dirs ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	var who *user.User
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			who = u
			break
		}
	}
	if who == nil {
		return errors.New("no user but root")
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	for _, dir := range dirs {
		if err := os.Chown(dir, uid, gid); err != nil {
			return err
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return nil
}
