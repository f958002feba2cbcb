package hub

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"portico/internal/demo/energy"
)

// endpoint answers one call: an object, a page of a list, a stream of rows, nil for nothing to say, or an error.
type endpoint func(*call) (any, error)

// call is one authorized request.
type call struct {
	hub     *Hub
	r       *http.Request
	params  params
	subject string
	account int64
	tenant  *tenant
	view    *view // the tenant's as the call began
	depth   int   // of calculations that are under way
}

// routes is the table of what the API answers. Paths are in lower case, which requests are brought to.
func routes() map[string]endpoint {
	table := map[string]endpoint{
		"GET /account":                   (*call).ownAccount,
		"GET /accounts":                  (*call).accounts,
		"GET /accounts/{id}":             (*call).accountByID,
		"GET /account/users":             (*call).accountUsers,
		"GET /user/info":                 (*call).userInfo,
		"GET /user/claim/{id}":           (*call).userClaims,
		"POST /user/claims/edit":         (*call).editClaim,
		"POST /account/user/claims/edit": (*call).editClaim,

		"GET /sites":         (*call).sites,
		"POST /sites":        (*call).newSite,
		"GET /sites/{id}":    (*call).site,
		"PUT /sites/{id}":    (*call).putSite,
		"PATCH /sites/{id}":  (*call).patchSite,
		"DELETE /sites/{id}": (*call).deleteSite,

		"GET /sources":         (*call).sources,
		"POST /sources":        (*call).newSource,
		"GET /sources/{id}":    (*call).source,
		"PUT /sources/{id}":    (*call).putSource,
		"PATCH /sources/{id}":  (*call).patchSource,
		"DELETE /sources/{id}": (*call).deleteSource,

		"GET /variables":                          (*call).variables,
		"GET /variables/source/{source}":          (*call).variables,
		"POST /variables/source/{source}":         (*call).newVariable,
		"GET /sources/{source}/variables/{id}":    (*call).variable,
		"PUT /sources/{source}/variables/{id}":    (*call).putVariable,
		"PATCH /sources/{source}/variables/{id}":  (*call).patchVariable,
		"DELETE /sources/{source}/variables/{id}": (*call).deleteVariable,
		"GET /variables/{id}/{part}":              (*call).partOfVariable,
		"GET /variables/types":                    reference(variableTypes()),
		"GET /variables/periodtypes":              reference(entries(periodTypes)),

		"GET /data":    (*call).data,
		"POST /data":   (*call).dataByBody, // a read
		"DELETE /data": (*call).deleteData,

		"GET /alarms":                   (*call).alarmList,
		"POST /alarms":                  (*call).newAlarm,
		"GET /alarms/{id}":              (*call).alarm,
		"PUT /alarms/{id}":              (*call).putAlarm,
		"PATCH /alarms/{id}":            (*call).patchAlarm,
		"DELETE /alarms/{id}":           (*call).deleteAlarm,
		"GET /alarms/{id}/statechanges": (*call).stateChanges,
		"POST /alarms/{id}/acknowledge": (*call).acknowledge,

		"GET /events":                (*call).events,
		"POST /events":               (*call).newEvent,
		"GET /events/{id}":           (*call).event,
		"PUT /events/{id}":           (*call).putEvent,
		"PATCH /events/{id}":         (*call).patchEvent,
		"DELETE /events/{id}":        (*call).deleteEvent,
		"GET /events/eventtypes":     reference(entries(energy.EventTypes)),
		"GET /events/timerangetypes": reference(entries(timeRangeTypes)),

		"GET /groups/{id}/sites":    (*call).groupSites,
		"POST /groups/{id}/sites":   (*call).addToGroup,
		"DELETE /groups/{id}/sites": (*call).removeFromGroup,

		"GET /form/fieldtypes":  reference(entries(energy.FieldTypes)),
		"GET /form/entitytypes": reference(entries(entityTypes)),

		"GET /storage":                  (*call).storage,
		"POST /storage":                 (*call).upload,
		"GET /storage/{id}":             (*call).storedFile,
		"DELETE /storage/{id}":          (*call).deleteFile,
		"GET /storage/file":             (*call).fileContent,
		"GET /storage/totalusage":       (*call).usage,
		"GET /storage/canupload/{size}": (*call).canUpload,

		"GET /schedule":            (*call).schedules,
		"GET /schedule/{of}/{id}":  (*call).partOfSchedule,
		"GET /site/{id}/schedules": (*call).schedulesOfSite,

		"GET /account/webhooks/{id}/history": (*call).webhookHistory,
		"POST /account/webhooks/test":        (*call).testWebhook,
		"POST /account/webhooks/test/{id}":   (*call).testWebhook,

		"GET /units":         reference(units()),
		"GET /unitfamily":    reference(entries(energy.UnitFamilies)),
		"GET /variabletypes": reference(variableTypes()),
		"GET /sitetypes":     reference(entries(energy.SiteTypes)),
		"GET /sourcetypes":   reference(entries(energy.SourceTypes)),
		"GET /energytypes":   reference(entries(energy.EnergyTypes)),
		"GET /energyusages":  reference(entries(energyUsages)),
		"GET /gatewaytypes":  reference(entries(gatewayTypes)),
		"GET /quantitytypes": reference(entries(energy.QuantityTypes)),
		"GET /aggregates":    reference(entries(energy.Aggregates)),
		"GET /granularity":   reference(entries(granularities)),
		"GET /timeperiods":   reference(entries(timePeriods)),
		"GET /timezones":     reference(timeZones()),
	}
	for path, r := range map[string]*resource{"/groups": groups, "/form": forms, "/dashboards": dashboards, "/reports": reports, "/alerts": alerts, "/account/webhooks": webhooks} {
		maps.Copy(table, r.routes(path))
	}
	return table
}

