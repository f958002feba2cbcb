package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMistakes makes one mistake at a time, on a command line, in the environment or in the file, in a configuration that is good otherwise.
func TestMistakes(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	blank := filepath.Join(t.TempDir(), "blank")
	if err := os.WriteFile(blank, []byte("\ufeff \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		env  []string
		file string
		want []string // parts of the error
	}{
		"unknown flag":           {args: []string{"--base-ulr=https://x.example.com"}, want: []string{"--base-ulr"}},
		"unknown flags":          {args: []string{"--one=1", "--two", "2", "--three", "--log-level=loud"}, want: []string{"--one", "--two", "--three", "--log-level"}},
		"stray word":             {args: []string{"nonsense", "--session-idle=soon"}, want: []string{"nonsense", "--session-idle"}},
		"unknown key":            {file: "base-ulr: x", want: []string{"base-ulr"}},
		"a secret's key":         {file: "client-secret: hunter2", want: []string{`unknown key "client-secret"`}},
		"key without a value":    {file: "listen:", want: []string{"listen has no value"}},
		"key with a list":        {file: "listen: [a, b]", want: []string{"listen wants one value"}},
		"key with an object":     {file: "listen: {a: b}", want: []string{"listen wants one value"}},
		"key twice":              {file: "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2", want: []string{"--config", "listen"}},
		"no YAML":                {file: "listen: [", want: []string{"--config"}},
		"nested sections":        {file: "serve:\n  listen: 127.0.0.1:1", want: []string{`unknown key "serve"`}},
		"file and flags":         {file: "base-ulr: x\nsession-idle: soon", args: []string{"--nothing", "--log-level=loud"}, want: []string{"base-ulr", "--session-idle", "--nothing", "--log-level"}},
		"count of words":         {args: []string{"--sessions-per-person=many"}, want: []string{`--sessions-per-person: "many" is not a whole number`}},
		"too many":               {args: []string{"--sessions-per-person=1001"}, want: []string{"--sessions-per-person: 1001 is outside"}},
		"count from outside":     {env: []string{"PORTICO_SIGN_INS_PER_MINUTE", "0", "PORTICO_SESSIONS_PER_PERSON", "99999999999999999999"}, want: []string{"--sign-ins-per-minute", "--sessions-per-person"}},
		"duration without unit":  {args: []string{"--session-idle=30"}, want: []string{`--session-idle: "30" is not a duration`}},
		"negative duration":      {args: []string{"--api-timeout=-1s"}, want: []string{"--api-timeout"}},
		"portal by http":         {args: []string{"--base-url=http://portal.example.com"}, want: []string{"--base-url", "https"}},
		"in one's own network":   {args: []string{"--base-url=http://portal.internal:8080"}, want: []string{`"http://portal.internal:8080" must be https; http is accepted on loopback only`, "end TLS in a reverse proxy"}},
		"portal with a path":     {args: []string{"--base-url=https://portal.example.com/app"}, want: []string{"--base-url", "path"}},
		"issuer by http":         {args: []string{"--issuer=http://id.example.com"}, want: []string{"--issuer", "https"}},
		"issuer with a password": {args: []string{"--issuer=https://u:hunter2@id.example.com"}, want: []string{"--issuer"}},
		"data hub by http":       {args: []string{"--api-url=http://api.example.com"}, want: []string{"--api-url", "https"}},
		"address without port":   {args: []string{"--listen=localhost"}, want: []string{"--listen"}},
		"one address for two":    {args: []string{"--listen=127.0.0.1:9090"}, want: []string{"--admin-listen", "--listen"}},
		"weak algorithm":         {args: []string{"--id-token-algorithms=none"}, want: []string{"none"}},
		"symmetric algorithm":    {args: []string{"--id-token-algorithms=RS256,HS256"}, want: []string{"HS256"}},
		"idle beyond the end":    {args: []string{"--session-idle=10h", "--session-max=1h"}, want: []string{"--session-idle", "--session-max"}},
		"sessions for weeks":     {args: []string{"--session-max=200h"}, want: []string{"--session-max"}},
		"proxies everywhere":     {args: []string{"--trusted-proxies=0.0.0.0/0"}, want: []string{"--trusted-proxies"}},
		"secret not there":       {env: []string{"DATAHUB_CLIENT_SECRET_FILE", "/nowhere"}, want: []string{"--client-secret-file", "/nowhere"}},
		"user without password":  {args: []string{"--user=app"}, want: []string{"--password-file"}},
		"database unencrypted":   {args: []string{"--database=postgres://u@db.example.com/p?sslmode=disable"}, want: []string{"--database", "sslmode"}},
		"audit for an hour":      {args: []string{"--audit-retention=1h"}, want: []string{"--audit-retention"}},
		"managers by no claim":   {args: []string{"--manager-role=operator", "--manager-claim="}, want: []string{"--manager-claim: missing"}},
		"resource of no kind":    {args: []string{"--resource=api"}, want: []string{"--resource"}},
		"part of a resource":     {args: []string{"--resource=https://api.example.com/#x"}, want: []string{"--resource"}},
		"no resource at all":     {args: []string{"--resource=https://%zz"}, want: []string{"--resource"}},
		"account in two words":   {args: []string{"--account-param=a b"}, want: []string{"--account-param"}},
		"account too long":       {args: []string{"--account-param=" + strings.Repeat("a", 65)}, want: []string{"--account-param"}},
		"admin at no name":       {args: []string{"--admin-hosts=a.example.com,,b.example.com"}, want: []string{`--admin-hosts: ""`}},
		"password without user":  {env: []string{"DATAHUB_PASSWORD", "hunter2"}, want: []string{"--user: missing"}},
		"password for a file":    {args: []string{"--database=sqlite:///x"}, env: []string{"PORTICO_DATABASE_PASSWORD", "hunter2"}, want: []string{"--database-password-file"}},
		"signed in for an hour":  {args: []string{"--stay-signed-in=1h"}, want: []string{"--stay-signed-in"}},
		"plain http's own port":  {args: []string{"--base-url=http://localhost:80"}, want: []string{"--base-url", "leave it out"}},
		"managers nowhere":       {args: []string{"--manager-account=1"}, want: []string{"--manager-account"}},
		"callback with a query":  {args: []string{"--callback-path=/x?y"}, want: []string{"--callback-path"}},
		"endless drain":          {args: []string{"--drain-delay=2m"}, want: []string{"--drain-delay"}},
		"neither on nor off":     {args: []string{"--share-links=maybe", "--log-level=loud"}, want: []string{`--share-links: "maybe" is neither true nor false`, "--log-level"}},
		"switches from outside":  {env: []string{"PORTICO_LOGOUT_HINT", "perhaps", "PORTICO_SHARE_LINKS", "some"}, want: []string{"--logout-hint", "--share-links"}},
		"no value at the end":    {args: []string{"--log-level=loud", "--listen"}, want: []string{"--listen: has no value", "--log-level"}},
		"no such port":           {args: []string{"--base-url=https://portal.example.com:99999", "--listen=:99999", "--admin-listen=127.0.0.1:nowhere", "--issuer=https://id.example.com:0"}, want: []string{"--base-url", "--listen", "--admin-listen", "--issuer"}},
		"the scheme's own port":  {args: []string{"--base-url=https://portal.example.com:443"}, want: []string{"--base-url", "leave it out"}},
		"other letters":          {args: []string{"--base-url=https://münchen.example"}, want: []string{"--base-url", "xn--"}},
		"nobody's scopes":        {args: []string{"--scopes=profile datahub-api"}, want: []string{"--scopes: openid is missing"}},
		"empty secret":           {env: []string{"DATAHUB_CLIENT_SECRET_FILE", blank}, want: []string{"--client-secret-file: there is nothing in " + blank}},
		"database at no port":    {args: []string{"--database=postgres://u@db.example.com:99999/p"}, want: []string{"--database: port 99999"}},
		"authority not there":    {args: []string{"--database=postgres://u@db.example.com/p?sslrootcert=/nowhere"}, want: []string{"--database: sslrootcert: open /nowhere"}},
		"forgotten host":         {env: []string{"PORTICO_DATABASE", "postgres://portico:hunter2/x"}, want: []string{`"postgres://portico:…"`}},
		"a list without an @":    {env: []string{"PORTICO_SESSIONS", "redis://a.example.com:6379,u:hunter2,x/0#y", "PORTICO_DATABASE", "mysql://[::1]:1,u:hunter2/x"}, want: []string{`"redis://a.example.com:6379,u:…"`, `"mysql://[::1]:1,u:…"`}},
		"password of many signs": {env: []string{"PORTICO_DATABASE", "postgres://portico:hunter2/#@db.example.com/x", "PORTICO_SESSIONS", "rediss://portico:hunter2/x@a.example.com,b.example.com"}, want: []string{"--database-password-file", "--sessions-password-file"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"serve"}, complete...)
			if tt.file != "" {
				path := filepath.Join(t.TempDir(), "portico.yaml")
				if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--config="+path)
			}
			_, err := Parse(append(args, tt.args...), env(t, append([]string{"DATAHUB_CLIENT_SECRET", "hunter2"}, tt.env...)...), io.Discard)
			if err == nil {
				t.Fatal("is accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not mention %s:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret:\n%v", err)
			}
		})
	}
}

