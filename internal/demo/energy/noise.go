package energy

import "math"

// mix is splitmix64 over three words: well-spread bits for any input.
func mix(a, b, c uint64) uint64 {
	x := a + 0x9e3779b97f4a7c15*(b+1) + 0xbf58476d1ce4e5b9*(c+1)
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// unit maps bits to [0, 1).
func unit(x uint64) float64 { return float64(x>>11) / (1 << 53) }

// smooth is value noise in [-1, 1]: random at multiples of span, eased in between. Both are in seconds.
func smooth(salt uint64, sec, span int64) float64 {
	n := sec / span
	f := float64(sec%span) / float64(span)
	f = f * f * (3 - 2*f)
	a, b := unit(mix(salt, uint64(n), 3)), unit(mix(salt, uint64(n+1), 3))
	return 2*(a+(b-a)*f) - 1
}

// noise is smooth noise over quarter hours, hours, days and four days, within [-1, 1].
func (m *moment) noise(salt uint64) float64 {
	return 0.4*smooth(salt, m.sec, 900) + 0.3*smooth(salt^5, m.sec, 3600) +
		0.18*smooth(salt^9, m.sec, 86400) + 0.12*smooth(salt^17, m.sec, 4*86400)
}

// rough is a cheaper noise of quarter hours and hours, within [-1, 1].
func (m *moment) rough(salt uint64) float64 {
	return 0.6*smooth(salt, m.sec, 900) + 0.4*smooth(salt^5, m.sec, 3600)
}

// chance is a number in [0, 1) that is the same for all moments of a span of seconds.
func (m *moment) chance(salt uint64, span int64) float64 {
	return unit(mix(salt, uint64(m.sec/span), 4))
}

// bump is a bell of height 1 around centre.
func bump(x, centre, width float64) float64 {
	d := (x - centre) / width
	return math.Exp(-d * d)
}

// plateau is 1 between from and to, with soft shoulders.
func plateau(x, from, to, soft float64) float64 {
	return 1 / (1 + math.Exp(-(x-from)/(soft/4))) / (1 + math.Exp((x-to)/(soft/4)))
}
