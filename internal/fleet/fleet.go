// Package fleet runs the portal as its operators do: several processes of the real program on one store, behind a balancer, with the demo's identity server and Data Hub in this
// process, where they count, and misbehave on request. Tests of what happens when things break use it, and so does the load command.
package fleet

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"portico/internal/balancer"
	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/demo/identity"
	"portico/internal/faultproxy"
	"portico/internal/testserver"
)

// Store is where a fleet keeps things.
type Store struct {
	Database string // --database
	Sessions string // --sessions; "": in the database
}

// Config says what a fleet is made of.
type Config struct {
	Program             string          // the portal, built; see Build
	Store               Store           // that all processes share
	Replicas            int             // processes that New starts
	People              int             // who can sign in
	AccessTokenLifetime time.Duration   // 0 means 4 s
	RefreshPolicy       identity.Policy // of the identity server, which the portal is told; "" means strict
	Env                 []string        // further environment of all processes
}

// Fleet is a portal of several processes and what it needs.
type Fleet struct {
	Base           string // public URL of the portal
	Issuer         string
	Identity       *identity.Provider
	IdentityFaults fault.Switch      // what the identity server does wrong
	IdentityLine   *faultproxy.Proxy // the way to the identity server
	HubFaults      fault.Switch      // what the Data Hub does wrong
	People         []*Person
	Balancer       *balancer.Balancer

	t       testserver.TB
	program string
	env     []string

	mu      sync.Mutex
	used    map[[32]byte]bool // access tokens that the Data Hub has accepted, hashed
	running []*Process        // behind the balancer
}

// New starts a fleet, which ends with t. It is fatal when a process does not become ready.
func New(t testserver.TB, c Config) *Fleet {
	t.Helper()
	if c.AccessTokenLifetime == 0 {
		c.AccessTokenLifetime = 4 * time.Second
	}
	if c.RefreshPolicy == "" {
		c.RefreshPolicy = identity.Strict
	}
	f := &Fleet{t: t, program: c.Program, Balancer: balancer.New(), used: map[[32]byte]bool{}}
	t.Cleanup(f.Balancer.Close)
	front := serve(t, f.Balancer)
	f.Base = "http://localhost:" + port(front)
	secret := rand.Text()
	f.identity(c, secret)
	api := serve(t, hub.New(hub.Config{World: energy.New(42), Check: f.introspect, Fault: f.HubFaults.Pick}))
	dir := f.folder()
	f.write(filepath.Join(dir, "secret"), []byte(secret))
	f.env = append([]string{"PORTICO_BASE_URL=" + f.Base, "PORTICO_ADMIN_LISTEN=off", "PORTICO_DRAIN_DELAY=1s", "DATAHUB_AUTH_URL=" + f.Issuer, "DATAHUB_CLIENT_ID=portico",
		"DATAHUB_CLIENT_SECRET_FILE=" + filepath.Join(dir, "secret"), "DATAHUB_API_URL=http://" + api, "PORTICO_REFRESH_POLICY=" + string(c.RefreshPolicy),
		"PORTICO_KEYS_FILE=" + filepath.Join(dir, "keys"), "PORTICO_DATABASE=" + c.Store.Database, "PORTICO_SESSIONS=" + c.Store.Sessions}, c.Env...)
	keys, err := f.Command("keys", "new")
	if err != nil {
		t.Fatalf("keys new: %v\n%s", err, keys)
	}
	f.write(filepath.Join(dir, "keys"), []byte(keys))
	for range c.Replicas {
		f.Start()
	}
	return f
}

// identity starts the identity server, with a proxy in front that can break the line, and makes the people known to it.
func (f *Fleet) identity(c Config, secret string) {
	f.t.Helper()
	users := people(c.People)
	line := &handlerLater{}
	server := serve(f.t, line)
	var err error
	if f.IdentityLine, err = faultproxy.New(server); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = f.IdentityLine.Close() })
	f.Issuer = "http://id.localhost:" + port(f.IdentityLine.Address())
	f.Identity, err = identity.New(identity.Config{Issuer: f.Issuer, AccessTokenLifetime: c.AccessTokenLifetime, RefreshPolicy: c.RefreshPolicy, Users: users, Fault: f.IdentityFaults.Pick,
		Clients: []identity.Client{{ID: "portico", Secret: secret, RedirectURIs: []string{f.Base + "/auth/callback"}, PostLogoutRedirectURIs: []string{f.Base + "/auth/signed-out"},
			BackChannelLogoutURI: f.Base + "/auth/backchannel-logout"}}})
	if err != nil {
		f.t.Fatal(err)
	}
	line.set(f.Identity)
	for i := range users {
		f.People = append(f.People, newPerson(f, &users[i]))
	}
}

// people are users with one account each, of two.
func people(n int) []identity.User {
	accounts := [2]identity.Account{{ID: 101, Name: "Noordzee Energie"}, {ID: 102, Name: "Meuse Services"}}
	users := make([]identity.User, n)
	for i := range users {
		name := fmt.Sprintf("person%03d", i)
		users[i] = identity.User{ID: "subject-" + name, Name: fmt.Sprintf("Person No. %03d", i), Username: name, Password: rand.Text(), Email: name + "@noordzee.example", Accounts: accounts[i%2 : i%2+1]}
	}
	return users
}

// introspect is the Data Hub's question what a token is good for.
func (f *Fleet) introspect(token string) (subject string, account int64, scopes []string, ok bool) {
	subject, account, scopes, ok = f.Identity.Introspect(token)
	if ok {
		f.mu.Lock()
		f.used[sha256.Sum256([]byte(token))] = true
		f.mu.Unlock()
	}
	return subject, account, scopes, ok
}

// AccessTokensUsed returns how many different access tokens the Data Hub has accepted.
func (f *Fleet) AccessTokensUsed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.used)
}

// Command runs the program with the fleet's configuration, as an operator does, and returns what it prints.
func (f *Fleet) Command(args ...string) (string, error) {
	cmd := command(f.program, f.env, args...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (f *Fleet) folder() string {
	f.t.Helper()
	dir, err := os.MkdirTemp("", "portico-fleet")
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (f *Fleet) write(name string, content []byte) {
	f.t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// handlerLater serves as soon as it has a handler, for a server whose address its handler must know.
type handlerLater struct {
	mu sync.RWMutex
	h  http.Handler
}

func (l *handlerLater) set(h http.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.h = h
}

// ServeHTTP implements http.Handler.
func (l *handlerLater) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.RLock()
	h := l.h
	l.mu.RUnlock()
	h.ServeHTTP(w, r)
}

// serve answers on a free port until t ends, and returns the address.
func serve(t testserver.TB, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}