// What switches something off is as good as what sets it.
func TestWhatMayBeLeftOut(t *testing.T) {
	for _, arg := range []string{
		"--stay-signed-in=0", "--admin-listen=off", "--admin-listen=", "--audit-retention=0", "--audit-retention=24h", "--base-url=https://portal.example.com/", "--resource=https://api.example.com/v1", "--resource=urn:x",
		"--manager-role=operator", "--account-param=" + strings.Repeat("a", 64), "--database=memory:", "--admin-hosts=a.example.com", "--manager-role=50%:a@b", "--session-idle=12h",
	} {
		if _, err := Parse(append(append([]string{"serve"}, complete...), arg), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard); err != nil {
			t.Errorf("%s: %v", arg, err)
		}
	}
	for text, want := range map[string]bool{"false": false, "No": false, "0": false, "true": true, "YES": true, "1": true} {
		cmd, err := Parse(append(append([]string{"serve"}, complete...), "--logout-hint="+text), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard)
		if err != nil || cmd.Serve.Identity.LogoutHint != want {
			t.Errorf("--logout-hint=%s is %t, %v", text, cmd.Serve.Identity.LogoutHint, err)
		}
	}
	_, err := Parse(append(append([]string{"serve"}, complete...), "--nothing", "value"), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard)
	if err == nil || strings.Contains(err.Error(), "value") {
		t.Errorf("the value of an unknown flag is a mistake of its own: %v", err)
	}
}

