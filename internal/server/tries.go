package server

import (
	"errors"
	"net/http"
	"time"

	"portico/internal/limit"
	"portico/internal/share"
)

// tries are limits of what strangers may guess at: they hold over all processes together, however many there are (ADR 32).
type tries struct {
	codes *limit.Shared // codes of screens
	links *limit.Shared // links to dashboards
}

func newTries(s limit.Store) tries {
	return tries{codes: limit.NewShared(s, "codes"), links: limit.NewShared(s, "links")}
}

// everybody is the key of what all may try together.
const everybody = "everybody"

// tryCode counts a guess at the code of a screen: by person, by address, and all of them together. Who is refused for what others tried has a few tries of their own nevertheless, so that nobody can lock out
// anybody else. What a person is refused in this process already does not reach the store.
func (s *Server) tryCode(r *http.Request, person string) error {
	if wait := s.limits.guesses.Take(person); wait > 0 {
		return s.tooMany(r, "codes", wait)
	}
	own := limit.Bucket{Key: "person-" + person, Burst: personGuesses, Every: time.Minute}
	wait, err := s.tries.codes.Take(r.Context(), own, s.tryOf(r), limit.Bucket{Key: everybody, Burst: 300, Every: 2 * time.Second})
	if err == nil && wait > 0 {
		wait, err = s.tries.codes.Take(r.Context(), own, limit.Bucket{Key: "spare-" + person, Burst: 4, Every: 5 * time.Minute})
	}
	switch {
	case err != nil:
		return &storeError{err}
	case wait > 0:
		return s.tooMany(r, "codes", wait)
	}
	return nil
}

// rightCode says that a guess was none: it does not count.
func (s *Server) rightCode(person string) {
	s.limits.guesses.Give(person)
	s.tries.codes.Give("person-" + person)
}

// wrongLink counts a link that is none, after it turned out to be one: nobody guesses 256 bits, and who has a good link is not kept from it by what others try. What an address is refused in this process already does
// not reach the store.
func (s *Server) wrongLink(r *http.Request, err error) error {
	if !errors.Is(err, share.ErrNotFound) {
		return noShare(err)
	}
	if err := s.take(r, "links", s.limits.links); err != nil {
		return err
	}
	wait, lost := s.tries.links.Take(r.Context(), s.tryOf(r))
	switch {
	case lost != nil:
		return &storeError{lost}
	case wait > 0:
		return s.tooMany(r, "links", wait)
	}
	return noShare(err)
}

// tryOf is what may be tried from a client's network.
func (s *Server) tryOf(r *http.Request) limit.Bucket {
	return limit.Bucket{Key: "network-" + s.config.Keys.NetworkReferences(s.network(r).String())[0], Burst: networkTries, Every: 20 * time.Second}
}
