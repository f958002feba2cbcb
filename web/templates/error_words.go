package templates

import "strings"

// text returns the error's words: title, what or next.
func (m ErrorModel) text(part string) string {
	kind := m.Kind
	if !known[kind] {
		kind = errorKindForUnknowns
	}
	return m.Layout.T("error."+string(kind)+"."+part, m.Missing)
}

var known = func() map[ErrorKind]bool {
	k := map[ErrorKind]bool{}
	for _, kind := range ErrorKinds() {
		k[kind] = true
	}
	return k
}()

// sign is the error's icon.
func (m ErrorModel) sign() string {
	switch {
	case m.Kind == ErrorNotFound:
		return "search-x"
	case m.Kind == ErrorSessionEnded || m.Kind == ErrorSignInExpired || m.Kind == ErrorHubSlow || m.Kind == ErrorSignInClock:
		return "clock"
	case m.Status == 403 || strings.HasPrefix(string(m.Kind), "sign-in"):
		return "lock"
	case m.Status >= 502:
		return "unplug"
	}
	return "triangle-alert"
}

// tone is how serious it is: the portal's own mistakes are critical, all else asks for attention.
func (m ErrorModel) tone() string {
	if m.Status == 500 {
		return "critical"
	}
	if m.Status == 404 {
		return "plain"
	}
	return "warn"
}

// address is the portal's public address, for people who may have come by another one.
func (m ErrorModel) address() string {
	switch m.Kind {
	case ErrorWrongHost, ErrorSignInScheme, ErrorSignInCookie, ErrorSignInLoop:
		return m.Home
	}
	return ""
}

func (m ErrorModel) signsIn() bool { return m.SignIn.URL != "" }

func (m ErrorModel) retryText() string {
	switch {
	case m.RetryTo == "/":
		return m.Layout.T("error.home")
	case m.Kind == ErrorNotFound && m.RetryTo == "/sites":
		return m.Layout.T("error.sites")
	case m.Kind == ErrorBadRequest && m.Param != "" && !strings.Contains(m.RetryTo, "?"):
		return m.Layout.T("error.without")
	}
	return m.Layout.T("error.retry")
}

// homeOffered reports whether a second button leads to the start page: not when the first one does, and not where nobody is signed in.
func (m ErrorModel) homeOffered() bool {
	return m.elsewhere() || m.RetryTo != "/" && !m.signsIn()
}

// elsewhere reports whether the person is at a wrong address and the start page is at another one.
func (m ErrorModel) elsewhere() bool {
	return (m.Kind == ErrorWrongHost || m.Kind == ErrorSignInScheme) && m.Home != ""
}

func (m ErrorModel) homeHref() string {
	if m.elsewhere() {
		return m.Home
	}
	return "/"
}
