package energy

import (
	"sync"
	"time"
)

// epoch is when all counters were installed, in seconds since 1970.
var epoch = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// register is a counter: what has flowed since the epoch. Sums are made when they are first asked for, up to the moment that was
// asked for, and kept; asking gives the same whether they are kept or not.
type register struct {
	start float64
	flow  model // per hour
	step  int64 // seconds

	mu   sync.Mutex
	sums []float64 // before the step that begins at epoch + i·step; guarded by mu
}

func newRegister(start float64, flow model, step time.Duration) *register {
	return &register{start: start, flow: flow, step: int64(step / time.Second), sums: []float64{0}}
}

// reading is what the counter shows at m.
func (r *register) reading(m *moment) float64 {
	n := int((m.sec - epoch) / r.step)
	if n < 0 {
		return r.start
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n >= len(r.sums) {
		r.extend(n, *m)
	}
	return r.start + r.sums[n]
}

// extend adds up the steps before the nth.
func (r *register) extend(n int, m moment) {
	hours := float64(r.step) / 3600
	for i := len(r.sums) - 1; i < n; i++ {
		m.move(epoch + int64(i)*r.step)
		r.sums = append(r.sums, r.sums[i]+r.flow(&m)*hours)
	}
}

// rolling is a counter of five digits and one decimal: after 99 999.9 comes 0.
func (r *register) rolling(m *moment) float64 {
	x := round(r.reading(m), 1)
	for x >= 100_000 {
		x -= 100_000
	}
	return x
}

// exchanged is a counter whose meter was exchanged at a moment for a new one that began at 0.
func (r *register) exchanged(at time.Time) model {
	return func(m *moment) float64 {
		if m.sec < at.Unix() {
			return r.reading(m)
		}
		return r.reading(m) - r.reading(m.at(at.Unix()))
	}
}
