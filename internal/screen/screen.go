// Package screen is what the portal knows of screens on walls: how one is paired with a code, which dashboards it shows for whom and for how long, and what it last told of itself. The session of a
// screen and its tokens are records like those of people (packages session and token); what stands here says what they are good for.
package screen

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
)

// Bounds of what people choose for a screen.
const (
	MaxBoards = 12
	MinEvery  = 10 * time.Second
	MaxEvery  = time.Hour
)

// Settings are what people choose for a screen, when they approve it and later.
type Settings struct {
	Name   string        `json:"name"`
	Boards []string      `json:"boards"` // dashboards in the order in which they are shown: ids, with @ and a site's id behind those of templates
	Every  time.Duration `json:"every"`  // each part of a dashboard stands for so long
}

// Errors of Check.
var (
	ErrName   = errors.New("screen: a name of 1 to 60 characters is wanted")
	ErrBoards = errors.New("screen: one to twelve dashboards are wanted")
	ErrEvery  = errors.New("screen: ten seconds to an hour are wanted")
	ErrLife   = errors.New("screen: a day to a year is wanted")
)

// Check reports the first mistake.
func (s Settings) Check() error {
	switch {
	case !grant.IsName(s.Name):
		return ErrName
	case len(s.Boards) == 0 || len(s.Boards) > MaxBoards:
		return ErrBoards
	case s.Every < MinEvery || s.Every > MaxEvery:
		return ErrEvery
	}
	return nil
}

// Screen is an entry of the register.
type Screen struct {
	grant.Reader
	Settings
	Owner board.Person `json:"owner"` // approved it; whose dashboards, and which of their account, it can show

	Subject string `json:"subject"` // whose rights it has, at Issuer
	Issuer  string `json:"issuer"`
	Offline bool   `json:"offline"`        // the grant outlives the sign-in that it came from
	Look    string `json:"look,omitempty"` // how its owner wants to read: preferences, as a cookie has them

	Changed time.Time `json:"changed"`         // when Settings were; the zero time for never
	Reload  time.Time `json:"reload,omitzero"` // when somebody last asked it to load its page anew
	Report  Report    `json:"report"`
}

// Report is what a screen told last, and when.
type Report struct {
	Seen    time.Time     `json:"seen"`
	Page    string        `json:"page,omitempty"` // address of what it shows
	Build   string        `json:"build,omitempty"`
	Skew    time.Duration `json:"skew,omitempty"` // of its clock, ahead of the server's
	Heap    int64         `json:"heap,omitempty"` // bytes of its scripts, 0 where the browser does not say
	Up      time.Duration `json:"up,omitempty"`   // since its page was loaded
	Problem string        `json:"problem,omitempty"`
	Browser string        `json:"browser,omitempty"`
	Address string        `json:"address,omitempty"`
	Refused time.Time     `json:"refused,omitzero"` // since when its rights are refused; the zero time while they are not
}

// Shows reports whether a dashboard is on the screen's list, for a site if one is named: where the list names the site of a template, others are not on it.
func (s *Screen) Shows(id string, site int64) bool {
	return slices.ContainsFunc(s.Boards, func(entry string) bool {
		board, named := Entry(entry)
		return board == id && (named == 0 || site == 0 || named == site)
	})
}

// Entry reads one of Settings.Boards: the dashboard's id, and the site's where it is a template; 0 for none.
func Entry(text string) (board string, site int64) {
	board, number, _ := strings.Cut(text, "@")
	site, err := strconv.ParseInt(number, 10, 64)
	if err != nil || site < 0 {
		return board, 0
	}
	return board, site
}

// OwnedBy reports whether a person approved the screen, in any of their accounts.
func (s *Screen) OwnedBy(issuer, subject string) bool {
	return s.Owner.Issuer == issuer && s.Owner.Subject == subject && subject != ""
}

// ReadsAs reports whether it is a person's rights that the screen has.
func (s *Screen) ReadsAs(issuer, subject string) bool {
	return s.Issuer == issuer && s.Subject == subject && subject != ""
}
