package session

import "encoding/hex"

// purposeReference keeps references apart from everything that keys are used for otherwise.
const purposeReference Purpose = "reference"

// PersonReferences returns the names that the audit log has for a person: the same for the same person, and of no use to somebody who has the log and not the keys. The
// first one is under the key that seals; the others are what older keys of the ring called them.
func (k *Keyring) PersonReferences(issuer, subject string) []string {
	return k.references("person\x00" + issuer + "\x00" + subject)
}

// SessionReferences returns the same for a session. short is the id's short form, ID.String.
func (k *Keyring) SessionReferences(short string) []string {
	return k.references("session\x00" + short)
}

// NetworkReferences returns the same for a network, of which few are used and all could be tried.
func (k *Keyring) NetworkReferences(network string) []string {
	return k.references("network\x00" + network)
}

// CodeReferences returns the names under which a code of few bits is kept, so that nobody who has the store and not the keys can find it by trying all.
func (k *Keyring) CodeReferences(code string) []string {
	return k.references("code\x00" + code)
}

// references are 64 bits: enough to tell a portal's people and sessions apart, and short enough to be read out.
func (k *Keyring) references(what string) []string {
	var all []string
	for _, key := range k.keys {
		all = append(all, hex.EncodeToString(key.expand(purposeReference, Handle{}, []byte(what), 8)))
	}
	return all
}

// OwnHandle returns the handle of a record that the portal keeps for itself, without a browser: the same in all processes that seal with one key, and nobody else's.
func (k *Keyring) OwnHandle(name string) Handle {
	var h Handle
	key := k.keys[0]
	copy(h.id[:], key.expand(purposeReference, Handle{}, []byte("own id\x00"+name), len(h.id)))
	copy(h.secret[:], key.expand(purposeReference, Handle{}, []byte("own secret\x00"+name), len(h.secret)))
	return h
}
