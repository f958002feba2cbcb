package datahub

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AlarmID is an alarm's id, opaque.
type AlarmID string

// Alarm is a rule about a variable, with its newest state. Words that are not known are kept as the Data Hub writes them: what has an unknown
// Type can be listed, and not be understood.
type Alarm struct {
	ID       AlarmID
	Site     SiteID
	Source   SourceID
	Variable VariableID

	Name      string
	Type      string          // Threshold, Binary
	Threshold string          // Low, High
	Set       *float64        // in the variable's unit; nil when the Data Hub does not say
	Reset     *float64        // the same
	Frequency string          // Raw, Rolling, Scheduled
	Window    Step            // over which values are aggregated
	Aggregate Aggregate       // of the window
	Priority  json.RawMessage // a number or a word, as it is
	Enabled   bool

	Exceptions []AlarmException
	Latest     *StateChange // nil when the state has never changed
	CreatedBy  string
	Created    time.Time // zero when the Data Hub does not say
}

// Low reports whether the alarm is present at and below its set value.
func (a Alarm) Low() bool { return strings.EqualFold(a.Threshold, "Low") }

// AlarmException is a time, [From, To), in which an alarm is silent.
type AlarmException struct {
	From, To time.Time
	Reason   string
}

// AlarmState says how an alarm is. Whether it is present and whether somebody has acknowledged it are independent.
type AlarmState struct {
	Present      bool
	Acknowledged bool
	Inhibited    bool // silent for now
	Uncertain    bool // there are no data to tell
}

// StateChange is a change of an alarm's state.
type StateChange struct {
	ID    string
	Alarm AlarmID
	Time  time.Time // UTC
	Value float64   // of the variable, when it changed
	State AlarmState
	By    string // who changed it; "" for the platform
}

// AlarmQuery selects alarms that fit all that is given; the zero AlarmQuery selects all that the person may see.
type AlarmQuery struct {
	IDs       []AlarmID
	Sites     []SiteID
	Sources   []SourceID
	Variables []VariableID
}

func (q AlarmQuery) values() url.Values {
	v := url.Values{"displayLevel": {"Verbose"}}
	for name, ids := range map[string][]string{"siteIds": texts(q.Sites), "sourceIds": texts(q.Sources), "variableIds": texts(q.Variables)} {
		if len(ids) > 0 && len(ids) <= idsPerCall { // more are sorted out here
			v[name] = ids
		}
	}
	return v
}

func (q AlarmQuery) wants(a Alarm) bool {
	return oneOf(q.IDs, a.ID) && oneOf(q.Sites, a.Site) && oneOf(q.Sources, a.Source) && oneOf(q.Variables, a.Variable)
}

func (q AlarmQuery) listing() listing[wireAlarm, Alarm] {
	return listing[wireAlarm, Alarm]{path: pathAlarms, query: q.values(), convert: wireAlarm.alarm, wanted: q.wants}
}

// Alarms returns the selected alarms that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Alarms(ctx context.Context, q AlarmQuery) ([]Alarm, error) {
	ids := make([]string, len(q.IDs))
	for i, id := range q.IDs {
		ids[i] = string(id)
	}
	return q.listing().readIDs(ctx, c, "ids", ids)
}

// Alarm returns one alarm, or ErrNotFound when there is none that the person may see.
func (c *Client) Alarm(ctx context.Context, id AlarmID) (Alarm, error) {
	path, err := fill(pathAlarm, string(id))
	if err != nil {
		return Alarm{}, err
	}
	var found []wireAlarm
	err = c.do(ctx, &request{method: http.MethodGet, path: path, route: pathAlarm, limit: c.hub.maxList, read: func(_ http.Header, body io.Reader) (err error) {
		found, _, err = readItems[wireAlarm](c, pathAlarm, body)
		return err
	}})
	w, err := only(found, err, "alarm")
	return w.alarm(), err
}

// AlarmHistory returns the changes of an alarm's state in [from, to), newest first.
func (c *Client) AlarmHistory(ctx context.Context, id AlarmID, from, to time.Time) ([]StateChange, error) {
	path, err := fill(pathAlarmChanges, string(id))
	if err != nil {
		return nil, err
	}
	l := listing[wireChange, StateChange]{path: path, route: pathAlarmChanges, query: url.Values{"from": {utcText(from)}, "to": {utcText(to)}}, convert: wireChange.change,
		wanted: func(x StateChange) bool { return !x.Time.Before(from) && x.Time.Before(to) }}
	changes, err := l.read(ctx, c)
	slices.SortStableFunc(changes, func(a, b StateChange) int { return b.Time.Compare(a.Time) })
	return changes, err
}

