package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/testserver"
	"portico/internal/visitor"
)

// exchange sends bytes as they are and returns the answers that come back.
func exchange(t *testing.T, port, request string) []answer {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	go func() { _, _ = io.WriteString(c, request) }() // the answer may come before all of it is taken
	var answers []answer
	for r := bufio.NewReader(c); len(answers) < 8; {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(resp.Body)
		answers = append(answers, answer{visitor.Page{Response: resp, Body: string(body)}})
		if resp.Close {
			break
		}
	}
	return answers
}

// get is a raw GET with lines of headers.
func rawGet(path string, lines ...string) string {
	return "GET " + path + " HTTP/1.1\r\n" + strings.Join(append(lines, "Connection: close"), "\r\n") + "\r\n\r\n"
}

func TestS61ForeignHostsAreMisdirected(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	port := s.ports[0]
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"ours": {rawGet("/auth/signed-out", "Host: "+publicHost), 200}, "in capitals": {rawGet("/auth/signed-out", "Host: PORTAL.example"), 200},
		"foreign": {rawGet("/auth/signed-out", "Host: evil.example"), 421}, "another port": {rawGet("/auth/signed-out", "Host: "+publicHost+":81"), 421}, "the listener's": {rawGet("/auth/signed-out", "Host: 127.0.0.1:"+port), 421},
		"a dot behind": {rawGet("/auth/signed-out", "Host: "+publicHost+"."), 421}, "a part in front": {rawGet("/auth/signed-out", "Host: evil."+publicHost), 421}, "a part behind": {rawGet("/auth/signed-out", "Host: "+publicHost+".evil.example"), 421},
		"IPv6": {rawGet("/auth/signed-out", "Host: [::1]"), 421}, "a user": {rawGet("/auth/signed-out", "Host: user@"+publicHost), 400}, "a path": {rawGet("/auth/signed-out", "Host: "+publicHost+"/x"), 400},
		"empty": {rawGet("/auth/signed-out", "Host: "), 421}, "none": {rawGet("/auth/signed-out"), 400}, "two": {rawGet("/auth/signed-out", "Host: "+publicHost, "Host: evil.example"), 400}, "two the same": {rawGet("/auth/signed-out", "Host: "+publicHost, "Host: "+publicHost), 400},
		"in the line": {rawGet("http://evil.example/auth/signed-out", "Host: "+publicHost), 421}, "HTTP/1.0 without": {"GET /auth/signed-out HTTP/1.0\r\n\r\n", 421},
		"a static file": {rawGet("/static/x.css", "Host: evil.example"), 421}, "a form": {"POST /auth/logout HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 421},
		"forwarded": {rawGet("/auth/signed-out", "Host: evil.example", "X-Forwarded-Host: "+publicHost, "Forwarded: host="+publicHost, "X-Host: "+publicHost, "X-Original-Host: "+publicHost), 421},
		"a probe":   {rawGet("/readyz", "Host: 10.0.0.7:8080"), 200}, "no probe": {rawGet("/%72eadyz", "Host: evil.example"), 421}, "no probe either": {rawGet("/readyz/", "Host: evil.example"), 421},
	} {
		answers := exchange(t, port, c.request)
		if len(answers) != 1 || answers[0].StatusCode != c.status {
			t.Errorf("%s: %d answers, want one of %d: %v", name, len(answers), c.status, statuses(answers))
			continue
		}
		if strings.Contains(answers[0].Body, "evil") {
			t.Errorf("%s: the page repeats the host", name)
		}
	}
}

func statuses(answers []answer) (list []int) {
	for _, a := range answers {
		list = append(list, a.StatusCode)
	}
	return list
}

