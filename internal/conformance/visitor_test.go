package conformance

import (
	"crypto/tls"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// visitor is a browser: it keeps cookies, follows redirects, sends Fetch Metadata, submits the form of form_post, and sends no SameSite=Lax cookie with a form from another site.
type visitor struct {
	t    *testing.T
	http *http.Client
	bare *http.Client   // without cookies
	ages map[string]int // Max-Age of the cookies that were set last, by name
}

// page is where a visit ended.
type page struct {
	url    *url.URL
	status int
	body   string
	hops   int // requests on the way
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: dialLoopback, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // the portal's certificate is the test's own
	t.Cleanup(transport.CloseIdleConnections)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{t: t, ages: map[string]int{}, http: &http.Client{Jar: jar, Transport: transport, Timeout: 20 * time.Second, CheckRedirect: stay},
		bare: &http.Client{Transport: transport, Timeout: 20 * time.Second, CheckRedirect: stay}}
}

// open goes to an address and wherever it leads.
func (v *visitor) open(address string) page {
	v.t.Helper()
	return v.follow(http.MethodGet, address, nil, "")
}

// submit sends a form of a page of the portal and goes wherever it leads.
func (v *visitor) submit(address string, form url.Values) page {
	v.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.follow(http.MethodPost, address, form, u.Scheme+"://"+u.Host)
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	formInput  = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

func (v *visitor) follow(method, address string, form url.Values, origin string) page {
	v.t.Helper()
	for hops := 1; hops <= 12; hops++ {
		resp, body := v.ask(method, address, form, origin)
		p := page{url: resp.Request.URL, status: resp.StatusCode, body: body, hops: hops}
		at, err := resp.Location()
		action := formAction.FindStringSubmatch(body)
		switch {
		case err == nil:
			method, address, form = http.MethodGet, at.String(), nil
		case strings.Contains(body, "document.forms[0].submit()") && action != nil:
			method, address, form = http.MethodPost, action[1], url.Values{}
			for _, m := range formInput.FindAllStringSubmatch(body, -1) {
				form.Set(m[1], html.UnescapeString(m[2]))
			}
			origin = p.url.Scheme + "://" + p.url.Host
		default:
			return p
		}
	}
	v.t.Fatal("more than twelve requests")
	return page{}
}

// ask makes one request as the top level of a tab.
func (v *visitor) ask(method, address string, form url.Values, origin string) (*http.Response, string) {
	v.t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	req.Header.Set("Sec-Fetch-Site", "none")
	client := v.http
	if origin != "" {
		sameOrigin := origin == req.URL.Scheme+"://"+req.URL.Host
		if req.Header.Set("Sec-Fetch-Site", "same-origin"); !sameOrigin {
			req.Header.Set("Sec-Fetch-Site", "cross-site")
		}
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if req.Header.Set("Origin", origin); !sameOrigin {
				client = v.bare
			}
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.http.Jar.SetCookies(req.URL, resp.Cookies())
	for _, c := range resp.Cookies() {
		v.ages[c.Name] = c.MaxAge
	}
	return resp, string(body)
}

// signIn starts a sign-in at the portal and follows it to its end: a page that needs no Data Hub, because there is none.
func (v *visitor) signIn(p *portal) page {
	v.t.Helper()
	return v.open(p.base + "/auth/login?return_to=/settings")
}

// status is the portal's own account of a session.
type status struct {
	Active  bool
	Subject string
	Account string
	Expires time.Time
	Stay    bool `json:"stay_signed_in"`
}

func (v *visitor) status(p *portal) status {
	v.t.Helper()
	req, _ := http.NewRequest(http.MethodGet, p.base+"/auth/session", nil)
	req.Header.Set("Accept", "application/json")
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var d status
	if err := json.NewDecoder(resp.Body).Decode(&d); err != nil {
		v.t.Fatal(err)
	}
	return d
}

// signedIn is who this browser is; "" when it is nobody.
func (v *visitor) signedIn(p *portal) string {
	v.t.Helper()
	if d := v.status(p); d.Active {
		return d.Subject
	}
	return ""
}

func (v *visitor) account(p *portal) string { v.t.Helper(); return v.status(p).Account }