func TestCommandsOfOperators(t *testing.T) {
	for name, tt := range map[string]struct {
		words []string
		good  func(Command) bool
		want  string // part of the error
	}{
		"retire":       {[]string{"keys", "retire", "k7", "--force", "--database=memory:", "--keys=k"}, func(c Command) bool { return c.Keys.ID == "k7" && c.Keys.Force && c.Keys.Store.KeysFile == "k" }, ""},
		"rotate":       {[]string{"keys", "rotate", "--at-once", "--database=memory:", "--keys=k"}, func(c Command) bool { return c.Keys.AtOnce && c.Keys.Store.KeysFile == "k" }, ""},
		"list":         {[]string{"keys", "list", "--database=memory:", "--keys=k"}, func(c Command) bool { return c.Keys.Store.KeysFile == "k" }, ""},
		"client":       {[]string{"keys", "client", "--alg=PS256"}, func(c Command) bool { return c.Keys.Algorithm == "PS256" }, ""},
		"no algorithm": {[]string{"keys", "client", "--alg=HS256"}, nil, "--alg"},
		"new after":    {[]string{"keys", "new", "old.keys"}, func(c Command) bool { return c.Keys.File == "old.keys" }, ""},
		"end a person's": {[]string{"sessions", "end", "--issuer=https://id", "--subject=x", "--database=memory:"}, func(c Command) bool {
			return c.Sessions.Subject == "x" && c.Sessions.Issuer == "https://id" && c.Sessions.Store.Database == "memory:"
		}, ""},
		"end everyone's":  {[]string{"sessions", "end", "--everyone", "--database=memory:"}, func(c Command) bool { return c.Sessions.Everyone }, ""},
		"end nobody's":    {[]string{"sessions", "end", "--database=memory:"}, nil, "say whose sessions"},
		"end in two ways": {[]string{"sessions", "end", "--everyone", "--sid=x", "--database=memory:"}, nil, "say whose sessions"},
		"of no issuer":    {[]string{"sessions", "end", "--subject=x", "--database=memory:"}, nil, "--issuer: missing"},
		"ready":           {[]string{"ready", "--listen=127.0.0.1:1"}, func(c Command) bool { return c.Ready == "127.0.0.1:1" }, ""},
		"ready nowhere":   {[]string{"ready", "--listen=nowhere"}, nil, "--listen"},
	} {
		cmd, err := Parse(tt.words, env(t), io.Discard)
		if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && !tt.good(cmd) {
			t.Errorf("%s: %+v, %v, want %q", name, cmd, err, tt.want)
		}
	}
}