// Paths that two readers could take for two, and messages whose end two readers could see in two places.
func TestS73AmbiguousRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	host := "Host: " + publicHost
	for _, path := range []string{"//sites", "/./sites", "/../sites", "/sites/../sites", "/sites/.", "/sites/..", "/sites//1", "/sites%2f1", "/sites%2F..", `/sites\1`, "/sites%5c1", "/%2e/sites", "/%2e%2e/sites", "/sites%00", "/sites%252f1", "/sites;x=1", "/sites;", "/sites%3bx", "/\xff\xfe", "/%ff", "/%c0%af", "/s%C3%ADtes", "/sites%", "/sites%zz", "/\x01", "/sites#x", "*", "sites"} {
		if answers := exchange(t, s.ports[0], rawGet(path, host)); len(answers) != 1 || answers[0].StatusCode != 400 {
			t.Errorf("%q: %v, want 400", path, statuses(answers))
		}
	}
	smuggled := "GET /auth/signed-out HTTP/1.1\r\nHost: evil.example\r\n\r\n"
	form := "POST /settings HTTP/1.1\r\n" + host + "\r\nOrigin: " + s.base + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for name, c := range map[string]struct {
		request string
		want    []int
	}{
		"differing lengths":      {form + "Content-Length: 10\r\nContent-Length: 0\r\n\r\ntheme=dark", []int{400}},
		"a length in a list":     {form + "Content-Length: 10, 0\r\n\r\ntheme=dark", []int{400}},
		"a signed length":        {form + "Content-Length: +10\r\n\r\ntheme=dark", []int{400}},
		"a negative length":      {form + "Content-Length: -1\r\n\r\n", []int{400}},
		"a length that is hex":   {form + "Content-Length: 0xa\r\n\r\ntheme=dark", []int{400}},
		"an unknown coding":      {form + "Transfer-Encoding: x\r\n\r\n0\r\n\r\n", []int{501}},
		"chunked, then another":  {form + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", []int{501}},
		"chunked twice":          {form + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{400, 501}},
		"a coding with a blank":  {form + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", []int{400}},
		"two hosts":              {"GET / HTTP/1.1\r\n" + host + "\r\nHost: x\r\n\r\n", []int{400}},
		"a folded header":        {"GET / HTTP/1.1\r\n" + host + "\r\n folded\r\n\r\n", []int{400}},
		"a name with a blank":    {"GET / HTTP/1.1\r\n" + host + "\r\nX Y: z\r\n\r\n", []int{400}},
		"a NUL in a header":      {"GET / HTTP/1.1\r\n" + host + "\r\nX: a\x00b\r\n\r\n", []int{400}},
		"bare line ends inside":  {"GET / HTTP/1.1\r\n" + host + "\r\nX: a\rb\r\n\r\n", []int{400}},
		"clear-text HTTP/2":      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{400, 421, 505}},
		"an upgrade to HTTP/2":   {rawGet("/auth/signed-out", host, "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), []int{200}},
		"an upgrade to a socket": {rawGet("/auth/signed-out", host, "Upgrade: websocket"), []int{200}},
	} {
		answers := exchange(t, s.ports[0], c.request)
		if len(answers) != 1 || !slices.Contains(c.want, answers[0].StatusCode) {
			t.Errorf("%s: answers %v, want one of %v", name, statuses(answers), c.want)
		}
	}
	// A coding beats a length: what a length hides is read as what it is, the next request, on a connection of its own fate.
	answers := exchange(t, s.ports[0], form+"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"+smuggled)
	if len(answers) == 0 || answers[0].StatusCode != 400 && answers[0].StatusCode != 303 || len(answers) == 2 && answers[1].StatusCode != 421 {
		t.Errorf("both: %v", statuses(answers))
	}
}

func TestS74ExcessIsRefusedSmallAndCheap(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	host := "Host: " + publicHost
	cookie := "Cookie: " + sessionCookie + "=" + p.Cookies()[sessionCookie]
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	form := "POST /settings HTTP/1.1\r\n" + host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
	before := rss(t, s.programs[0])
	for name, c := range map[string]struct {
		request string
		want    []int
	}{
		"33 KiB of headers": {rawGet("/sites", host, cookie, "X: "+strings.Repeat("a", 33<<10)), []int{431}}, "a megabyte of headers": {rawGet("/sites", host, "X: "+strings.Repeat("a", 1<<20)), []int{431}}, "many headers": {rawGet("/sites", host, strings.TrimSuffix(many(5000, func(i int) string { return fmt.Sprintf("X-%d: a\r\n", i) }), "\r\n")), []int{431}},
		"31 KiB of headers": {rawGet("/auth/signed-out", host, "X: "+strings.Repeat("a", 30<<10)), []int{200}}, "a long line": {rawGet("/"+strings.Repeat("a", 40<<10), host), []int{431, 414}},
		"fifty-one cookies": {rawGet("/sites", host, "Cookie: "+many(50, func(i int) string { return fmt.Sprintf("c%d=x; ", i) })+strings.TrimPrefix(cookie, "Cookie: ")), []int{400}}, "ten thousand cookies": {rawGet("/sites", host, "Cookie: "+strings.Repeat("a;", 10000)), []int{400}},
		"201 parameters": {rawGet("/sites?"+strings.TrimSuffix(many(201, func(i int) string { return fmt.Sprintf("p%d=x&", i) }), "&"), host, cookie), []int{400}}, "200 parameters": {rawGet("/auth/signed-out?"+strings.TrimSuffix(many(200, func(i int) string { return fmt.Sprintf("p%d=x&", i) }), "&"), host), []int{200}},
		"a long query": {rawGet("/sites?q="+strings.Repeat("a", 9<<10), host, cookie), []int{414}}, "a form of 65 KiB": {form + "Content-Length: 66561\r\n\r\n" + strings.Repeat("a", 66561), []int{413}}, "a form that says so": {form + "Content-Length: 99999999999\r\n\r\n", []int{413}},
		"a form in pieces": {form + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1000\r\n"+strings.Repeat("a", 4096)+"\r\n", 20) + "0\r\n\r\n", []int{413, 400}}, "a length beyond numbers": {form + "Content-Length: 99999999999999999999999\r\n\r\n", []int{400}},
		"sixty thousand fields": {form + "Content-Length: 60000\r\n\r\n" + strings.Repeat("&", 60000), []int{303, 400}}, "a broken piece": {form + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", []int{400, 408}},
	} {
		for range 10 {
			answers := exchange(t, s.ports[0], c.request)
			if len(answers) != 1 || !slices.Contains(c.want, answers[0].StatusCode) {
				t.Errorf("%s: answers %v, want one of %v", name, statuses(answers), c.want)
				break
			}
			if len(answers[0].Body) > 24<<10 || len(answers[0].Cookies()) > 0 && answers[0].StatusCode >= 400 {
				t.Errorf("%s: an answer of %d bytes, cookies %v", name, len(answers[0].Body), answers[0].Cookies())
			}
		}
	}
	if after := rss(t, s.programs[0]); after > before+96<<20 {
		t.Errorf("the program grew from %d to %d MiB", before>>20, after>>20)
	}
	p.get("/sites").want(t, http.StatusOK)
}

// rss is the memory of a program that is in use, in bytes.
func rss(t *testing.T, p *program) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		testserver.Missing(t, "what the kernel tells of a process: "+err.Error())
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

// Clients that send a byte now and then have ten seconds for their headers. Others are served meanwhile.
func TestS74SlowClientsAreLeft(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	slow := func(begin string) time.Duration {
		c, err := net.Dial("tcp", "127.0.0.1:"+s.ports[0])
		if err != nil {
			t.Error(err)
			return 0
		}
		defer func() { _ = c.Close() }()
		_, _ = io.WriteString(c, begin)
		start := time.Now()
		left := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, c)
			close(left)
		}()
		for time.Since(start) < 20*time.Second {
			select {
			case <-left:
				return time.Since(start)
			case <-time.After(500 * time.Millisecond):
				_, _ = io.WriteString(c, "a")
			}
		}
		return time.Since(start)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if took := slow("GET / HTTP/1.1\r\nX: "); took > 18*time.Second {
				t.Errorf("a header may take %v", took)
			}
		})
	}
	for range 5 {
		p.get("/sites").want(t, http.StatusOK)
		time.Sleep(time.Second)
	}
	wg.Wait()
}
