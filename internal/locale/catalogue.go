package locale

import "strings"

// message is one sentence in all languages. Places for arguments are {0}, {1} …; two forms for one and more are separated by |.
type message struct {
	key            Key
	en, fr, nl, de string
}

func (m message) in(l Lang) string {
	switch l {
	case French:
		return m.fr
	case Dutch:
		return m.nl
	case German:
		return m.de
	}
	return m.en
}

// catalogue holds every sentence of the portal under its key.
var catalogue = index(append(demoMessages,
	layoutMessages,
	noticeMessages,
	errorMessages,
	signInErrorMessages,
	hubErrorMessages,
	pageMessages,
	hubMessages,
	exploreMessages,
	viewMessages,
	stateMessages,
	settingsMessages,
	adminMessages,
	exportMessages,
	alarmMessages,
	liveMessages,
	boardMessages,
	screenMessages,
	widgetMessages,
	shareMessages,
	wordMessages)...)

// frenchSpaces keep what French sets off by a space on the line of its word.
var frenchSpaces = strings.NewReplacer(" :", nbsp+":", " ;", nbsp+";", " ?", nbsp+"?", " »", nbsp+"»", "« ", "«"+nbsp)

// index panics on a key that stands twice, which is a mistake of the build.
func index(lists ...[]message) map[Key]message {
	all := map[Key]message{}
	for _, list := range lists {
		for _, m := range list {
			if _, twice := all[m.key]; twice {
				panic("locale: two messages " + string(m.key))
			}
			m.fr = frenchSpaces.Replace(m.fr)
			all[m.key] = m
		}
	}
	return all
}
