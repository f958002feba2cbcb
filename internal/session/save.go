package session

import (
	"context"
	"errors"
	"maps"
	"time"
)

// touchEvery bounds how often activity is written; a quarter of the idle limit does where that is shorter.
const touchEvery = time.Minute

func (c *Cookies) record(s *Session) (Record, error) {
	plain, err := encode(s)
	if err != nil {
		return Record{}, err
	}
	id := s.Handle.ID()
	return Record{
		ID: id, Version: s.version, Issuer: s.Identity.Issuer, Subject: s.Identity.Subject, SID: s.Identity.SID, Created: s.Created, LastSeen: s.LastSeen, Until: s.until(),
		SeenTag: c.c.Keys.tag(0, s.Handle, seenData(id, s.LastSeen)), Sealed: c.c.Keys.Seal(c.c.Purpose, s.Handle, recordData(id, s.version), plain),
		About: c.c.Keys.resealAbout(id, s.about),
	}, nil
}

// Touch notes that the person did something, at most once a minute. Streams, polling and refreshes do not call it. A record that an older key sealed is sealed
// again on this occasion, at once, so that the key can be removed when its sessions have been used: first the tag, then the rest, because it is
// the rest that tells under which key a record stands.
func (c *Cookies) Touch(ctx context.Context, s *Session) error {
	now := c.c.Now().UTC().Truncate(time.Second)
	if now.Sub(s.LastSeen) < min(touchEvery, s.idle/4) && !(s.oldKey && now.After(s.LastSeen)) {
		return nil
	}
	touched := *s
	touched.LastSeen = now
	id := s.Handle.ID()
	if err := c.c.Store.Touch(ctx, id, now, c.c.Keys.tag(0, s.Handle, seenData(id, now)), touched.until()); err != nil {
		return err
	}
	s.LastSeen = now
	if s.oldKey {
		return c.reseal(ctx, s)
	}
	return nil
}

// reseal saves a session as it is, under the first key. Of several requests at once one does it.
func (c *Cookies) reseal(ctx context.Context, s *Session) error {
	next := *s
	next.version++
	next.oldKey = false
	r, err := c.record(&next)
	if err != nil {
		return err
	}
	if err := c.c.Store.Save(ctx, r); err != nil {
		if errors.Is(err, ErrConflict) {
			return nil
		}
		return err
	}
	*s = next
	return nil
}

// SaveValues writes s.Values. When another request of the same session wrote in between, change is applied again to what it wrote, a few
// times; nothing else of the session is touched.
func (c *Cookies) SaveValues(ctx context.Context, s *Session, change func(values map[string]string)) error {
	return c.save(ctx, s, func(next *Session) {
		if next.Values = maps.Clone(next.Values); next.Values == nil {
			next.Values = map[string]string{}
		}
		change(next.Values)
	})
}

// Describe writes what is shown of the person and their account, and their role, in the same way. Who they are never changes.
func (c *Cookies) Describe(ctx context.Context, s *Session, now Identity) error {
	return c.save(ctx, s, func(next *Session) {
		next.Identity.Name, next.Identity.Email, next.Identity.AccountName, next.Identity.Role = now.Name, now.Email, now.AccountName, now.Role
	})
}

func (c *Cookies) save(ctx context.Context, s *Session, change func(next *Session)) error {
	for range 5 {
		next := *s
		change(&next)
		next.version++
		next.oldKey = false
		r, err := c.record(&next)
		if err != nil {
			return err
		}
		switch err := c.c.Store.Save(ctx, r); {
		case err == nil:
			*s = next
			return nil
		case !errors.Is(err, ErrConflict):
			return err
		}
		newer, err := c.load(ctx, s.Handle)
		if err != nil {
			return err
		}
		*s = *newer
	}
	return ErrConflict
}