// utcText writes a date so that it is the same with and without a look at its offset.
func utcText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// AcknowledgeAlarm notes that the person has seen the alarm; doing it twice is doing it once. A comment is optional. Read the alarm again to see
// its state.
func (c *Client) AcknowledgeAlarm(ctx context.Context, id AlarmID, comment string) error {
	path, err := fill(pathAcknowledge, string(id))
	if err != nil {
		return err
	}
	body := map[string]string{}
	if comment != "" {
		body["comment"] = comment
	}
	return c.post(ctx, path, pathAcknowledge, body, nil)
}

type wireAlarm struct {
	ID         text            `json:"id"`
	SiteID     number          `json:"siteId"`
	SourceID   number          `json:"sourceId"`
	VariableID number          `json:"variableId"`
	Name       text            `json:"friendlyName"`
	Type       text            `json:"type"`
	Threshold  text            `json:"thresholdType"`
	Set        *real           `json:"setValue"`
	Reset      *real           `json:"resetValue"`
	Frequency  text            `json:"frequencyType"`
	Count      real            `json:"granularity"`
	TimeBase   *TimePeriod     `json:"granularityTimeBase"`
	Aggregate  Aggregate       `json:"aggregationType"`
	Priority   json.RawMessage `json:"priority"`
	Enabled    *flag           `json:"enabled"`
	Exceptions []struct {
		From   moment `json:"from"`
		To     moment `json:"to"`
		Reason text   `json:"reason"`
	} `json:"exceptions"`
	Latest    *wireChange `json:"latestStateChange"`
	CreatedBy text        `json:"createdBy"`
	Created   moment      `json:"createdDate"`
}

func (w wireAlarm) key() (string, bool) { return string(w.ID), w.ID != "" && visible(string(w.ID)) }

func (w wireAlarm) alarm() Alarm {
	a := Alarm{
		ID: AlarmID(w.ID), Site: SiteID(w.SiteID), Source: SourceID(w.SourceID), Variable: VariableID(w.VariableID), Name: string(w.Name), Type: string(w.Type),
		Threshold: string(w.Threshold), Set: (*float64)(w.Set), Reset: (*float64)(w.Reset), Frequency: string(w.Frequency), Aggregate: w.Aggregate,
		Enabled: w.Enabled == nil || bool(*w.Enabled), CreatedBy: string(w.CreatedBy), Created: time.Time(w.Created),
	}
	if string(w.Priority) != "null" {
		a.Priority = w.Priority
	}
	if w.TimeBase != nil && w.Count > 0 {
		a.Window = Step{Count: float64(w.Count), Period: *w.TimeBase}
	}
	for _, e := range w.Exceptions {
		a.Exceptions = append(a.Exceptions, AlarmException{From: time.Time(e.From), To: time.Time(e.To), Reason: string(e.Reason)})
	}
	if w.Latest != nil && !time.Time(w.Latest.Date).IsZero() {
		latest := w.Latest.change()
		a.Latest = &latest
	}
	return a
}

type wireChange struct {
	ID      text   `json:"id"`
	AlarmID text   `json:"alarmId"`
	Date    moment `json:"date"`
	Value   real   `json:"value"`
	By      text   `json:"updatedBy"`
	State   struct {
		Present      flag `json:"present"`
		Acknowledged flag `json:"acknowledged"`
		Inhibited    flag `json:"inhibited"`
		Uncertain    flag `json:"uncertain"`
	} `json:"state"`
}

// key is that of a change with an id and a date: without the one pages cannot be told apart, without the other it means nothing.
func (w wireChange) key() (string, bool) {
	return string(w.ID), w.ID != "" && !time.Time(w.Date).IsZero()
}

func (w wireChange) change() StateChange {
	return StateChange{
		ID: string(w.ID), Alarm: AlarmID(w.AlarmID), Time: time.Time(w.Date), Value: float64(w.Value), By: string(w.By),
		State: AlarmState{Present: bool(w.State.Present), Acknowledged: bool(w.State.Acknowledged), Inhibited: bool(w.State.Inhibited), Uncertain: bool(w.State.Uncertain)},
	}
}
