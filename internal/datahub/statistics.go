package datahub

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// StatisticsQuery asks what a variable did about a threshold in [From, To).
type StatisticsQuery struct {
	Variable  VariableID
	From, To  time.Time
	Threshold float64 // in the variable's unit
}

// Statistics are what a variable did about a threshold. Above includes the threshold itself.
type Statistics struct {
	Samples, Above, Below int           // points
	Rising, Falling       int           // passages
	AboveFor, BelowFor    time.Duration // time on each side
}

// Statistics returns the statistics of a variable, or ErrNotFound when there is none that the person may see.
func (c *Client) Statistics(ctx context.Context, q StatisticsQuery) (Statistics, error) {
	path, err := fill(pathStatistics, strconv.FormatInt(int64(q.Variable), 10))
	if err != nil || math.IsNaN(q.Threshold) || math.IsInf(q.Threshold, 0) {
		return Statistics{}, fmt.Errorf("statistics of variable %d about %v: %w", q.Variable, q.Threshold, ErrNotFound)
	}
	query := url.Values{"from": {q.From.UTC().Format(localTime)}, "to": {q.To.UTC().Format(localTime)}, "timeZoneId": {"UTC"}, "threshold": {strconv.FormatFloat(q.Threshold, 'g', -1, 64)}}
	var found []wireStatistics
	err = c.do(ctx, &request{method: http.MethodGet, path: path, route: pathStatistics, query: query, limit: c.hub.maxList, read: func(_ http.Header, body io.Reader) (err error) {
		found, _, err = readItems[wireStatistics](c, pathStatistics, body)
		return err
	}})
	w, err := only(found, err, "statistics")
	return w.statistics(), err
}

type wireStatistics struct {
	Samples  *number `json:"samplesCount"`
	Above    number  `json:"aboveThresholdSamplesCount"`
	Below    number  `json:"belowThresholdSamplesCount"`
	Rising   number  `json:"risingEdgesCount"`
	Falling  number  `json:"fallingEdgesCount"`
	AboveFor span    `json:"aboveThresholdTotalDuration"`
	BelowFor span    `json:"belowThresholdTotalDuration"`
}

func (w wireStatistics) key() (string, bool) { return "", w.Samples != nil }

func (w wireStatistics) statistics() Statistics {
	if w.Samples == nil {
		return Statistics{}
	}
	return Statistics{Samples: int(*w.Samples), Above: int(w.Above), Below: int(w.Below), Rising: int(w.Rising), Falling: int(w.Falling), AboveFor: time.Duration(w.AboveFor), BelowFor: time.Duration(w.BelowFor)}
}

// span reads a duration: seconds, or hh:mm:ss with days and a point in front, and a fraction behind.
type span time.Duration

func (s *span) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `" `)
	if text == "null" || text == "" {
		return nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if clock := strings.Split(text, ":"); len(clock) == 3 {
		days, hours, dotted := strings.Cut(clock[0], ".")
		if !dotted {
			days, hours = "0", clock[0]
		}
		var parts [4]float64
		for i, part := range []string{days, hours, clock[1], clock[2]} {
			if parts[i], err = strconv.ParseFloat(part, 64); err != nil || parts[i] < 0 {
				return malformed("duration")
			}
		}
		seconds = ((parts[0]*24+parts[1])*60+parts[2])*60 + parts[3]
	}
	if err != nil || math.IsNaN(seconds) || math.Abs(seconds) > 1e9*3 {
		return malformed("duration")
	}
	*s = span(math.Round(seconds * float64(time.Second)))
	return nil
}
