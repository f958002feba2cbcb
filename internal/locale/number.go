package locale

import (
	"math"
	"strconv"
	"strings"
)

// None is what stands where there is no value.
const None = dash

// Int writes a whole number with group separators and a true minus sign.
func (l Locale) Int(n int) string { return l.Fixed(float64(n), 0) }

// Fixed writes v with that many decimals, with group separators and a true minus sign; [None] for what is not finite.
func (l Locale) Fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return None
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	var b strings.Builder
	if v < 0 && strings.Trim(text, "0.") != "" { // no minus before a rounded zero
		b.WriteString(minus)
	}
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(l.form.group)
		}
		b.WriteByte(whole[i])
	}
	if fraction != "" {
		b.WriteString(l.form.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// Value writes v for reading: three or four significant digits, no decimals from a hundred on.
func (l Locale) Value(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return None
	case a >= 1e15:
		return l.Fixed(v/1e15, 1) + "·10¹⁵"
	case a >= 99.95:
		return l.Fixed(v, 0)
	case a >= 9.995:
		return l.Fixed(v, 1)
	case a >= 0.9995 || a == 0:
		return l.trim(v, 2)
	}
	return l.trim(v, min(2-int(math.Floor(math.Log10(math.Abs(v)))), 8))
}

// trim writes v with at most that many decimals.
func (l Locale) trim(v float64, decimals int) string {
	text := l.Fixed(v, decimals)
	if whole, fraction, ok := strings.Cut(text, l.form.decimal); ok && strings.Trim(fraction, "0") == "" {
		return whole
	}
	return text
}

// Precise writes v with all its digits, at most six decimals, for tables and tooltips.
func (l Locale) Precise(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(l.Fixed(v, 6), "0"), l.form.decimal)
}

// Quantity writes a value with its unit after a no-break space. Energy and power change to the next larger unit from 10 000 on.
func (l Locale) Quantity(v float64, unit string) string {
	text, unit := l.Parts(v, unit)
	return Join(text, unit)
}

// Parts is Quantity with value and unit apart.
func (l Locale) Parts(v float64, unit string) (value, shownUnit string) {
	v, unit = l.Scale(v, unit)
	return l.Value(v), unit
}

// Join puts a unit after a value.
func Join(value, unit string) string {
	if unit == "" || value == None {
		return value
	}
	return value + nbsp + unit
}

var larger = map[string]string{"Wh": "kWh", "kWh": "MWh", "MWh": "GWh", "W": "kW", "kW": "MW", "MW": "GW"}

// Scale turns ten thousand and more of a unit of energy or power into the next larger unit, unless values keep the unit they came in.
func (l Locale) Scale(v float64, unit string) (float64, string) {
	if l.own {
		return v, unit
	}
	return scale(v, unit)
}

// scale turns ten thousand and more of a unit of energy or power into the next larger unit.
func scale(v float64, unit string) (float64, string) {
	for math.Abs(v) >= 9999.5 && !math.IsInf(v, 0) {
		next, ok := larger[unit]
		if !ok {
			break
		}
		v, unit = v/1000, next
	}
	return v, unit
}

// Percent writes a share, 0 to 1, in per cent: whole ones without decimals, others with one. What is not complete never reads 100 %.
func (l Locale) Percent(share float64) string {
	p := share * 100
	if p > 99.9 && p < 100 {
		p = 99.9
	}
	return l.trim(p, 1) + nbsp + "%"
}

// Change writes a relative change with its sign: +4.1 %, −62 %, ±0 %. [None] when there is nothing to compare with.
func (l Locale) Change(from, to float64) string {
	p := (to - from) / math.Abs(from) * 100 // of nothing it is not finite
	decimals := 1
	if math.Abs(p) >= 9.95 {
		decimals = 0
	}
	text := l.Fixed(p, decimals)
	switch {
	case text == None || math.Abs(p) > 9999:
		return None
	case strings.Trim(text, minus+"0"+l.form.decimal) == "":
		return "±0" + nbsp + "%"
	case p > 0:
		text = "+" + text
	}
	return text + nbsp + "%"
}

// Bytes writes a size: 812 B, 4.20 kB, 18.0 MB; in French 18,0 Mo.
func (l Locale) Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB"}
	if l.lang == French {
		units = []string{"o", "ko", "Mo", "Go"}
	}
	v, unit := float64(n), units[0]
	for _, larger := range units[1:] {
		if v < 1000 {
			break
		}
		v, unit = v/1000, larger
	}
	if unit == units[0] {
		return Join(l.Int(int(n)), unit)
	}
	return Join(l.Value(v), unit)
}
