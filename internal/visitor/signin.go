package visitor

import (
	"fmt"
	"net/url"
)

// User is who signs in at an identity server.
type User struct{ Name, Password string }

// SignIn opens a page of the portal, signs in on the way, in the first of the demo's accounts if the identity server asks, and goes on to where that leads. Where nobody asks who is there, it is Open.
func (v *Visitor) SignIn(path string, u User) (Page, error) {
	p, err := v.Open(path)
	if err != nil || p.Form("password") == nil {
		return p, err
	}
	return v.FillIn(p, u, "101")
}

// FillIn signs in at the identity server's page: name and password, then an account if there is a choice.
func (v *Visitor) FillIn(p Page, u User, account string) (Page, error) {
	f := p.Form("password")
	if f == nil {
		return p, fmt.Errorf("no sign-in page at %s: %d %s", p.URL(), p.StatusCode, p.Body)
	}
	p, err := v.Send(f, url.Values{f.First("username", "login"): {u.Name}, "password": {u.Password}})
	if f := p.Form("account"); err == nil && f != nil && !v.Back(p) {
		p, err = v.Send(f, url.Values{"account": {account}})
	}
	return p, err
}

// Back reports whether a page is the portal's.
func (v *Visitor) Back(p Page) bool { return p.URL().Scheme+"://"+p.URL().Host == v.Base }
