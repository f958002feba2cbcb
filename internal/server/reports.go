package server

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
)

// reportPath takes what browsers report about the Content-Security-Policy (CSP3 section 5.3, Reporting API).
const reportPath = "/csp-reports"

// violation is one report, in the spelling of either format.
type violation struct {
	Directive  string `json:"effective-directive"`
	Directive2 string `json:"effectiveDirective"`
	Blocked    string `json:"blocked-uri"`
	Blocked2   string `json:"blockedURL"`
	Page       string `json:"document-uri"`
	Page2      string `json:"documentURL"`
}

// cspReports logs violations of the policy. What a report says is somebody else's text: shortened, and without queries.
func (s *Server) cspReports(w http.ResponseWriter, r *http.Request) error {
	body, _ := io.ReadAll(r.Body) // in memory, see withLoad
	list, err := parseReports(body)
	if err != nil {
		return badRequest("body", err)
	}
	for _, v := range list {
		if s.limits.written.Take(struct{}{}) == 0 {
			s.config.Log.WarnContext(r.Context(), "browser reports a violation of the content security policy", "request_id", eventOf(r.Context()).ID,
				slog.String("directive", short(v.Directive+v.Directive2)), slog.String("blocked", withoutQuery(v.Blocked+v.Blocked2)), slog.String("page", withoutQuery(v.Page+v.Page2)))
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// parseReports reads application/csp-report, an object, and application/reports+json, a list.
func parseReports(body []byte) ([]violation, error) {
	var one struct {
		Report *violation `json:"csp-report"`
	}
	if json.Unmarshal(body, &one) == nil && one.Report != nil {
		return []violation{*one.Report}, nil
	}
	var many []struct {
		Type string    `json:"type"`
		Body violation `json:"body"`
	}
	if json.Unmarshal(body, &many) != nil {
		return nil, errors.New("not a report of the Content-Security-Policy")
	}
	var list []violation
	for _, m := range many {
		if m.Type == "csp-violation" {
			list = append(list, m.Body)
		}
	}
	return list, nil
}

func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "unreadable"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment = nil, "", false, ""
	return short(u.String())
}

func short(text string) string { return text[:min(len(text), 200)] }
