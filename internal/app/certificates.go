package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
)

// readRoots reads the CA certificates of a private identity server; nil, the system's, without a file.
func readRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--issuer-ca-file: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("--issuer-ca-file: no certificate in " + path)
	}
	return roots, nil
}

// clientCertificate returns what gives the portal's certificate at each handshake: as the files have it then, and the last good one while they are being replaced. Nil
// without files.
func clientCertificate(certFile, keyFile string, log *slog.Logger) (func(*tls.CertificateRequestInfo) (*tls.Certificate, error), error) {
	if certFile == "" {
		return nil, nil
	}
	first, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("--client-certificate-file: %w", err)
	}
	var good atomic.Pointer[tls.Certificate]
	good.Store(&first)
	return func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if now, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil {
			good.Store(&now)
		} else {
			log.Warn("client certificate not read, the one from before is used", "error", err)
		}
		return good.Load(), nil
	}, nil
}
