package session

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/internal/secret"
)

// ParseKeys reads a key file: one key a line, id, blank, secret, and maybe a blank and when it was made (RFC 3339); empty lines and
// lines that begin with # are skipped.
func ParseKeys(text []byte) ([]Key, error) {
	var keys []Key
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 2 || len(fields) > 3 {
			return nil, fmt.Errorf("key file: line %d is not an id and a secret", n)
		}
		key := Key{ID: fields[0], Secret: secret.New(fields[1])}
		if len(fields) == 3 {
			var err error
			if key.Created, err = time.Parse(time.RFC3339, fields[2]); err != nil {
				return nil, fmt.Errorf("key file: line %d ends with something else than a time", n)
			}
		}
		keys = append(keys, key)
	}
	return keys, lines.Err()
}

// FormatKeys returns a key file that ParseKeys reads.
func FormatKeys(keys []Key) []byte {
	var b bytes.Buffer
	b.WriteString("# Sealing keys of Portico: the first one seals, all of them open. Keep this file secret, and keep a copy.\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "%s %s", k.ID, k.Secret.Reveal())
		if !k.Created.IsZero() {
			b.WriteString(" " + k.Created.UTC().Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

// Pending returns the position of the key that was added and does not seal yet: the newest one, unless it is the first. -1 when there is none.
func Pending(keys []Key) int {
	newest := -1
	for i, k := range keys[min(1, len(keys)):] {
		if k.Created.After(keys[0].Created) && (newest < 0 || k.Created.After(keys[newest].Created)) {
			newest = i + 1
		}
	}
	return newest
}

// Promote puts the n-th key first, so that it seals.
func Promote(keys []Key, n int) []Key {
	rest := slices.Delete(slices.Clone(keys), n, n+1)
	return append([]Key{keys[n]}, rest...)
}

// ErrSealingKey says that the key that seals was to be retired.
var ErrSealingKey = errors.New("this key seals; rotate first")

// Retire removes the key with an id.
func Retire(keys []Key, id string) ([]Key, error) {
	n := slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
	switch n {
	case -1:
		return nil, fmt.Errorf("no key %.40q in the file", id)
	case 0:
		return nil, ErrSealingKey
	}
	return slices.Delete(slices.Clone(keys), n, n+1), nil
}
