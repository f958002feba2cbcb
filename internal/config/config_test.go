package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// env is an environment that holds only what the test says.
func env(t *testing.T, pairs ...string) func(string) string {
	t.Helper()
	for _, name := range []string{"PORTICO_BASE_URL", "DATAHUB_AUTH_URL", "OPINUM_AUTH_URL", "DATAHUB_CLIENT_ID", "DATAHUB_CLIENT_SECRET", "PORTICO_CONFIG", "PORTICO_KEYS_FILE"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
	return os.Getenv
}

var complete = []string{"--base-url=https://portal.example.com", "--issuer=https://id.example.com", "--client-id=portico", "--keys=k"}

func TestParseServe(t *testing.T) {
	getenv := env(t, "DATAHUB_CLIENT_SECRET", "s3cret")
	cmd, err := Parse(append([]string{"serve", "--session-idle=30m"}, complete...), getenv, io.Discard)
	if err != nil {
		t.Fatalf("Parse = %v", err)
	}
	c := cmd.Serve
	if cmd.Name != "serve" || c.Portal.BaseURL != "https://portal.example.com" || c.Sessions.Idle.Duration != 30*time.Minute ||
		c.Identity.ClientSecret.Reveal() != "s3cret" || c.Hub.APIURL != "https://api.opinum.com" || c.Identity.CallbackPath != "/auth/callback" {
		t.Errorf("Parse = %+v", cmd)
	}
}

func TestServeIsTheDefaultCommand(t *testing.T) {
	cmd, err := Parse(complete, env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard)
	if err != nil || cmd.Name != "serve" {
		t.Errorf("Parse = %q, %v, want serve", cmd.Name, err)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Parse([]string{"serve", "--base-url=http://portal.example.com/app?x=1", "--listen=nowhere", "--client-auth=guess",
		"--session-idle=soon", "--session-max=48h", "--database=mysql://u:hunter2@db/x", "--log-level=loud", "--id-token-algorithms=HS256,none",
		"--callback-path=callback", "--user=app", "--account-param=scope", "--admin-hosts=scraper:9090"}, env(t), io.Discard)
	if err == nil {
		t.Fatal("Parse accepts nonsense")
	}
	for _, want := range []string{"--base-url", "--listen", "--issuer: missing", "--client-id: missing", "--client-secret-file: missing",
		"--client-auth", "--session-idle", "--session-max", "--database", "--keys: missing", "--log-level", `"HS256"`, `"none"`, "--callback-path", "--password-file: missing", "--account-param", "--admin-hosts"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not mention %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error shows a password:\n%v", err)
	}
}

func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "portico.yaml")
	if err := os.WriteFile(path, []byte("base-url: https://file.example.com\nclient-id: file\nissuer: https://file-id.example.com\nkeys: k\nid-token-algorithms: [ES256, RS256]\nsessions-per-person: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := env(t, "DATAHUB_CLIENT_SECRET", "x", "DATAHUB_CLIENT_ID", "environment", "PORTICO_BASE_URL", "https://environment.example.com")
	cmd, err := Parse([]string{"serve", "--config", path, "--base-url", "https://flag.example.com"}, getenv, io.Discard)
	if err != nil {
		t.Fatalf("Parse = %v", err)
	}
	c := cmd.Serve
	if c.Portal.BaseURL != "https://flag.example.com" || c.Identity.ClientID != "environment" || c.Identity.Issuer != "https://file-id.example.com" {
		t.Errorf("flag > environment > file: got base-url %s, client-id %s, issuer %s", c.Portal.BaseURL, c.Identity.ClientID, c.Identity.Issuer)
	}
	if len(c.Identity.Algorithms) != 2 || c.Sessions.MaxEach.N != 3 {
		t.Errorf("from the file: algorithms %v, sessions-per-person %d", c.Identity.Algorithms, c.Sessions.MaxEach.N)
	}
}

func TestUnknownKeyInFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portico.yaml")
	if err := os.WriteFile(path, []byte("base-ulr: https://x.example.com\nclient-secret: hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Parse(append([]string{"serve", "--config=" + path}, complete...), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard)
	if err == nil || !strings.Contains(err.Error(), `"base-ulr"`) || !strings.Contains(err.Error(), `"client-secret"`) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Parse = %v, want both unknown keys named and no value", err)
	}
}

func TestSecretFileWinsAndIsTrimmed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, err := Parse(append([]string{"serve"}, complete...), env(t, "DATAHUB_CLIENT_SECRET", "plain", "DATAHUB_CLIENT_SECRET_FILE", path), io.Discard)
	if err != nil || cmd.Serve.Identity.ClientSecret.Reveal() != "from-file" {
		t.Errorf("client secret = %q, %v, want from-file", cmd.Serve.Identity.ClientSecret.Reveal(), err)
	}
}

// One of secret, key and certificate is enough, and each way to authenticate wants its own.
func TestCredentials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "client.jwk")
	if err := os.WriteFile(path, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--client-key-file=" + path:                                   "",
		"--client-key-file=" + path + "," + path:                      "",
		"--client-certificate-file=c --client-certificate-key-file=k": "",
		"":                              "--client-secret-file",
		"--client-auth=private_key_jwt": "--client-key-file",
		"--client-auth=tls_client_auth": "--client-certificate-file",
		"--client-auth=private_key_jwt --client-key-file=" + path:                                   "",
		"--client-auth=tls_client_auth --client-certificate-file=c --client-certificate-key-file=k": "",
		"--client-auth=post --client-key-file=" + path:                                              "--client-secret-file",
		"--client-auth=basic --client-key-file=" + path:                                             "--client-secret-file",
		"--client-certificate-file=c":                                                               "--client-certificate-key-file",
		"--client-key-file=" + path + "-missing":                                                    "--client-key-file",
		"--client-assertion-audience=both --client-key-file=" + path:                                "--client-assertion-audience",
	} {
		cmd, err := Parse(append(append([]string{"serve"}, complete...), strings.Fields(args)...), env(t), io.Discard)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Parse(%s) = %v, want %q", args, err, want)
		}
		if n := strings.Count(args, path); want == "" && len(cmd.Serve.Identity.ClientKeys) != n {
			t.Errorf("Parse(%s): %d keys, want %d", args, len(cmd.Serve.Identity.ClientKeys), n)
		}
	}
}