func TestMistakesOfACheckAreNotItsEnd(t *testing.T) {
	cmd, err := Parse([]string{"check", "--json", "--bse-url=x", "--session-idle=soon"}, env(t), io.Discard)
	if err != nil || cmd.Name != "check" || !cmd.JSON {
		t.Fatalf("Parse = %+v, %v", cmd, err)
	}
	for _, want := range []string{"--bse-url", "--session-idle", "--issuer", "--keys"} {
		if !strings.Contains(fmt.Sprint(cmd.Mistakes), want) {
			t.Errorf("the mistakes lack %s: %v", want, cmd.Mistakes)
		}
	}
}

// A word that is no command is said to be none, and nothing is asked of the configuration; where none is read, a file of it that is not there is in nobody's way.
func TestCommandsThatNeedNoConfiguration(t *testing.T) {
	if _, err := Parse([]string{"help"}, env(t), io.Discard); err == nil || err.Error() != `there is no command "help"; web --help lists them` {
		t.Errorf("Parse = %v", err)
	}
	getenv := env(t, "PORTICO_CONFIG", "/nowhere.yaml")
	for _, args := range [][]string{{"version"}, {"keys", "new"}, {"keys", "client"}, {"serve", "--help"}} {
		if _, err := Parse(args, getenv, io.Discard); err != nil && !errors.Is(err, ErrHelp) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, err := Parse([]string{"sessions", "list", "--everyone"}, getenv, io.Discard); err == nil || !strings.Contains(err.Error(), "/nowhere.yaml") {
		t.Errorf("Parse = %v", err)
	}
	for _, args := range [][]string{{"serve", "--nothing", "--listen"}, {"serve", "nonsense", "--log-level"}, {"sessions", "--nothing"}} {
		_, err := Parse(args, getenv, io.Discard)
		for _, want := range []string{"/nowhere.yaml", args[1], args[len(args)-1]} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Parse(%v) = %v, without %s", args, err, want)
			}
		}
	}
	cmd, err := Parse([]string{"sessions", "list", "--issuer=https://id.example.com", "--sid=x"}, env(t), io.Discard)
	if err != nil || cmd.Sessions.SID != "x" {
		t.Errorf("Parse = %+v, %v", cmd.Sessions, err)
	}
}

func TestStrangers(t *testing.T) {
	t.Parallel()
	got := Strangers([]string{"PORTICO_BASEURL=x", "PORTICO_BASE_URL=x", "PORTICO_DATABASE_PASSWORD=x", "PORTICO_SERVICE_HOST=10.0.0.1", "PORTICO_PORT=tcp://x", "PORTICO_PORT_8080_TCP_ADDR=x",
		"PORTICO_ADMIN_SERVICE_PORT_HTTP=1", "PORTICO_TEST_TOOLS=required", "PORTICO_SESSION_IDEL=5m", "PATH=x", "MY_PORTICO_X=1"})
	if fmt.Sprint(got) != "[PORTICO_BASEURL PORTICO_SESSION_IDEL]" {
		t.Errorf("Strangers = %v", got)
	}
}
