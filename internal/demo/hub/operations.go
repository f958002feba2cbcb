package hub

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// pushOperation is one push on its way through the platform.
type pushOperation struct {
	id      string // "" when nobody wants to hear of its end
	timeout time.Duration
	started time.Time
	points  int
}

// pushOperation reads operationId and operationTimeoutSec as clients write them: properly, with the second question mark inside the value, or as
// a value without a name.
func (c *call) pushOperation() pushOperation {
	op := pushOperation{timeout: time.Minute, started: c.hub.c.Now()}
	for part := range strings.FieldsFuncSeq(c.r.URL.RawQuery, func(r rune) bool { return r == '&' || r == '?' }) {
		name, value, named := strings.Cut(part, "=")
		if !named {
			name, value = "operationId", name
		}
		value, err := url.QueryUnescape(value)
		if err != nil {
			continue
		}
		switch strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]) {
		case "operationid":
			op.id = value
		case "operationtimeoutsec":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				op.timeout = min(time.Duration(n)*time.Second, time.Hour)
			}
		}
	}
	return op
}

// finish tells the webhooks of an account that a push has gone through, or that it takes longer than its sender would wait.
func (h *Hub) finish(t *tenant, op pushOperation) {
	if op.id == "" {
		return
	}
	status, after := "Completed", h.c.IngestDelay
	if after > op.timeout {
		status, after = "Timeout", op.timeout
	}
	h.announceAfter(after, t, pushFinished, object{"operationId": op.id, "status": status, "startDate": dateTime(op.started), "endDate": dateTime(op.started.Add(after)),
		"pointCount": op.points, "errors": []string{}})
}

// sourceNews is what webhooks hear of a new source. Its members are spelled otherwise than everywhere else.
func sourceNews(s *source) object {
	news := object{}
	for name, v := range s.o {
		news[strings.ToUpper(name[:1])+name[1:]] = v
	}
	return news
}
