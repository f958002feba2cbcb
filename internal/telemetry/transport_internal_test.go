package telemetry

import "testing"

func TestTemplate(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/sites/204481/data-hub":            "/sites/{id}/data-hub",
		"/user/claim/7be40911-viewer":       "/user/claim/{id}",
		"/alarms/0b9d2c5e-9a31-4c0f-8d4e-1": "/alarms/{id}",
		"/oauth2/v1/token":                  "/oauth2/v1/token",
		"/.well-known/openid-configuration": "/.well-known/openid-configuration",
		"/":                                 "/",
	} {
		if got := template(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
