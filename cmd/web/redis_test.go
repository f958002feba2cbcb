package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// Sessions in Redis beside the portal's database: every command works with them, and warnings say what can lose them.
func TestSessionsInRedis(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t, "--requirepass", "canary-sesame", "--maxmemory-policy", "allkeys-lru")
	d := deploy(t, time.Minute)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("canary-sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = append(d.env, "PORTICO_SESSIONS="+server.URL()+"/3", "PORTICO_SESSIONS_PASSWORD_FILE="+password)
	portal := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	if err := portal.stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if portal.log.Count("sessions can get lost", "maxmemory-policy") != 1 || portal.log.Count("canary") != 0 {
		t.Errorf("the log:\n%s", portal.log)
	}
	d.serve(t)
	p.get("/sites").want(t, http.StatusOK)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"sessions", "list", "--everyone"}, "1 sessions"},
		{[]string{"keys", "list"}, " 2\n"}, // the session and its tokens
		{[]string{"check"}, "maxmemory-policy"},
		{[]string{"sessions", "end", "--everyone"}, "1 sessions ended"},
		{[]string{"sessions", "list", "--everyone"}, "0 sessions"},
	} {
		if out, err := d.command(t, c.args...); err != nil && c.args[0] != "check" || !strings.Contains(out, c.want) || strings.Contains(out, "canary") {
			t.Errorf("web %v: %v\n%s", c.args, err, out)
		}
	}
	p.get("/sites").want(t, http.StatusSeeOther)
	d.env = append(d.env, "PORTICO_SESSIONS_PASSWORD_FILE=", "PORTICO_SESSIONS_PASSWORD=canary-wrong")
	if out, err := d.command(t, "sessions", "list", "--everyone"); err == nil || strings.Contains(out, "canary") {
		t.Errorf("with a wrong password: %v\n%s", err, out)
	}
}

// S-37: rediss:// believes nobody whom the machine does not trust, and nobody of another name.
func TestRedisOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key := selfSigned(t, dir)
	port := testserver.FreePort(t)
	plain := testserver.StartRedis(t, "--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no")
	for name, c := range map[string]struct{ address, trusted, want string }{
		"trusted":       {"localhost:" + port, certificate, "0 sessions"},
		"not trusted":   {"localhost:" + port, "", "certificate signed by unknown authority"},
		"another name":  {"127.0.0.1:" + port, certificate, "127.0.0.1"},
		"another place": {"192.0.2.1:" + port, certificate, "password is required"},
		"another port":  {"localhost:" + plain.Port, certificate, "does not answer in TLS"},
	} {
		cmd := newCommand("sessions", "list", "--everyone", "--database=memory:", "--sessions=rediss://"+c.address)
		if c.trusted != "" {
			cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+c.trusted)
		}
		if out, err := cmd.CombinedOutput(); (err == nil) != (name == "trusted") || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// selfSigned writes a certificate of its own authority for localhost, and its key.
func selfSigned(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	signed, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}
