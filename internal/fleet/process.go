package fleet

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"portico/internal/testserver"
)

// quiet swallows what net/http says of connections that a test has cut.
var quiet = log.New(io.Discard, "", 0)

// Build builds the portal into dir, with the given build tags, and returns the program.
func Build(t testserver.TB, dir, tags string) string {
	t.Helper()
	program := filepath.Join(dir, "web-"+tags)
	if out, err := exec.Command("go", "build", "-tags="+tags, "-o", program, "portico/cmd/web").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return program
}

func command(program string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// Process is a process of the portal.
type Process struct {
	Address string // where it listens, host:port
	fleet   *Fleet
	env     []string
	cmd     *exec.Cmd
	log     testserver.Log
	done    chan struct{} // closed when the process has ended
	err     error         // how, after done
}

// Start starts a process, with further environment, waits until it is ready, and puts it behind the balancer.
func (f *Fleet) Start(env ...string) {
	f.t.Helper()
	p := f.StartAside(env...)
	f.Balancer.Add(p.Address)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running = append(f.running, p)
}

// Processes returns those that are behind the balancer, in the order in which they were started.
func (f *Fleet) Processes() []*Process {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.running)
}

// gone forgets a process that has ended.
func (p *Process) gone() {
	p.fleet.Balancer.Remove(p.Address)
	p.fleet.mu.Lock()
	defer p.fleet.mu.Unlock()
	p.fleet.running = slices.DeleteFunc(p.fleet.running, func(q *Process) bool { return q == p })
}

// StartAside starts a process that the balancer does not know: requests come to it from people who use it.
func (f *Fleet) StartAside(env ...string) *Process {
	f.t.Helper()
	p := &Process{fleet: f, env: env, done: make(chan struct{})}
	p.cmd = command(f.program, append(append([]string{}, f.env...), env...), "serve", "--listen=127.0.0.1:0")
	p.cmd.Stderr = &p.log
	if err := p.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	f.t.Cleanup(func() { _ = p.Kill() })
	if !within(time.Minute, p.ready) {
		f.t.Fatalf("a process is not ready within a minute:\n%s", p.Log())
	}
	return p
}

var listens = regexp.MustCompile(`"msg":"portal started".*"listen":"([^"]+)"`)

// ready finds out where the process listens and asks it whether it is ready.
func (p *Process) ready() bool {
	if m := listens.FindStringSubmatch(p.log.String()); m != nil {
		p.Address = m[1]
	}
	return p.Address != "" && p.Ready()
}

// Ready reports whether the process says that it is ready.
func (p *Process) Ready() bool {
	resp, err := http.Get("http://" + p.Address + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Signal sends a signal to the process.
func (p *Process) Signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// Wait returns how the process ended, or an error when it has not after d.
func (p *Process) Wait(d time.Duration) error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(d):
		return errors.New("the process has not ended within " + d.String())
	}
}

// Stop ends the process as an operator does and returns how it ended. The balancer forgets it when it is gone.
func (p *Process) Stop() error {
	p.Signal(syscall.SIGTERM)
	err := p.Wait(30 * time.Second)
	p.gone()
	return err
}

// Kill ends the process without notice and waits.
func (p *Process) Kill() error {
	p.Signal(syscall.SIGKILL)
	p.gone()
	return p.Wait(30 * time.Second)
}

// Died reports whether the process was ended by SIGKILL.
func (p *Process) Died() bool {
	select {
	case <-p.done:
	default:
		return false
	}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Halted reports whether the process is stopped by SIGSTOP.
func (p *Process) Halted() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(stat), ") ")
	return err == nil && strings.HasPrefix(after, "T")
}

// Log returns what the process has written.
func (p *Process) Log() string { return p.log.String() }

// Count returns how many lines of the log hold all parts.
func (p *Process) Count(parts ...string) int { return p.log.Count(parts...) }

// Await is Count when at least n lines hold all parts, or after a minute.
func (p *Process) Await(n int, parts ...string) int { return p.log.Await(n, parts...) }

// within asks f until it says yes, for d at most, and reports whether it did.
func within(d time.Duration, f func() bool) bool {
	for end := time.Now().Add(d); ; time.Sleep(20 * time.Millisecond) {
		if f() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
