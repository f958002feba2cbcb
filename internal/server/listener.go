package server

import (
	"log/slog"
	"net/http"
	"time"
)

// Timeouts of the public listener (OWASP ASVS 5.0, V4.2.5 and V15.2.2).
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 120 * time.Second
	pageTimeout   = 25 * time.Second
)

// HTTPServer returns an http.Server with the portal's limits around h; what net/http itself has to say goes to log.
func HTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes - 4<<10, // net/http adds these four
		DisableGeneralOptionsHandler: true, ErrorLog: httpLog(log), ConnContext: withConn,
	}
}
