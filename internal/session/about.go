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
	Version int `json:"v"`
	About
}

// sealAbout seals a for the session id; the zero About is nothing at all.
func (k *Keyring) sealAbout(id ID, a About) []byte {
	plain, err := json.Marshal(aboutDocument{Version: 1, About: a})
	if err != nil || a == (About{}) {
		return nil
	}
	return k.Seal(PurposeAbout, Handle{}, id[:], plain)
}

// OpenAbout returns what r says about its browser: the zero About when that is nothing, or nothing that can be read.
func (k *Keyring) OpenAbout(r Record) About {
	plain, err := k.Open(PurposeAbout, Handle{}, r.ID[:], r.About)
	var d aboutDocument
	if err != nil || json.Unmarshal(plain, &d) != nil || d.Version != 1 {
		return About{}
	}
	return d.About
}

// resealAbout returns sealed as it is, or under the first key when another one sealed it.
func (k *Keyring) resealAbout(id ID, sealed []byte) []byte {
	if !k.NeedsReseal(sealed) {
		return sealed
	}
	return k.sealAbout(id, k.OpenAbout(Record{ID: id, About: sealed}))
}
