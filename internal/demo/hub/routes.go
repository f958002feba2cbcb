package hub

import (
	"net/http"
	"slices"
	"strings"

	"portico/internal/demo/energy"
)

// endpoint answers one call: an object, a page of a list, a stream of rows, or an error.
type endpoint func(*call) (any, error)

// call is one authorized request.
type call struct {
	hub     *Hub
	r       *http.Request
	params  params
	subject string
	account int64
	view    *view
}

// routes is the table of what the hub answers. Paths are in lower case, which requests are brought to.
func routes() map[string]endpoint {
	return map[string]endpoint{
		"GET /account":       (*call).ownAccount,
		"GET /accounts":      (*call).accounts,
		"GET /accounts/{id}": (*call).accountByID,
		"GET /user/info":     (*call).user,

		"GET /sites":      (*call).sites,
		"GET /sites/{id}": (*call).site,

		"GET /sources":      (*call).sources,
		"GET /sources/{id}": (*call).source,

		"GET /variables":                       (*call).variables,
		"GET /variables/source/{source}":       (*call).variables,
		"GET /sources/{source}/variables/{id}": (*call).variable,
		"GET /variables/{id}/{part}":           (*call).partOfVariable,

		"GET /data":  (*call).data,
		"POST /data": (*call).dataByBody,

		"GET /units":         list(units()),
		"GET /unitfamily":    list(entries(energy.UnitFamilies)),
		"GET /variabletypes": list(variableTypes()),
		"GET /sitetypes":     list(entries(energy.SiteTypes)),
		"GET /sourcetypes":   list(entries(energy.SourceTypes)),
		"GET /energytypes":   list(entries(energy.EnergyTypes)),
		"GET /energyusages":  list(entries(energyUsages)),
		"GET /gatewaytypes":  list(entries(gatewayTypes)),
		"GET /quantitytypes": list(entries(energy.QuantityTypes)),
		"GET /aggregates":    list(entries(energy.Aggregates)),
		"GET /granularity":   list(entries(granularities)),
		"GET /timeperiods":   list(entries(timePeriods)),
		"GET /timezones":     list(timeZones()),
	}
}

func (h *Hub) newMux() *http.ServeMux {
	m := http.NewServeMux()
	for pattern, f := range routes() {
		m.Handle(pattern, h.authorized(pattern, f))
	}
	m.HandleFunc("/", h.noRoute)
	return m
}

// noRoute answers what is not in the table: 405 when the path is there with another method, else 404.
func (h *Hub) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := h.mux.Handler(other); pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		h.refuse(w, notFound("There is no such resource."))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	h.refuse(w, &refusal{status: http.StatusMethodNotAllowed, message: "The resource does not support this method."})
}

// authorized puts the check of the access token in front of an endpoint and writes what it returns.
func (h *Hub) authorized(pattern string, f endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.count(pattern)
		c, err := h.newCall(r)
		var result any
		if err == nil {
			result, err = f(c)
		}
		if err != nil {
			h.refuse(w, err)
			return
		}
		h.answer(w, r, result)
	}
}

// newCall reads who calls, and with which parameters. A token is presented as RFC 6750 section 2.1 says.
func (h *Hub) newCall(r *http.Request) (*call, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	subject, account, scopes, ok := "", int64(0), []string(nil), false
	if token = strings.TrimSpace(token); strings.EqualFold(scheme, "Bearer") && token != "" {
		subject, account, scopes, ok = h.c.Check(token)
	}
	if !ok {
		return nil, &refusal{status: http.StatusUnauthorized, message: "Authorization has been denied for this request."}
	}
	if !slices.Contains(scopes, "datahub-api") && !slices.Contains(scopes, "opisense-api") {
		return nil, &refusal{status: http.StatusForbidden, message: "The access token lacks the scope datahub-api."}
	}
	p, err := parseParams(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	return &call{hub: h, r: r, params: p, subject: subject, account: account, view: h.view(account)}, nil
}
