package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issue writes a certificate with its key into two files.
func issue(t *testing.T, name, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	template.Subject.CommonName = name
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A certificate that is renewed counts from the next connection on; while its files are being replaced, the one from before does.
func TestClientCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "client.pem"), filepath.Join(dir, "client.key")
	issue(t, "first", cert, key)
	get, err := clientCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	name := func() string {
		t.Helper()
		c, err := get(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.Subject.CommonName
	}
	if got := name(); got != "first" {
		t.Errorf("at first: %s", got)
	}
	issue(t, "second", cert, filepath.Join(dir, "other.key")) // the key comes later
	if got := name(); got != "first" {
		t.Errorf("certificate and key do not fit: %s, want the one from before", got)
	}
	issue(t, "second", cert, key)
	if got := name(); got != "second" {
		t.Errorf("renewed: %s", got)
	}
}

func TestCertificatesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if get, err := clientCertificate("", "", nil); get != nil || err != nil {
		t.Errorf("no files: %v", err)
	}
	if _, err := clientCertificate(empty, empty, nil); err == nil || !strings.Contains(err.Error(), "--client-certificate-file") {
		t.Errorf("not a certificate: %v", err)
	}
	if roots, err := readRoots(""); roots != nil || err != nil {
		t.Errorf("no CA file: %v", err)
	}
	for _, path := range []string{empty, filepath.Join(dir, "missing.pem")} {
		if _, err := readRoots(path); err == nil || !strings.Contains(err.Error(), "--issuer-ca-file") {
			t.Errorf("readRoots(%s) = %v", path, err)
		}
	}
}
