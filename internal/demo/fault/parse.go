package fault

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// What a fault in words may look like, for those who have written another one.
const (
	wantLatency = "80ms or 80ms±40ms, at most 1m"
	wantFault   = "a duration such as 30s (down for so long), a status such as 429, delay, truncate, cut, cut-after, hang or hang-after, " +
		"then :2% for a share of the requests or :3 for so many, then any of @every:10m @after:1m @for:30s @retry:5s @path:/token @delay:80ms±40ms @bytes:100"
)

// defaults of faults in words.
const (
	defaultDelay    = 2 * time.Second
	defaultTruncate = 100
	defaultRetry    = 2 * time.Second // 429 always says when to come back
)

// ParseLatency reads a delay with what it differs by: 80ms, 80ms±40ms or 80ms+-40ms. An empty text is no delay.
func ParseLatency(text string) (delay, jitter time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, second, differs := strings.Cut(strings.ReplaceAll(text, "+-", "±"), "±")
	if delay, err = time.ParseDuration(first); err == nil && differs {
		jitter, err = time.ParseDuration(second)
	}
	if err != nil || delay < 0 || delay > longestDelay || jitter < 0 || jitter > delay {
		return 0, 0, fmt.Errorf("%.60q is not a latency; write %s", text, wantLatency)
	}
	return delay, jitter, nil
}

// ParseFor reads which of two servers does what, for example identity=30s@every:10m or hub=429:2%.
func ParseFor(text string) (server string, r Rule, err error) {
	server, rest, _ := strings.Cut(text, "=")
	if server != "identity" && server != "hub" {
		return "", Rule{}, fmt.Errorf("%.100q names no server; write identity=FAULT or hub=FAULT, where FAULT is %s", text, wantFault)
	}
	if r, err = Parse(rest); err == nil && r.Down && r.Wait == 0 && r.Every == 0 {
		err = fmt.Errorf("%.100q: say when the server goes down, with @after:DURATION or @every:DURATION", text)
	}
	return server, r, err
}

// Parse reads what goes wrong, with how many requests, and when: what [Rule.String] writes.
func Parse(text string) (r Rule, err error) {
	parts := strings.Split(text, "@")
	kind, amount, amounts := strings.Cut(parts[0], ":")
	if !r.kind(kind) || amounts && !r.amount(amount) {
		return Rule{}, fmt.Errorf("%.100q is no fault; write %s", text, wantFault)
	}
	seen := map[string]bool{}
	for _, option := range parts[1:] {
		name, value, _ := strings.Cut(option, ":")
		if seen[name] || !r.option(name, value) {
			return Rule{}, fmt.Errorf("%.100q: @%.40s is not possible; write %s", text, option, wantFault)
		}
		seen[name] = true
	}
	if err = r.Check(); err != nil {
		return Rule{}, fmt.Errorf("%.100q: %w", text, err)
	}
	return r, nil
}

// kind reads what happens.
func (r *Rule) kind(word string) bool {
	word, after := strings.CutSuffix(word, "-after")
	r.After = after
	switch status, err := strconv.Atoi(word); {
	case err == nil:
		r.Status = status
		if status == 429 {
			r.RetryAfter = defaultRetry
		}
		return true
	case word == "delay":
		r.Delay = defaultDelay
	case word == "truncate":
		r.Truncate = defaultTruncate
	case word == "cut":
		r.Cut = true
	case word == "hang":
		r.Hang = true
	default:
		r.Down = true
		return positive(word, &r.For)
	}
	return true
}

// amount reads how many requests a rule strikes: a share in percent, or a count.
func (r *Rule) amount(text string) bool {
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		x, err := strconv.ParseFloat(percent, 64)
		r.Share = x / 100
		return err == nil && x > 0 && !math.IsInf(x, 0)
	}
	n, err := strconv.Atoi(text)
	r.Count = n
	return err == nil && n > 0
}

// option reads one of the parts behind an @.
func (r *Rule) option(name, value string) bool {
	switch name {
	case "every":
		return positive(value, &r.Every)
	case "after":
		return positive(value, &r.Wait)
	case "for":
		return !r.Down && positive(value, &r.For)
	case "retry":
		return positive(value, &r.RetryAfter)
	case "delay":
		var err error
		r.Delay, r.Jitter, err = ParseLatency(value)
		return err == nil && r.Delay > 0
	case "path":
		r.Path = value
		return value != ""
	case "bytes":
		n, err := strconv.Atoi(value)
		r.Truncate, n = n, r.Truncate
		return err == nil && n != 0 && r.Truncate > 0
	}
	return false
}

func positive(text string, d *time.Duration) (ok bool) {
	var err error
	*d, err = time.ParseDuration(text)
	return err == nil && *d > 0
}

// String is the rule as Parse reads it.
func (r Rule) String() string {
	var b strings.Builder
	b.WriteString(r.word())
	if r.Share > 0 {
		b.WriteString(":" + strconv.FormatFloat(math.Round(r.Share*1e8)/1e6, 'f', -1, 64) + "%")
	}
	if r.Count > 0 {
		b.WriteString(":" + strconv.Itoa(r.Count))
	}
	if r.Delay > 0 {
		b.WriteString("@delay:" + brief(r.Delay))
	}
	if r.Jitter > 0 {
		b.WriteString("±" + brief(r.Jitter))
	}
	for _, o := range []struct {
		name string
		d    time.Duration
	}{{"retry", r.RetryAfter}, {"after", r.Wait}, {"every", r.Every}} {
		if o.d > 0 {
			b.WriteString("@" + o.name + ":" + brief(o.d))
		}
	}
	if r.For > 0 && !r.Down {
		b.WriteString("@for:" + brief(r.For))
	}
	if r.Truncate > 0 {
		b.WriteString("@bytes:" + strconv.Itoa(r.Truncate))
	}
	if r.Path != "" {
		b.WriteString("@path:" + r.Path)
	}
	return b.String()
}

func (r Rule) word() string {
	word := "delay"
	switch {
	case r.Down:
		return brief(r.For)
	case r.Status != 0:
		word = strconv.Itoa(r.Status)
	case r.Truncate != 0:
		word = "truncate"
	case r.Cut:
		word = "cut"
	case r.Hang:
		word = "hang"
	}
	if r.After {
		word += "-after"
	}
	return word
}

// brief is a duration without the zeros behind it: 10m for 10m0s.
func brief(d time.Duration) string {
	text := d.String()
	for _, zeros := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zeros) {
			text = text[:len(text)-2]
		}
	}
	return text
}
