package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
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
	log  *logBuffer
	done chan error
	urls map[string]string // portal, identity, data-hub
}

// logBuffer collects what the program writes; it may be read at any time.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// count returns how many lines of the log hold all parts.
func (p *program) count(parts ...string) int {
	n := 0
	for line := range strings.Lines(p.log.String()) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			n++
		}
	}
	return n
}

// start runs the program until the test ends and, in demo mode, reads the addresses that it prints.
func start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(binary, args...), log: &logBuffer{}, done: make(chan error, 1), urls: map[string]string{}}
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

// person is a browser without a screen: cookies, no automatic redirects, names under localhost lead here.
type person struct {
	t    *testing.T
	http *http.Client
	base string
}

func newPerson(t *testing.T, base string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return d.DialContext(ctx, network, "127.0.0.1:"+port)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &person{t: t, base: base, http: &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

func (p *person) do(req *http.Request) answer {
	p.t.Helper()
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "text/html")
	}
	resp, err := p.http.Do(req)
	if err != nil {
		p.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return answer{resp, string(b)}
}

// at makes an address of a path on the portal, and leaves whole addresses alone.
func (p *person) at(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return p.base + path
}

// get makes one request, without following.
func (p *person) get(path string) answer {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.at(path), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(req)
}

func (p *person) post(path string, form url.Values) answer {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.at(path), strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(req)
}

// open follows redirects as a browser does, and counts them.
func (p *person) open(path string) (a answer, redirects int) {
	p.t.Helper()
	a = p.get(path)
	for a.StatusCode >= 300 && a.StatusCode < 400 {
		if redirects++; redirects > 10 {
			p.t.Fatalf("%s: more than ten redirects", path)
		}
		next, err := a.Location()
		if err != nil {
			p.t.Fatalf("%s: redirect without a place: %v", path, err)
		}
		a = p.get(next.String())
	}
	return a, redirects
}

var hiddenID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn opens a page, signs in as a persona at the identity server, chooses the first account if asked, and returns the page.
func (p *person) signIn(path, persona string) answer {
	p.t.Helper()
	a, _ := p.open(path)
	m := hiddenID.FindStringSubmatch(a.body)
	if m == nil {
		p.t.Fatalf("no sign-in page at %s: %d %s", a.Request.URL, a.StatusCode, a.body)
	}
	origin := a.Request.URL.Scheme + "://" + a.Request.URL.Host
	a = p.post(origin+"/login", url.Values{"id": {m[1]}, "username": {persona}, "password": {persona + "-demo"}})
	if a.StatusCode == http.StatusOK {
		a = p.post(origin+"/login/account", url.Values{"id": {m[1]}, "account": {"101"}})
	}
	if a.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("sign-in as %s: %d %s", persona, a.StatusCode, a.body)
	}
	a, _ = p.open(a.Header.Get("Location"))
	return a
}

// want compares a status and looks for texts.
func (a answer) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s %s lacks %q", a.Request.Method, a.Request.URL, text)
		}
	}
}

// eventually waits for something that happens in another process.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 200 {
		if f() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s: not within ten seconds", what)
}

// newCommand is the program with an empty environment, not started.
func newCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	return cmd
}
