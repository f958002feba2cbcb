package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "portico")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := watch("../../internal", "../../web", "."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "web")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		os.Exit(1)
	}
	// Most of what tests do is to wait, for a browser, a timer or a program that starts; -parallel still says it otherwise.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// watch lets go test know what the program is made of: it repeats a result for which nothing changed that the tests looked at, and they look at the program only.
func watch(folders ...string) error {
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// program is a running child process.
type program struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  *testserver.Log
	done chan error
	urls map[string]string // portal, identity, data-hub
}

// start runs the program until the test ends and, in demo mode, reads the addresses that it prints.
func start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	return startOther(t, binary, env, args...)
}

// startOther is start with another build of the program.
func startOther(t *testing.T, binary string, env []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(binary, args...), log: &testserver.Log{}, done: make(chan error, 1), urls: map[string]string{}}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop(syscall.SIGINT) })
	lines := bufio.NewScanner(out)
	for args[0] == "demo" && len(p.urls) < 3 && lines.Scan() {
		if name, address, ok := strings.Cut(lines.Text(), " "); ok && strings.HasPrefix(address, "http://") {
			p.urls[name] = address
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		p.done <- p.cmd.Wait()
	}()
	if args[0] == "demo" && len(p.urls) < 3 {
		t.Fatalf("the demo printed no addresses; its log:\n%s", p.log)
	}
	return p
}

// demo starts `web demo` on free ports.
func demo(t *testing.T, args ...string) *program {
	t.Helper()
	return start(t, nil, append([]string{"demo", "--listen=127.0.0.1:0", "--identity-listen=127.0.0.1:0", "--hub-listen=127.0.0.1:0"}, args...)...)
}

// stop sends a signal, waits, and returns how the program ended. It may be called again.
func (p *program) stop(sig os.Signal) error {
	p.t.Helper()
	_ = p.cmd.Process.Signal(sig)
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		return fmt.Errorf("did not end within 30 s")
	}
}

// eventually waits for something that happens in another process, for longer than a machine that has much to do can take.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Errorf("%s: not within a minute", what)
}

// newCommand is the program with an empty environment, not started.
func newCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	return cmd
}
