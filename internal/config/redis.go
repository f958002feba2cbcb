package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/internal/secret"
)

// Redis is where a redis:// or rediss:// URL leads.
type Redis struct {
	Addresses []string // host:port of the server, of some nodes of a Cluster, or of the Sentinels
	Cluster   bool
	Master    string // the name under which the Sentinels know the master, "" without Sentinels
	Sentinels bool   // ask for the same user and password
	Database  int
	User      string
	Password  secret.Text
	TLS       bool
	Replicas  int // that must confirm what must not get lost; 0: none
}

// Redis returns where sessions are kept, false when that is not in Redis, and what is wrong with the URL. The password is the one of the file or the environment, else the URL's.
func (s Store) Redis() (Redis, bool, error) {
	scheme, rest, ok := strings.Cut(s.Sessions, "://")
	if !ok || scheme != "redis" && scheme != "rediss" {
		return Redis{}, false, nil
	}
	hosts, u, err := splitHosts(scheme, rest)
	if err != nil {
		return Redis{}, true, err
	}
	r := Redis{TLS: scheme == "rediss", User: u.User.Username(), Password: s.SessionsPassword, Master: u.Query().Get("master"), Sentinels: u.Query().Has("sentinel-auth")}
	if password, set := u.User.Password(); set && r.Password.Empty() {
		r.Password = secret.New(password)
	}
	r.Cluster = r.Master == "" && (len(hosts) > 1 || u.Query().Has("cluster"))
	return r, true, errors.Join(r.setAddresses(hosts), r.setDatabase(u.Path), r.setReplicas(u.Query().Get("replicas")), r.check(u.Query()))
}

// splitHosts takes the list of hosts out of a URL, because package url knows of one host only.
func splitHosts(scheme, rest string) ([]string, *url.URL, error) {
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	if strings.Contains(tail, "@") { // a part of the password, which must not be shown
		return nil, nil, errors.New("--sessions: a user or password with / ? or # in it ends the URL early; put the password into --sessions-password-file, or write such characters as %2F, %3F, %23")
	}
	user, list := "", authority
	if i := strings.LastIndex(authority, "@"); i >= 0 {
		user, list = authority[:i+1], authority[i+1:]
	}
	u, err := url.Parse(scheme + "://" + user + "host" + tail)
	if err != nil || u.Fragment != "" {
		return nil, nil, fmt.Errorf("--sessions: %q is not a URL such as rediss://user@host:6379", redactURL(scheme+"://"+authority))
	}
	return strings.Split(list, ","), u, nil
}

func (r *Redis) setAddresses(hosts []string) error {
	port := "6379"
	if r.Master != "" {
		port = "26379"
	}
	for _, h := range hosts {
		u, err := url.Parse("redis://" + h)
		if err != nil || u.Hostname() == "" || u.Host != h {
			return fmt.Errorf("--sessions: %q is not a host with or without a port", redactHost(h))
		}
		r.Addresses = append(r.Addresses, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port)))
	}
	return nil
}

func (r *Redis) setDatabase(path string) (err error) {
	if path = strings.TrimPrefix(path, "/"); path == "" {
		return nil
	}
	if r.Database, err = strconv.Atoi(path); err != nil || r.Database < 0 {
		return fmt.Errorf("--sessions: %q is not the number of a database", path)
	}
	if r.Cluster && r.Database != 0 {
		return errors.New("--sessions: a Cluster has database 0 only")
	}
	return nil
}

func (r *Redis) setReplicas(count string) (err error) {
	if count == "" {
		return nil
	}
	if r.Replicas, err = strconv.Atoi(count); err != nil || r.Replicas < 1 || r.Replicas > 10 {
		return fmt.Errorf("--sessions: replicas=%s is not a number from 1 to 10", count)
	}
	return nil
}

// check refuses what would carry sessions over a network that others read, or take them from a server that anybody may ask.
func (r *Redis) check(query url.Values) error {
	var errs []error
	for name := range query {
		if !slices.Contains([]string{"master", "sentinel-auth", "cluster", "replicas"}, name) {
			errs = append(errs, fmt.Errorf("--sessions: unknown parameter %q; there are master, sentinel-auth, cluster and replicas", name))
		}
	}
	for _, a := range r.Addresses {
		host, _, _ := net.SplitHostPort(a)
		switch {
		case LoopbackHost(host):
		case !r.TLS:
			errs = append(errs, fmt.Errorf("--sessions: %s is another machine; TLS is required there, with rediss://", host))
		case r.Password.Empty():
			errs = append(errs, fmt.Errorf("--sessions: %s is another machine; a password is required there, in --sessions-password-file or PORTICO_SESSIONS_PASSWORD", host))
		}
	}
	return errors.Join(errs...)
}

// CheckSessions says what is wrong with --sessions and what belongs to it, as Check does. What it refuses must not be connected to.
func (s Store) CheckSessions() error {
	_, server, err := s.Redis()
	switch {
	case err != nil:
		return err
	case !server && s.Sessions != "" && s.Sessions != "memory:":
		return fmt.Errorf("--sessions: %q is neither redis://host:6379, rediss://user@host:6379 nor memory: (leave it out to keep sessions in --database)", redactURL(s.Sessions))
	case !server && !s.SessionsPassword.Empty():
		return errors.New("--sessions-password-file: a password is set, but --sessions is no redis:// or rediss:// URL")
	}
	return nil
}

// InMemory reports whether sessions are in the memory of the portal's process.
func (s Store) InMemory() bool {
	return s.Sessions == "memory:" || s.Sessions == "" && s.Database == "memory:"
}
