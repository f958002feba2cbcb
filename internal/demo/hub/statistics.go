package hub

import (
	"strconv"
	"time"
)

// partOfVariable answers GET /variables/{id}/statistics, the only part that there is.
func (c *call) partOfVariable() (any, error) {
	if c.r.PathValue("part") != "statistics" {
		return nil, notFound("There is no such resource.")
	}
	x, err := c.variableOfPath(c.view)
	if err != nil {
		return nil, err
	}
	q := dataQuery{}
	if q.zone, q.reporting, err = c.params.zone(); err != nil {
		return nil, err
	}
	if q.from, q.to, err = c.params.bounds(); err != nil {
		return nil, err
	}
	text := c.params.get("threshold")
	threshold, err := strconv.ParseFloat(text, 64)
	if err != nil || threshold-threshold != 0 { // not a number, or infinite
		return nil, invalid("threshold", "The value '%.40s' is not valid for threshold.", text)
	}
	from, to, _ := c.span(q, x)
	s := statistics{threshold: threshold}
	for p := range c.points(x, from, to, c.hub.c.Now()) {
		s.add(p.Time, p.Value)
	}
	return s.object(), nil
}

// statistics are what a variable does about a threshold. A value holds until the next point.
type statistics struct {
	threshold       float64
	samples, highs  int
	rising, falling int
	above, below    time.Duration
	last            time.Time
	high            bool // the last value is at or above the threshold
}

func (s *statistics) add(t time.Time, value float64) {
	high := value >= s.threshold
	if s.samples > 0 {
		if s.high {
			s.above += t.Sub(s.last)
		} else {
			s.below += t.Sub(s.last)
		}
		switch {
		case high && !s.high:
			s.rising++
		case !high && s.high:
			s.falling++
		}
	}
	if high {
		s.highs++
	}
	s.samples++
	s.last, s.high = t, high
}

// object has durations in seconds.
func (s *statistics) object() object {
	return object{
		"samplesCount": s.samples, "aboveThresholdSamplesCount": s.highs, "belowThresholdSamplesCount": s.samples - s.highs,
		"risingEdgesCount": s.rising, "fallingEdgesCount": s.falling,
		"aboveThresholdTotalDuration": s.above.Seconds(), "belowThresholdTotalDuration": s.below.Seconds(),
	}
}