// pushRoutes is the table of what push answers, on a host of its own on the platform.
func pushRoutes() map[string]endpoint {
	return map[string]endpoint{
		"POST /api/data":           (*call).pushData,
		"POST /api/standard":       (*call).pushStandard,
		"POST /api/generic/{guid}": (*call).pushGeneric,
	}
}

func (h *Hub) newMux() *http.ServeMux {
	m := http.NewServeMux()
	for pattern, f := range routes() {
		m.Handle(pattern, h.authorized(pattern, f, func(r *http.Request) (caller, error) { return h.caller(r, pattern) }))
	}
	for pattern, f := range pushRoutes() {
		m.Handle(pattern, h.authorized(pattern, f, h.pusher))
	}
	m.HandleFunc("/", h.noRoute)
	return m
}

// noRoute answers what is not in the tables: 405 when the path is there with another method, else 404.
func (h *Hub) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
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

// authorized puts the check of who calls in front of an endpoint and writes what it returns.
func (h *Hub) authorized(pattern string, f endpoint, who func(*http.Request) (caller, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.count(pattern)
		result, err := h.run(w, r, f, who)
		if err != nil {
			h.refuse(w, err)
			return
		}
		h.answer(w, r, result)
	}
}

func (h *Hub) run(w http.ResponseWriter, r *http.Request, f endpoint, who func(*http.Request) (caller, error)) (any, error) {
	by, err := who(r)
	if err != nil {
		return nil, err
	}
	if err := h.slow(w, by.account); err != nil {
		return nil, err
	}
	p, err := parseParams(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	t := h.tenant(by.account)
	return f(&call{hub: h, r: r, params: p, subject: by.subject, account: by.account, tenant: t, view: t.view.Load()})
}

// caller is on whose behalf a request comes.
type caller struct {
	subject string
	account int64
	scopes  []string
}

func (c caller) may(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(c.scopes, s) })
}

// bearer reads an access token (RFC 6750 section 2.1).
func (h *Hub) bearer(r *http.Request) (caller, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); strings.EqualFold(scheme, "Bearer") && token != "" {
		if subject, account, scopes, ok := h.c.Check(token); ok {
			return caller{subject, h.accountOf(subject, account), scopes}, nil
		}
	}
	return caller{}, &refusal{status: http.StatusUnauthorized, message: "Authorization has been denied for this request."}
}

// caller is who may call a route of the API.
func (h *Hub) caller(r *http.Request, pattern string) (caller, error) {
	by, err := h.bearer(r)
	switch {
	case err != nil:
	case !by.may("datahub-api", "opisense-api"):
		err = forbidden("The access token lacks the scope datahub-api.")
	default:
		err = h.user(by.subject).may(pattern)
	}
	return by, err
}

// pusher is who may push: the holder of a token, or a user of the Data Hub with their own password, with the role for it.
func (h *Hub) pusher(r *http.Request) (caller, error) {
	by, err := h.pushing(r)
	if err == nil && !h.user(by.subject).has(pushes) {
		err = forbidden("The user lacks the role " + pushes + ".")
	}
	return by, err
}

func (h *Hub) pushing(r *http.Request) (caller, error) {
	if name, password, basic := r.BasicAuth(); basic {
		if h.c.Password != nil {
			if subject, account, ok := h.c.Password(name, password); ok {
				return caller{subject: subject, account: account}, nil
			}
		}
		return caller{}, &refusal{status: http.StatusUnauthorized, message: "Authorization has been denied for this request."}
	}
	by, err := h.bearer(r)
	if err == nil && !by.may("push-data") && (h.c.PushScope || !by.may("datahub-api", "opisense-api")) {
		err = forbidden("The access token lacks the scope push-data.")
	}
	return by, err
}
