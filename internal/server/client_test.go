package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// httptestPeer is where requests of net/http/httptest come from.
var httptestPeer = netip.MustParsePrefix("192.0.2.1/32")

var testProxies = proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	const proxy, visitor = "10.0.0.1:4711", "203.0.113.9"
	for name, tt := range map[string]struct {
		remote string
		header []string // pairs of names and values, added
		want   string
	}{
		"no proxy":                           {"198.51.100.7:80", nil, "198.51.100.7"},
		"no proxy, forged":                   {"198.51.100.7:80", []string{"X-Forwarded-For", visitor, "Forwarded", "for=" + visitor}, "198.51.100.7"},
		"IPv4 in IPv6":                       {"[::ffff:198.51.100.7]:80", nil, "198.51.100.7"},
		"link-local":                         {"[fe80::1%eth0]:80", nil, "fe80::1"},
		"proxy that says nothing":            {proxy, nil, "10.0.0.1"},
		"one proxy":                          {proxy, []string{"X-Forwarded-For", visitor}, visitor},
		"forged to the left":                 {proxy, []string{"X-Forwarded-For", "1.2.3.4, " + visitor}, visitor},
		"forged as a proxy":                  {proxy, []string{"X-Forwarded-For", "10.9.9.9, " + visitor}, visitor},
		"forged on a line of its own":        {proxy, []string{"X-Forwarded-For", "1.2.3.4", "X-Forwarded-For", visitor}, visitor},
		"two proxies":                        {proxy, []string{"X-Forwarded-For", "1.2.3.4, " + visitor + ", 10.0.0.2"}, visitor},
		"two proxies, two lines":             {proxy, []string{"X-Forwarded-For", "1.2.3.4, " + visitor, "X-Forwarded-For", "10.0.0.2,10.0.0.3"}, visitor},
		"only proxies":                       {proxy, []string{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"with a port":                        {proxy, []string{"X-Forwarded-For", visitor + ":5000"}, visitor},
		"IPv6":                               {"[2001:db8:1::5]:80", []string{"X-Forwarded-For", "2001:db8:2::1"}, "2001:db8:2::1"},
		"IPv6 in brackets":                   {proxy, []string{"X-Forwarded-For", "[2001:db8:2::1]:80"}, "2001:db8:2::1"},
		"unreadable":                         {proxy, []string{"X-Forwarded-For", visitor + ", unknown"}, "10.0.0.1"},
		"unreadable behind a proxy":          {proxy, []string{"X-Forwarded-For", "nonsense, 10.0.0.2"}, "10.0.0.2"},
		"empty":                              {proxy, []string{"X-Forwarded-For", ""}, "10.0.0.1"},
		"with a zone":                        {proxy, []string{"X-Forwarded-For", "fe80::1%eth0"}, "10.0.0.1"},
		"unspecified":                        {proxy, []string{"X-Forwarded-For", "0.0.0.0"}, "10.0.0.1"},
		"standard":                           {proxy, []string{"Forwarded", "for=" + visitor}, visitor},
		"standard, all of it":                {proxy, []string{"Forwarded", `for=1.2.3.4, For="` + visitor + `:47";proto=http;by=10.0.0.1;host="portal, example"`}, "10.0.0.1"},
		"standard, without a comma":          {proxy, []string{"Forwarded", `for=1.2.3.4, by=10.0.0.1 ; For="` + visitor + `:47";proto=http`}, visitor},
		"standard, IPv6":                     {proxy, []string{"Forwarded", `for="[2001:db8:2::1]:80"`}, "2001:db8:2::1"},
		"standard, two proxies":              {proxy, []string{"Forwarded", "for=" + visitor + ", for=10.0.0.2;proto=https"}, visitor},
		"standard, obfuscated":               {proxy, []string{"Forwarded", "for=" + visitor + ", for=_hidden"}, "10.0.0.1"},
		"standard, nobody named":             {proxy, []string{"Forwarded", "for=" + visitor + ", proto=https"}, "10.0.0.1"},
		"standard, named twice":              {proxy, []string{"Forwarded", "for=1.2.3.4;for=" + visitor}, "10.0.0.1"},
		"standard, quote opened on the left": {proxy, []string{"Forwarded", `for=", for=` + visitor}, visitor},
		"standard, element within quotes":    {proxy, []string{"Forwarded", `for=` + visitor + `;host="x,for=6.6.6.6"`}, "10.0.0.1"},
		"standard, with an escape":           {proxy, []string{"Forwarded", `for=` + visitor + `;host="x,for=6.6.6.6;y=\"z"`}, "10.0.0.1"},
		"both agree":                         {proxy, []string{"X-Forwarded-For", visitor, "Forwarded", "for=" + visitor}, visitor},
		"a forged standard one":              {proxy, []string{"X-Forwarded-For", visitor, "Forwarded", "for=1.2.3.4"}, "10.0.0.1"},
		"other headers":                      {proxy, []string{"X-Real-Ip", "1.2.3.4", "X-Client-Ip", "1.2.3.4", "True-Client-Ip", "1.2.3.4", "Cf-Connecting-Ip", "1.2.3.4"}, "10.0.0.1"},
	} {
		h := http.Header{}
		for i := 0; i < len(tt.header); i += 2 {
			h.Add(tt.header[i], tt.header[i+1])
		}
		if got := testProxies.client(tt.remote, h); got.String() != tt.want {
			t.Errorf("%s: client(%s, %v) = %s, want %s", name, tt.remote, h, got, tt.want)
		}
	}
}

// FuzzClientAddress: whatever a visitor writes, the address that the proxy in front has added is the one that counts, or none beyond the proxy.
func FuzzClientAddress(f *testing.F) {
	for _, s := range []string{"", "1.2.3.4", `for=1.2.3.4`, `for="[::1]:80";by=x, for=unknown`, `for="a\"b`, "[::1", "10.0.0.2,,", ";=;", "for=1.2.3.4;host=\"x,y\""} {
		f.Add(s, s)
	}
	visitor := netip.MustParseAddr("203.0.113.9")
	f.Fuzz(func(t *testing.T, usual, standard string) {
		if a := testProxies.client("198.51.100.7:80", http.Header{"X-Forwarded-For": {usual}, "Forwarded": {standard}}); a.String() != "198.51.100.7" {
			t.Fatalf("a stranger's headers count: %s", a)
		}
		for _, h := range []http.Header{{"X-Forwarded-For": {usual + "," + visitor.String()}}, {"X-Forwarded-For": {usual, visitor.String()}}, {"Forwarded": {standard + ",for=" + visitor.String()}}, {"Forwarded": {standard, "for=" + visitor.String()}}} {
			if a := testProxies.client("10.0.0.1:80", h); a != visitor {
				t.Fatalf("%v: %s", h, a)
			}
		}
		h := http.Header{"X-Forwarded-For": {usual + "," + visitor.String()}, "Forwarded": {standard}}
		if a := testProxies.client("10.0.0.1:80", h); a != visitor && a.String() != "10.0.0.1" {
			t.Fatalf("%v: %s, beside the header that the proxy keeps", h, a)
		}
		// Quoted text of a visitor in what the proxy adds.
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(standard)
		h = http.Header{"Forwarded": {"for=" + visitor.String() + `;host="` + quoted + `"`}}
		if a := testProxies.client("10.0.0.1:80", h); a != visitor && a.String() != "10.0.0.1" {
			t.Fatalf("%v: %s", h, a)
		}
	})
}

func fromProxy(remote string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	r.RemoteAddr = remote
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	return r
}

func TestAddressInTheLog(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.proxies = proxies{httptestPeer}
	b.get("/sites", "X-Forwarded-For", "203.0.113.9")
	for range 3 {
		b.get("/sites", "X-Forwarded-Proto", "http", "X-Forwarded-Host", "evil.example", "X-Original-Url", "/auth/session").want(t, "forwarded", http.StatusOK, "Cold store Meuse")
	}
	for range 3 {
		b.server.Handler().ServeHTTP(httptest.NewRecorder(), fromProxy("10.0.0.1:80"))
		b.server.Handler().ServeHTTP(httptest.NewRecorder(), fromProxy("198.51.100.7:80"))
	}
	log := b.log.String()
	if n := strings.Count(log, "is not named by --trusted-proxies"); n != 1 || !strings.Contains(log, `"proxy":"10.0.0.1"`) {
		t.Errorf("%d warnings of a proxy that is not listed, want 1", n)
	}
	if !strings.Contains(log, `"client":"203.0.113.9"`) || !strings.Contains(log, `"client":"192.0.2.1"`) {
		t.Errorf("addresses are missing: %s", log)
	}
	if n := strings.Count(log, "another scheme"); n != 1 {
		t.Errorf("%d warnings of a scheme that differs, want 1", n)
	}
}
