package redis

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/session"
)

// A group is what can be ended as one: everyone, a person, a provider's session. It has an index of ids and, when it was ended, a tombstone, both on one hash slot, while
// each id is on one of its own. So that a sign-in that began before its group was ended never leaves a session:
//
//	a sign-in  1. at each of its groups: is there a tombstone? if not, the id enters the index    one step on the group's slot
//	           2. at the id: is there a tombstone? if not, the session is written                 one step on the id's slot
//	an end     1. at the group: a tombstone is written, the index is read                         one step on the group's slot
//	           2. at each id of the index: the session is ended; where there is none yet,
//	              a tombstone stands in its way                                                   one step on the id's slot
//
// Either the sign-in enters first and the end finds its id, or it meets the group's tombstone. At an id that both reach, either the session is there and goes, or it meets the id's
// tombstone. An index may name ids that are gone, or sessions that changed their sid; whoever follows it looks at the record.
type group struct {
	kind, issuer, value string // kind is one that the scripts know
}

var everyone = group{kind: "everyone"}

// groupsOf returns the groups of a session, everyone first.
func groupsOf(issuer, subject, sid string) []group {
	gs := []group{everyone, {"subject", issuer, subject}}
	if sid != "" {
		gs = append(gs, group{"sid", issuer, sid})
	}
	return gs
}

func groupOf(m session.Match) group {
	switch {
	case m.Everyone:
		return everyone
	case m.SID != "":
		return group{"sid", m.Issuer, m.SID}
	}
	return group{"subject", m.Issuer, m.Subject}
}

// keys returns the names of the index and of the tombstone.
func (g group) keys() []string {
	tag := prefix + "{" + digest(g.kind, g.issuer, g.value) + "}:"
	return []string{tag + "i", tag + "e"}
}

// prefix is in front of all keys. A portal has a server, or a numbered database of one, for itself.
const prefix = "portico:"

// keysOf returns the names of a session, its tokens and its tombstone.
func keysOf(id session.ID) []string {
	tag := prefix + "{" + short(id[:]) + "}:"
	return []string{tag + "s", tag + "t", tag + "e"}
}

// short is the beginning of a hash as it stands in keys: 96 bits are enough to tell all from one another, and each key is kept in memory. Who is under one is looked up in the record.
func short(hash []byte) string { return base64.RawURLEncoding.EncodeToString(hash[:12]) }

// digest is a hash in which no part can pass for the end of another.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return short(h.Sum(nil))
}

// enter puts an id into the indexes of groups, unless one of them was ended since began. The scores say how long the id lasts as far as the index knows; when the time in everyone's index is over the sweep looks
// at the id.
func (s *Store) enter(ctx context.Context, id session.ID, until, began time.Time, groups []group) error {
	for _, g := range groups {
		order := "GT"
		if g == everyone {
			order = "LT"
		}
		r, err := s.callAt(ctx, s.clock(), groupAdd, g.keys(), id[:], began.UnixMilli(), order, until.Unix())
		if err != nil {
			return err
		}
		if r.word() == "ended" {
			return &session.EndedError{Reason: r.text(1)}
		}
	}
	return nil
}

// leave takes an id out of indexes. Where it fails nothing is wrong: who follows an index looks at the record, and the sweep comes by.
func (s *Store) leave(ctx context.Context, id session.ID, groups []group) error {
	return s.read(ctx, func(ctx context.Context) error { // repeated like a read: the second time it removes nothing
		_, err := s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
			for _, g := range groups {
				p.ZRem(ctx, g.keys()[0], id[:])
			}
			return nil
		})
		return err
	})
}

// members returns the ids of an index.
func members(texts []string) []session.ID {
	var ids []session.ID
	for _, text := range texts {
		if len(text) == len(session.ID{}) {
			ids = append(ids, session.ID([]byte(text)))
		}
	}
	return ids
}
