package session

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// About is what somebody's list of sessions says of one of their browsers. A record holds it sealed under a server key alone, because the browser that shows the list has
// not the secret of the one that it shows. It holds nothing that opens anything, and decides no more than whether the session counts among those of which a person may have so many.
type About struct {
	Browser string `json:"browser,omitempty"` // product: "Firefox"; "" when it cannot be told
	System  string `json:"system,omitempty"`  // "Windows", "Android"; "" when it cannot be told
	Address string `json:"address,omitempty"` // client address at sign-in; "" when it is not known
	Screen  string `json:"screen,omitempty"`  // name of the screen whose session it is, "" for a person's browser
}

// String returns the browser in words for operators: "Firefox on Windows", or the screen.
func (a About) String() string {
	if a.Screen != "" {
		return "screen " + strconv.Quote(a.Screen)
	}
	if a.Browser == "" && a.System == "" {
		return "unknown"
	}
	return strings.Join(slices.DeleteFunc([]string{a.Browser, a.System}, func(word string) bool { return word == "" }), " on ")
}

// aboutDocument is About as it is sealed: a versioned form, as for sessions.
type aboutDocument struct {
	Version int   `json:"v"`
	Began   int64 `json:"began,omitempty"` // Unix milliseconds: which of a person's sessions is older, where Record, in seconds, does not tell; 0 in records of before
	About
}

// sealAbout seals d for the session id; the zero one is nothing at all.
func (k *Keyring) sealAbout(id ID, d aboutDocument) []byte {
	if d == (aboutDocument{}) {
		return nil
	}
	d.Version = 1
	plain, err := json.Marshal(d)
	if err != nil {
		return nil
	}
	return k.Seal(PurposeAbout, Handle{}, id[:], plain)
}

// OpenAbout returns what r says about its browser: the zero About when that is nothing, or nothing that can be read.
func (k *Keyring) OpenAbout(r Record) About { return k.openAbout(r).About }

func (k *Keyring) openAbout(r Record) (d aboutDocument) {
	plain, err := k.Open(PurposeAbout, Handle{}, r.ID[:], r.About)
	if err != nil || json.Unmarshal(plain, &d) != nil || d.Version != 1 {
		return aboutDocument{}
	}
	return d
}

// resealAbout returns sealed as it is, or under the first key when another one sealed it.
func (k *Keyring) resealAbout(id ID, sealed []byte) []byte {
	if !k.NeedsReseal(sealed) {
		return sealed
	}
	return k.sealAbout(id, k.openAbout(Record{ID: id, About: sealed}))
}
