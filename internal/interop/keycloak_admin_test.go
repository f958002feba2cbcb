package interop

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/visitor"
)

// adminAPI is Keycloak's admin API.
type adminAPI struct {
	origin string

	mu    sync.Mutex
	token string
	until time.Time
}

var direct = &http.Client{Transport: visitor.Transport(visitor.Options{Trust: trusted()}), Timeout: 60 * time.Second}

// do makes a request below /admin/realms and returns the answer.
func (a *adminAPI) do(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, a.origin+"/admin/realms"+path, content)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+a.signIn(t))
	return ask(t, req)
}

func (a *adminAPI) signIn(t *testing.T) string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Now().Before(a.until) {
		return a.token
	}
	form := url.Values{"grant_type": {"password"}, "client_id": {"admin-cli"}, "username": {adminName}, "password": {adminPassword}}
	req, err := http.NewRequest(http.MethodPost, a.origin+"/realms/master/protocol/openid-connect/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	read(t, ask(t, req), &answer)
	a.token, a.until = answer.AccessToken, time.Now().Add(30*time.Second)
	return a.token
}

// ask sends a request that must succeed.
func ask(t *testing.T, req *http.Request) []byte {
	t.Helper()
	resp, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: status %d: %s", req.Method, req.URL.Path, resp.StatusCode, body)
	}
	return body
}
