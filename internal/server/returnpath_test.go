package server

import (
	"net/url"
	"strings"
	"testing"
)

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, kept := range []string{"/", "/sites", "/sites/7", "/sites?q=gent&sort=-name", "/explore?s=4711@max&from=now-7d/d&to=now/d", "/variables/1?from=2026-03-01T00:00:00&tz=Europe/Brussels"} {
		if got := localPath(kept); got != kept {
			t.Errorf("localPath(%q) = %q, want it kept", kept, got)
		}
	}
	for _, refused := range []string{
		"", "sites", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", " /x",
		"https://evil.example", "HTTPS:evil.example", "javascript:alert(1)", "data:text/html,x", "/%2f/evil.example", "/%5cevil.example", "/.//evil.example",
		"/../evil", "/a/../../x", "/a/./b", "/sites;x=1", "/sites%00", "/é", "/\u202eevil", "/a b", "/auth/login", "/auth/logout", "/login", "/login?return_to=/login", "/logout", "/oauth2/start", "/api/sites", "/x/panel", "/live", "/static/a.css",
		"/@evil.example/..", "/" + strings.Repeat("a", maxReturnPath), "http:/sites", "//user@evil.example", "/\u0000", "?q=1", "#x",
	} {
		if got := localPath(refused); got != "/" {
			t.Errorf("localPath(%q) = %q, want /", refused, got)
		}
	}
	if got := localPath("/sites#top"); got != "/sites" {
		t.Errorf("localPath(/sites#top) = %q, want /sites", got)
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "//x", "/\\x", "/a?b=c#d", "/%2f", "http://x", "/a/../b", "/é", "/;x"} {
		f.Add(s)
	}
	base, _ := url.Parse("https://portal.example.com/auth/callback")
	f.Fuzz(func(t *testing.T, s string) {
		got := localPath(s)
		if got[0] != '/' || strings.HasPrefix(got, "//") || strings.HasPrefix(got, "/\\") || len(got) > maxReturnPath+16 {
			t.Fatalf("localPath(%q) = %q", s, got)
		}
		// A browser drops tabs and line ends, and takes a backslash for a slash.
		asBrowser := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(got)
		u, err := base.Parse(asBrowser)
		if err != nil || u.Host != base.Host || u.Scheme != "https" || u.User != nil {
			t.Fatalf("localPath(%q) = %q leaves the portal: %v, %v", s, got, u, err)
		}
		if again := localPath(got); again != got {
			t.Fatalf("localPath(%q) = %q, but localPath of that is %q", s, got, again)
		}
	})
}
