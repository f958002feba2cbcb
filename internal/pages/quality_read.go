package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// qualityDays is how many days the matrices of data quality show.
const qualityDays = 30

// meterQuality is how well the data of one variable came, day by day.
type meterQuality struct {
	source   datahub.Source
	variable datahub.Variable
	zone     *time.Location
	from     time.Time // the first day
	days     []dayQuality
	newest   question
	still    *series.Run // the longest stretch in which it sent one value, nil when that is not worth a look
	err      error

	counts, lows, highs [2]question // days that are over, and the last two
}

// dayQuality is one day of a variable.
type dayQuality struct {
	from       time.Time
	expected   int // values up to now; 0 for a day to come
	came       int
	low, high  float64
	unchanging bool // all values of the day were the same, and not nothing
}

// share is the part of the expected values that came, at most 1; −1 when none were expected.
func (d dayQuality) share() float64 {
	if d.expected == 0 {
		return -1
	}
	return min(float64(d.came)/float64(d.expected), 1)
}

// quality reads the days of all variables in the list, which must have a step, in as few calls as there are zones.
func (rd *reader) quality(ctx context.Context, list []*meterQuality) error {
	var all []*question
	for _, m := range list {
		all = append(all, m.ask(rd.now)...)
	}
	if err := rd.points(ctx, all); err != nil {
		return err
	}
	for _, m := range list {
		m.fill(rd.now)
	}
	return rd.stillOnes(ctx, list)
}

// Bounds on looking closer at days on which nothing changed.
const (
	stillDays  = 3  // from which a meter that sends the same value is worth a look: a quiet weekend is shorter
	stillMost  = 24 // meters that are looked at
	stillAside = 1  // days before and after, on which it may have begun and ended
)

// stillOnes finds out since when, and until when, the meters sent one value that did so for whole days.
func (rd *reader) stillOnes(ctx context.Context, list []*meterQuality) error {
	asked := map[*meterQuality]*question{}
	var all []*question
	for _, m := range list {
		first, last := m.unchangingDays()
		if m.err != nil || last-first+1 < stillDays-1 || len(all) == stillMost {
			continue
		}
		from, to := midnight(m.days[first].from, m.zone, -stillAside), midnight(m.days[last].from, m.zone, 1+stillAside)
		if to.After(rd.now) {
			to = rd.now.Truncate(time.Minute)
		}
		q := &question{variable: m.variable.ID, span: span{from: from, to: to, g: datahub.GranularityRaw}}
		asked[m], all = q, append(all, q)
	}
	err := rd.points(ctx, all)
	for m, q := range asked {
		slots := series.Fill(q.points, series.Range{From: q.span.from, To: q.span.to, Zone: m.zone}, q.span.g, m.variable.Step.Duration(), rd.now)
		for _, run := range series.Still(slots, stillFrom) {
			if m.still == nil || run.To.Sub(run.From) > m.still.To.Sub(m.still.From) {
				m.still = &run
			}
		}
	}
	return err
}

// ask writes the questions about a variable: how many values each day has, and the lowest and highest, so that a meter that stands still is found.
func (m *meterQuality) ask(now time.Time) []*question {
	m.newest = newestQuestion(m.variable, now)
	return slices.Concat([]*question{&m.newest}, m.daily(&m.counts, datahub.Count, now), m.daily(&m.lows, datahub.Min, now), m.daily(&m.highs, datahub.Max, now))
}

// daily writes the questions about one aggregate of each day: of days that are over, and of the last two.
func (m *meterQuality) daily(to *[2]question, agg datahub.Aggregate, now time.Time) (all []*question) {
	today := midnight(now, m.zone, 0)
	end := midnight(m.from, m.zone, qualityDays)
	settled := midnight(today, m.zone, -1)
	if end.Before(settled) {
		settled = end
	}
	s := span{from: m.from, to: settled, g: datahub.GranularityDay, agg: agg, zone: m.zone}
	if s.from.Before(s.to) {
		to[0] = question{variable: m.variable.ID, span: s}
		all = append(all, &to[0])
	}
	if end.After(today) {
		s.name, s.from, s.to = "last days", settled, now
		to[1] = question{variable: m.variable.ID, span: s}
		all = append(all, &to[1])
	}
	return all
}

// fill makes days of the answers.
func (m *meterQuality) fill(now time.Time) {
	of := func(list [2]question) map[int64]float64 {
		values := map[int64]float64{}
		for _, q := range list {
			if q.err != nil {
				m.err = q.err
			}
			for _, p := range q.points {
				values[p.Time.Unix()] = p.Value
			}
		}
		return values
	}
	counts, lows, highs := of(m.counts), of(m.lows), of(m.highs)
	step := m.variable.Step.Duration()
	for i := range qualityDays {
		from, to := midnight(m.from, m.zone, i), midnight(m.from, m.zone, i+1)
		if to.After(now) {
			to = now
		}
		over := to.Before(now)
		d := dayQuality{from: from, came: int(counts[from.Unix()]), low: lows[from.Unix()], high: highs[from.Unix()]}
		if to.After(from) {
			d.expected = max(int(to.Sub(from)/step)-boolToInt(to.Equal(now)), 0) // the newest value may be on its way
		}
		d.unchanging = over && d.came > 1 && d.low == d.high && d.high != 0 && step < 12*time.Hour
		m.days = append(m.days, d)
	}
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// late reports whether the newest value is older than twice the variable's own step, or there is none.
func (m *meterQuality) late(now time.Time) bool {
	last := m.newest.last().Time
	return m.newest.err == nil && (last.IsZero() || freshness(now.Sub(last), m.variable.Step.Duration()) != "ok")
}

// complete is the part of all expected values that came.
func (m *meterQuality) complete() (came, expected int) {
	for _, d := range m.days {
		came, expected = came+min(d.came, d.expected), expected+d.expected
	}
	return came, expected
}

// unchangingDays are the first and last of the most days in a row on which all values were the same; the last is before the first without any.
func (m *meterQuality) unchangingDays() (first, last int) {
	run, first, last := 0, 0, -1
	for i, d := range m.days {
		if run++; !d.unchanging || i > 0 && m.days[i-1].unchanging && m.days[i-1].high != d.low {
			run = boolToInt(d.unchanging)
		}
		if run > last-first+1 {
			first, last = i-run+1, i
		}
	}
	return first, last
}

// marked are the days, of which only those count as unchanging that are part of a stretch that is worth a look.
func (m *meterQuality) marked() []dayQuality {
	days := slices.Clone(m.days)
	for i, d := range days {
		days[i].unchanging = d.unchanging && m.still != nil && !d.from.Before(midnight(m.still.From, m.zone, 0)) && d.from.Before(m.still.To)
	}
	return days
}
