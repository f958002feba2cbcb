package identity

import (
	"context"
	"crypto/rand"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

var pages = template.Must(template.ParseFS(static, "static/*.html"))

// page is what the templates show.
type page struct {
	ID       string // of the authorization request
	Client   string
	Users    []User
	Buttons  bool // there is nothing else
	Accounts []Account
	Name     string
	Username string
	Problem  string
}

func (p *Provider) show(w http.ResponseWriter, r *http.Request, status int, name string, m page) {
	// A form's redirects end at the client, so that browsers want its origin here.
	policy := "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
	for _, c := range p.c.Clients {
		for _, uri := range c.RedirectURIs {
			if u, err := url.Parse(uri); err == nil {
				policy += " " + u.Scheme + "://" + u.Host
			}
		}
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, name, m); err != nil {
		p.c.Log.ErrorContext(r.Context(), "page not written", "page", name, "error", err)
	}
}

// pending returns the authorization request that the page belongs to. The lock is not held.
func (p *Provider) pending(id string) *authRequest {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	if a := p.storage.requests[id]; a != nil && time.Since(a.created) < 15*time.Minute {
		return a
	}
	return nil
}

// loginPage shows the personas and the form, or goes straight back when the browser's session is good enough, or when the application says which of the personas it is: they are
// everybody's.
func (p *Provider) loginPage(w http.ResponseWriter, r *http.Request) {
	a := p.pending(r.FormValue("id"))
	switch {
	case a == nil:
		p.show(w, r, http.StatusBadRequest, "message.html", page{Problem: "This sign-in has expired. Go back to the application and start again."})
	case a.done:
		p.goBack(w, r, a)
	case a.hinted != nil && (a.wanted == 0 || a.hinted.account(a.wanted)):
		if p.mayTry(w, r) {
			p.complete(w, r, a, a.hinted, a.hinted.Accounts[0].ID)
		}
	default:
		p.show(w, r, http.StatusOK, "login.html", p.loginModel(a))
	}
}

func (p *Provider) loginModel(a *authRequest) page {
	return page{ID: a.id, Client: a.req.ClientID, Users: p.c.Users, Buttons: p.c.ButtonsOnly}
}

// logIn checks a persona's button or a name and password, and asks for the account when there is a choice.
func (p *Provider) logIn(w http.ResponseWriter, r *http.Request) {
	if !p.mayTry(w, r) {
		return
	}
	a := p.pending(r.PostFormValue("id"))
	if a == nil {
		p.show(w, r, http.StatusBadRequest, "message.html", page{Problem: "This sign-in has expired. Go back to the application and start again."})
		return
	}
	u := p.storage.byPassword(r.PostFormValue("username"), r.PostFormValue("password"))
	if persona := r.PostFormValue("persona"); persona != "" {
		u = p.storage.user(persona)
	}
	if u == nil || a.wanted != 0 && !u.account(a.wanted) {
		m := p.loginModel(a)
		m.Username, m.Problem = r.PostFormValue("username"), "That name and password do not fit. The demo's users are listed above."
		if u != nil {
			m.Problem = "This user has no access to the account that was asked for."
		}
		p.show(w, r, http.StatusUnauthorized, "login.html", m)
		return
	}
	if a.wanted == 0 && len(u.Accounts) > 1 {
		p.storage.mu.Lock()
		a.chooser = u
		p.storage.mu.Unlock()
		p.show(w, r, http.StatusOK, "account.html", page{ID: a.id, Name: u.Name, Accounts: u.Accounts})
		return
	}
	p.complete(w, r, a, u, u.Accounts[0].ID)
}

// mayTry counts a sign-in, and answers one too many.
func (p *Provider) mayTry(w http.ResponseWriter, r *http.Request) bool {
	if !p.c.ButtonsOnly {
		return true
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	wait := p.signIns.Take(host)
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		p.show(w, r, http.StatusTooManyRequests, "message.html", page{Problem: "Too many people sign in just now. Wait a moment and try again."})
	}
	return wait == 0
}

func (p *Provider) chooseAccount(w http.ResponseWriter, r *http.Request) {
	a := p.pending(r.PostFormValue("id"))
	account, _ := strconv.ParseInt(r.PostFormValue("account"), 10, 64)
	if a == nil || a.chooser == nil || !a.chooser.account(account) {
		p.show(w, r, http.StatusBadRequest, "message.html", page{Problem: "This choice is not possible. Go back to the application and start again."})
		return
	}
	p.complete(w, r, a, a.chooser, account)
}

// complete makes the browser's session and ends the authorization request.
func (p *Provider) complete(w http.ResponseWriter, r *http.Request, a *authRequest, u *User, account int64) {
	if a.wanted != 0 {
		account = a.wanted
	}
	s := &sso{id: rand.Text(), user: u, account: account, authTime: time.Now(), clients: map[string]string{}}
	p.storage.mu.Lock()
	p.storage.sessions[s.id] = s
	p.storage.finish(a, s)
	p.storage.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: ssoCookie, Value: s.id, Path: "/", HttpOnly: true, Secure: strings.HasPrefix(p.c.Issuer, "https:"), SameSite: http.SameSiteLaxMode})
	p.goBack(w, r, a)
}

// goBack returns to the era's authorization callback, which redirects to the client.
func (p *Provider) goBack(w http.ResponseWriter, r *http.Request, a *authRequest) {
	http.Redirect(w, r, p.callbackURL(a), http.StatusSeeOther)
}

func (p *Provider) callbackURL(a *authRequest) string {
	return op.AuthCallbackURL(p.eras[a.issuer])(op.ContextWithIssuer(context.Background(), a.issuer), a.id)
}

// nextURL is where an authorization request goes: straight back for a browser whose session is good enough, else to the login page.
func (p *Provider) nextURL(id string) string {
	if a := p.pending(id); a != nil && a.done {
		return p.callbackURL(a)
	}
	return p.c.Issuer + "/login?id=" + id
}

func (p *Provider) frontPage(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "message.html", page{Problem: "This is the demo's identity server. Sign-ins start at the portal."})
}

func (p *Provider) signedOutPage(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "message.html", page{Problem: "You are signed out of the demo's identity server."})
}
