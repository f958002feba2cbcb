package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// serveInto starts the portal with its log in a file of the test's and returns it when it is ready.
func (d *deployment) serveInto(t *testing.T, log *os.File, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := newCommand()
	cmd.Path, cmd.Args = name, append([]string{name}, args...)
	cmd.Env = append(cmd.Env, d.env...)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	port := d.base[strings.LastIndex(d.base, ":"):]
	eventually(t, "the portal is ready", func() bool {
		resp, err := http.Get("http://127.0.0.1" + port + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil && resp.StatusCode == http.StatusOK
	})
	return cmd
}

// TestNobodyReadsTheLog: a full pipe, and one whose reader is gone, hold nobody up and end nothing.
func TestNobodyReadsTheLog(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprintf("reader gone=%t", gone), func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			d := deploy(t, time.Minute)
			admin := "127.0.0.1:" + testserver.FreePort(t)
			d.env = append(d.env, "PORTICO_ADMIN_LISTEN="+admin)
			cmd := d.serveInto(t, w, binary, "serve")
			_ = w.Close()
			p := newPerson(t, d.base)
			p.signIn("/sites", "viewer").want(t, http.StatusOK)
			if gone {
				_ = r.Close()
			}
			start := time.Now()
			for range 500 { // 64 KiB fit into the pipe
				p.get("/auth/session").want(t, http.StatusOK)
			}
			if took := time.Since(start); took > 50*time.Second {
				t.Errorf("500 pages took %v", took)
			}
			if gone {
				_, metrics := fetch(t, "http://"+admin+"/metrics")
				if strings.Contains(metrics, "\nportico_log_dropped_total 0\n") {
					t.Error("no line is counted as dropped")
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the program ended with %v", err)
			}
		})
	}
}

// TestNoMoreFiles: when all file descriptors are taken, the portal neither spins nor fills the log, and goes on when some are free.
func TestNoMoreFiles(t *testing.T) {
	t.Parallel()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	d := deploy(t, time.Minute)
	cmd := d.serveInto(t, log, "/bin/sh", "-c", `ulimit -n 80; exec "$0" serve`, binary)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	var idle []net.Conn
	for range 120 {
		c, err := net.Dial("tcp", "127.0.0.1"+d.base[strings.LastIndex(d.base, ":"):])
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
	}
	before := cpu(t, cmd.Process.Pid)
	time.Sleep(3 * time.Second)
	if used := cpu(t, cmd.Process.Pid) - before; used > time.Second {
		t.Errorf("the portal used %v of three seconds", used)
	}
	for _, c := range idle {
		_ = c.Close()
	}
	eventually(t, "the portal answers again", func() bool {
		req, err := http.NewRequest(http.MethodGet, p.Base+"/sites", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := p.HTTP.Do(req)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	text, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "connections cannot be accepted"); n == 0 || n > 25 {
		t.Errorf("%d lines say that connections cannot be accepted", n)
	}
}

// cpu is the time that a process has computed for (proc(5), stat: fields 14 and 15, in hundredths of a second).
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		testserver.Missing(t, "what the kernel tells of a process: "+err.Error())
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int
	for _, f := range fields[11:13] {
		n, _ := strconv.Atoi(f)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