func TestLoopbackOnlyForPlainHTTP(t *testing.T) {
	for raw, ok := range map[string]bool{
		"https://portal.example.com": true, "http://localhost:8080": true, "http://id.localhost:8081": true, "http://127.0.0.1": true, "http://LocalHost": true, "http://[::1]:80": true, "https://id_server.internal": true,
		"http://portal.example.com": false, "http://localhost.example.com": false, "http://10.0.0.1": false, "ftp://localhost": false,
		"https://user:pw@example.com": false, "https://example.com/#x": false, "": false, "https:opaque": false, "https://%zz": false, "https://example.com?x": false, "https://": false, "https://:443": false,
	} {
		if err := checkURL("base-url", raw); (err == nil) != ok {
			t.Errorf("checkURL(%q) = %v, want accepted %v", raw, err, ok)
		}
	}
}

func TestTrustedProxies(t *testing.T) {
	cmd, err := Parse(append([]string{"serve", "--trusted-proxies=10.1.2.3/8, 192.0.2.7,2001:db8::/32"}, complete...), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard)
	if got := fmt.Sprint(cmd.Serve.Portal.Proxies()); err != nil || got != "[10.0.0.0/8 192.0.2.7/32 2001:db8::/32]" {
		t.Errorf("Proxies() = %s, %v", got, err)
	}
	for _, bad := range []string{"proxy.example.com", "10.0.0.0/33", "0.0.0.0/0", "::/0", "::ffff:10.0.0.0/104", "fe80::1%eth0", "10.0.0"} {
		if _, err := Parse(append([]string{"serve", "--trusted-proxies=192.0.2.7," + bad}, complete...), env(t, "DATAHUB_CLIENT_SECRET", "x"), io.Discard); err == nil || !strings.Contains(err.Error(), "--trusted-proxies: \""+bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestHelpIsNotAnError(t *testing.T) {
	var out strings.Builder
	if _, err := Parse([]string{"--help"}, env(t), &out); !errors.Is(err, ErrHelp) || !strings.Contains(out.String(), "serve") {
		t.Errorf("Parse(--help) = %v, printed %q", err, out.String())
	}
}

func TestS37DatabasesElsewhereNeedVerifiedTLS(t *testing.T) {
	for database, want := range map[string]string{ // address → what is connected to, "" for refused
		"postgres://u@127.0.0.1:5432/p":                           "postgres://u@127.0.0.1:5432/p",
		"postgres://u@localhost/p?sslmode=disable":                "postgres://u@localhost/p?sslmode=disable",
		"postgres://u@/p?host=/run/postgresql":                    "postgres://u@/p?host=/run/postgresql",
		"postgres://u@db.example.com/p":                           "postgres://u@db.example.com/p?sslmode=verify-full",
		"postgres://u@[2001:db8::1]:5432/p":                       "postgres://u@[2001:db8::1]:5432/p?sslmode=verify-full",
		"postgresql://u@127.0.0.1/p":                              "postgresql://u@127.0.0.1/p",
		"postgres://u@127.0.0.1/p?sslrootcert=system":             "postgres://u@127.0.0.1/p?sslrootcert=system",
		"postgres://[::1":                                         "",
		"sqlite://":                                               "",
		"postgres://u@127.0.0.1,db.example.com/p":                 "postgres://u@127.0.0.1,db.example.com/p?sslmode=verify-full",
		"postgres://u@db.example.com/p?sslmode=verify-ca":         "postgres://u@db.example.com/p?sslmode=verify-ca",
		"postgres://u@db.example.com/p?sslmode=disable":           "",
		"postgres://u@db.example.com/p?sslmode=prefer":            "",
		"postgres://u@db.example.com/p?sslmode=require":           "",
		"postgres://u@127.0.0.1/p?host=db.example.com&sslmode=no": "",
	} {
		s := Store{Database: database, KeysFile: "k"}
		err := s.check()
		if (err != nil) != (want == "") {
			t.Errorf("%s: %v", database, err)
		}
		if got, ok := s.PostgresURL(); want != "" && (!ok || got.Reveal() != want) {
			t.Errorf("%s: connects to %s", database, got.Reveal())
		}
	}
}

func TestS94NoPasswordOnTheCommandLine(t *testing.T) {
	getenv := env(t, "DATAHUB_CLIENT_SECRET", "x")
	for _, args := range [][]string{{"--database=postgres://u:hunter2@localhost/p"}, {"--database", "postgres://u:hunter2@localhost/p"}} {
		if _, err := Parse(append(append([]string{"serve"}, complete...), args...), getenv, io.Discard); err == nil || !strings.Contains(err.Error(), "--database: a password on the command line") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, sessions := range []string{"redis://:hunter2@localhost", "redis://:hunter2%@localhost", "redis://u:hunter2@localhost:7000,localhost:7001,localhost:7002"} {
		if _, err := Parse(append(append([]string{"serve"}, complete...), "--sessions="+sessions), getenv, io.Discard); err == nil || !strings.Contains(err.Error(), "--sessions: a password on the command line") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", sessions, err)
		}
	}
	for _, flag := range []string{"--client-secret=x", "--password=x", "--database-password=x"} {
		if _, err := Parse(append(append([]string{"serve"}, complete...), flag), getenv, io.Discard); err == nil {
			t.Errorf("%s is a flag", flag)
		}
	}
	t.Setenv("PORTICO_DATABASE", "postgres://u:hunter2@localhost/p")
	if cmd, err := Parse(append([]string{"serve"}, complete...), getenv, io.Discard); err != nil || strings.Contains(fmt.Sprintf("%+v %#v", cmd.Serve.Identity.ClientSecret, cmd.Serve.Identity.ClientSecret), "x") {
		t.Errorf("in the environment: %v", err)
	}
}
