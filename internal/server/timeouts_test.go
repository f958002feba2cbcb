package server

import (
	"log/slog"
	"net/http"
	"testing"
	"time"
)

func TestS74EverythingHasAnEnd(t *testing.T) {
	t.Parallel()
	h := HTTPServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, limit := range map[string][2]time.Duration{"headers": {h.ReadHeaderTimeout, 10 * time.Second}, "body": {h.ReadTimeout, 30 * time.Second}, "answer": {h.WriteTimeout, 2 * time.Minute}, "idle": {h.IdleTimeout, 2 * time.Minute}} {
		if limit[0] <= 0 || limit[0] > limit[1] {
			t.Errorf("%s may take %v, want at most %v", name, limit[0], limit[1])
		}
	}
	if pageTimeout <= 0 || pageTimeout >= h.WriteTimeout {
		t.Errorf("a page may take %v, which is more than there is to write it, %v", pageTimeout, h.WriteTimeout)
	}
	if h.MaxHeaderBytes+4<<10 > 32<<10 || !h.DisableGeneralOptionsHandler || h.Protocols != nil && h.Protocols.UnencryptedHTTP2() {
		t.Errorf("headers of %d bytes, OPTIONS * answered by net/http %t", h.MaxHeaderBytes, !h.DisableGeneralOptionsHandler)
	}
}
