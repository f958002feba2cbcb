package faultproxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// echo answers each line with its name and the line, and tells what it got.
func echo(t *testing.T, name string) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got = make(chan string, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				for lines := bufio.NewScanner(c); lines.Scan(); {
					got <- lines.Text()
					_, _ = fmt.Fprintf(c, "%s:%s\n", name, lines.Text())
				}
			}()
		}
	}()
	return l.Addr().String(), got
}

// client is one connection through the proxy.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(p *Proxy) (*client, error) {
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		return nil, err
	}
	return &client{c, bufio.NewReader(c)}, nil
}

// say sends a line and returns the answer, waiting for it no longer than wait.
func (c *client) say(line string, wait time.Duration) (string, error) {
	if _, err := fmt.Fprintln(c, line); err != nil {
		return "", err
	}
	_ = c.SetReadDeadline(time.Now().Add(wait))
	text, err := c.in.ReadString('\n')
	return strings.TrimSpace(text), err
}

func TestSteps(t *testing.T) {
	t.Parallel()
	target, got := echo(t, "a")
	p, err := New(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	connect := func() *client {
		t.Helper()
		c, err := dial(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	says := func(c *client, line, want string) {
		t.Helper()
		if text, err := c.say(line, 5*time.Second); err != nil || text != want {
			t.Errorf("%s: %q, %v, want %s", line, text, err, want)
		}
	}
	c := connect()
	says(c, "one", "a:one")

	p.Delay(50 * time.Millisecond)
	began := time.Now()
	says(c, "late", "a:late")
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("a delay of 50 ms each way took %v", took)
	}

	p.Blackhole()
	if text, err := c.say("nothing", 100*time.Millisecond); err == nil {
		t.Errorf("through a black hole: %q", text)
	}
	if err := p.Heal(); err != nil {
		t.Fatal(err)
	}
	if text, err := c.say("more", 5*time.Second); err != nil || text != "a:nothing" {
		t.Errorf("after a partition: %q, %v", text, err)
	}

	arrives := func(want string) {
		t.Helper()
		for line := range got {
			if line == want {
				return
			}
		}
	}
	p.ResetAfter(0)
	c = connect()
	if text, err := c.say("effect", 5*time.Second); !errors.Is(err, syscall.ECONNRESET) || text != "" {
		t.Errorf("reset: %q, %v", text, err)
	}
	arrives("effect")
	p.ResetAfter(5)
	c = connect()
	if text, err := c.say("abcdef", 5*time.Second); err == nil || text != "a:abc" && text != "" { // a reset may overtake what was sent
		t.Errorf("reset after five bytes: %q, %v", text, err)
	}

	if err := p.Heal(); err != nil {
		t.Fatal(err)
	}
	c = connect()
	says(c, "one", "a:one")
	p.HalfClose()
	if text, err := c.say("still sent", 5*time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("half closed: %q, %v", text, err)
	}
	arrives("still sent")
}

func TestRefuseAndSwap(t *testing.T) {
	t.Parallel()
	first, _ := echo(t, "a")
	second, _ := echo(t, "b")
	p, err := New(first)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	old, err := dial(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.say("one", time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.Refuse(); err != nil {
		t.Fatal(err)
	}
	if _, err := old.say("two", time.Second); err == nil {
		t.Error("an open connection goes on although the server is down")
	}
	if _, err := dial(p); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial = %v, want refused", err)
	}
	if n := p.Connections(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
	p.Swap(second)
	if err := p.Heal(); err != nil {
		t.Fatal(err)
	}
	c, err := dial(p)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := c.say("one", time.Second); err != nil || text != "b:one" {
		t.Errorf("after the failover: %q, %v", text, err)
	}
}
