package storetest

import (
	"time"

	"portico/internal/session"
)

// SessionOf is a new session of a person, for an hour of the real time.
func SessionOf(subject string) session.Record {
	return session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: subject, SID: "s", Until: time.Now().Add(time.Hour), SeenTag: []byte{1}, Sealed: []byte(subject), LoginStarted: time.Now()}
}
