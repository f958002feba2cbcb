package testserver

import (
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
)

// given are the ports that were handed out: whoever got one may not listen on it yet.
var given sync.Map // port → true

// FreePort returns a port of this machine on which nobody listens, a different one each time. It is none of those that the system gives to outgoing connections: one of them may be gone when its owner comes to listen.
func FreePort(t TB) string {
	t.Helper()
	port, err := UnusedPort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Test processes run side by side and know nothing of each other: each hands out ports of a range of its own.
const (
	firstPort  = 10_000
	ownPorts   = 1000
	portRanges = 22
)

// UnusedPort is FreePort for what is no test.
func UnusedPort() (string, error) {
	for range 100 {
		port := strconv.Itoa(firstPort + os.Getpid()%portRanges*ownPorts + rand.IntN(ownPorts))
		if _, taken := given.LoadOrStore(port, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil && l.Close() == nil {
			return port, nil
		}
	}
	return "", errors.New("no free port")
}
