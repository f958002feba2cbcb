package locale

import (
	"math"
	"strings"
	"testing"
	"time"
)

// plain makes the kinds of blanks visible: _ does not break, ' is narrow.
func plain(s string) string { return strings.NewReplacer(nbsp, "_", thin, "'").Replace(s) }

func check(t *testing.T, what string, got, want string) {
	t.Helper()
	if plain(got) != want {
		t.Errorf("%s = %q, want %q", what, plain(got), want)
	}
}

func TestNumbers(t *testing.T) {
	en, fr, nl, de := For(English), For(French), For(Dutch), For(German)
	check(t, "en", en.Fixed(-1234567.891, 2), "−1'234'567.89")
	check(t, "fr", fr.Fixed(-1234567.891, 2), "−1'234'567,89")
	check(t, "nl", nl.Fixed(-1234567.891, 2), "−1.234.567,89")
	check(t, "de", de.Fixed(1234567.891, 2), "1.234.567,89")
	check(t, "a rounded zero", en.Fixed(-0.004, 2), "0.00")
	for v, want := range map[float64]string{
		0: "0", 1: "1", 9.99: "9.99", 9.999: "10.0", 15.84: "15.8", 99.94: "99.9", 99.96: "100", 3004.4: "3'004", -19.94: "−19.9", 0.5: "0.500", 0.061: "0.0610", 1e-12: "0", 2e15: "2.0·10¹⁵",
		math.NaN(): None, math.Inf(1): None, math.Inf(-1): None,
	} {
		check(t, "Value", en.Value(v), want)
	}
	for v, want := range map[float64]string{50: "50", 0.1 + 0.2: "0,3", -2.5: "−2,5", 1e6: "1.000.000", math.NaN(): None} {
		check(t, "Precise", nl.Precise(v), want)
	}
	check(t, "Quantity", en.Quantity(9999, "kWh"), "9'999_kWh")
	check(t, "Quantity", en.Quantity(12345, "kWh"), "12.3_MWh")
	check(t, "Quantity", en.Quantity(3.2e10, "Wh"), "32.0_GWh")
	check(t, "Quantity", en.Quantity(-98765, "kW"), "−98.8_MW")
	check(t, "Quantity", en.Quantity(123456, "m³"), "123'456_m³")
	check(t, "Quantity", en.Quantity(7, ""), "7")
	check(t, "Quantity", en.Quantity(math.NaN(), "kWh"), None)
}

func TestShares(t *testing.T) {
	l := For(German)
	for v, want := range map[float64]string{1: "100_%", 0.9999: "99,9_%", 0.5: "50_%", 0.123: "12,3_%", 0: "0_%"} {
		check(t, "Percent", l.Percent(v), want)
	}
	for want, v := range map[string][2]float64{"+4,1_%": {100, 104.1}, "−62_%": {100, 38}, "±0_%": {100, 100.01}, "+100_%": {-5, 0}, None: {0, 5}} {
		check(t, "Change", l.Change(v[0], v[1]), want)
	}
	for _, v := range [][2]float64{{math.NaN(), 1}, {1, math.NaN()}, {1e-9, 1e9}, {1, math.Inf(1)}} {
		check(t, "Change", l.Change(v[0], v[1]), None)
	}
}

func TestDates(t *testing.T) {
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 16, 14, 5, 8, 0, brussels)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, brussels) }
	for l, want := range map[Lang][5]string{
		English: {"14:05:08_CET", "Mon_16_Nov_2026", "November_2026", "Mon_16_Nov 14:05", "3_h_25_min"},
		French:  {"14:05:08_CET", "lun._16_nov._2026", "novembre_2026", "lun._16_nov. 14:05", "3_h_25_min"},
		Dutch:   {"14:05:08_CET", "ma_16_nov_2026", "november_2026", "ma_16_nov 14:05", "3_u_25_min"},
		German:  {"14:05:08_CET", "Mo_16._Nov._2026", "November_2026", "Mo_16._Nov. 14:05", "3_Std._25_Min."},
	} {
		f := For(l)
		for i, got := range []string{f.Clock(at), f.Date(at), f.Month(at), f.DateTime(at, at), f.Duration(-(3*time.Hour + 25*time.Minute + 59*time.Second))} {
			check(t, string(l), got, want[i])
		}
	}
	en := For(English)
	check(t, "another year", en.DateTime(at, day(2027, 1, 1)), "Mon_16_Nov_2026 14:05")
	for want, r := range map[string][2]time.Time{
		"2026":                                          {day(2026, 1, 1), day(2027, 1, 1)},
		"October_2026":                                  {day(2026, 10, 1), day(2026, 11, 1)},
		"Sun_25_Oct_2026":                               {day(2026, 10, 25), day(2026, 10, 26)}, // 25 hours
		"Mon_16_Nov – Sun_22_Nov_2026":                  {day(2026, 11, 16), day(2026, 11, 23)},
		"Thu_31_Dec_2026 – Fri_1_Jan_2027":              {day(2026, 12, 31), day(2027, 1, 2)},
		"Thu_1_Jan – Fri_2_Jan_2026":                    {day(2026, 1, 1), day(2026, 1, 3)},
		"Tue_3_Feb – Mon_2_Mar_2026":                    {day(2026, 2, 3), day(2026, 3, 3)},
		"Tue_3_Feb_2026 – Tue_2_Feb_2027":               {day(2026, 2, 3), day(2027, 2, 3)},
		"Fri_16_Oct – Mon_16_Nov_2026":                  {day(2026, 10, 16), day(2026, 11, 17)},
		"Sun_16_Nov_2025 – Mon_16_Nov_2026":             {day(2025, 11, 16), day(2026, 11, 17)},
		"Sun_29_Mar_2026":                               {day(2026, 3, 29), day(2026, 3, 30).UTC()}, // 23 hours, to a moment of another zone
		"Mon_16_Nov_2026, 00:00 – 14:05":                {day(2026, 11, 16), at},
		"Mon_16_Nov 00:05 – Tue_17_Nov_2026 00:00":      {day(2026, 11, 16).Add(5 * time.Minute), day(2026, 11, 17)},
		"Fri_16_Oct 14:05 – Mon_16_Nov_2026 14:05":      {at.AddDate(0, -1, 0), at},
		"Sun_16_Nov_2025 14:05 – Mon_16_Nov_2026 14:05": {at.AddDate(-1, 0, 0), at},
		"Mon_16_Nov_2026, 14:05 – 16:05":                {at, at.Add(2 * time.Hour)},
		"Mon_16_Nov 14:05 – Tue_17_Nov_2026 14:05":      {at, at.AddDate(0, 0, 1)},
	} {
		check(t, "Range", en.Range(r[0], r[1]), want)
	}
	for d, want := range map[time.Duration]string{0: "0_s", 59 * time.Second: "59_s", time.Minute: "1_min", 95 * time.Second: "1_min", time.Hour: "1_h", 24 * time.Hour: "1_d", 14*24*time.Hour - time.Second: "13_d_23_h", 14*24*time.Hour + time.Hour: "14_d", 50 * time.Hour: "2_d_2_h", 400 * 24 * time.Hour: "400_d"} {
		check(t, "Duration", en.Duration(d), want)
	}
}

func TestPlurals(t *testing.T) {
	const key = Key("overview.sites")
	for _, l := range Langs() {
		one, many, none := For(l).T(key, 1), For(l).T(key, 2), For(l).T(key, 0)
		if one == many || !strings.Contains(many, "2") || strings.Contains(one+many, "|") {
			t.Errorf("%s: %q and %q", l, one, many)
		}
		if french := l == French; (strings.Replace(none, "0", "1", 1) == one) != french {
			t.Errorf("%s: none is %q, one is %q; only French counts none as one", l, none, one)
		}
	}
	if got := For(English).T("no such key", 1); got != "no such key" {
		t.Errorf("an unknown key: %q", got)
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		preference, header string
		want               Lang
	}{
		{"", "", English}, {"nl", "fr", Dutch}, {"xx", "fr", French}, {"", "fr-BE", French}, {"", "de;q=0.5, nl-BE;q=0.9", Dutch}, {"", "es, ja;q=0.9", English},
		{"", "nl;q=0, fr;q=0.1", French}, {"", "de;q=x, fr;q=0.2", French}, {"", "*", English}, {"", "NL", Dutch}, {"", strings.Repeat("es,", 30) + "fr", English}, {"", "de;q=NaN,fr;q=0.1", French},
		{"", "de;q=0.9, nl;q=0.5", German}, {"", "fr, de", French}, {"", "es, fr;q=0.5", French}, {"", "de;q=1.5, fr;q=0.2", French}, {"", strings.Repeat("es,", 19) + "fr", French}, {"", strings.Repeat("es,", 20) + "fr", English},
	} {
		if got := Match(tt.preference, tt.header); got.lang != tt.want {
			t.Errorf("Match(%q, %.40q) = %s, want %s", tt.preference, tt.header, got.lang, tt.want)
		}
	}
}

// FuzzMatch takes any Accept-Language header: one of the languages comes out, soon.
func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"fr-BE,nl;q=0.8", "*;q=NaN", "de;q=1e99", ",,;;==", "en;q=0.8;q=1", "fr;q=-1", "\x00", "nl;q=0.9999999999999999999999"} {
		f.Add("", seed)
		f.Add(seed, "fr")
	}
	f.Fuzz(func(t *testing.T, preference, header string) {
		if _, ok := Parse(Match(preference, header).Lang()); !ok {
			t.Fatalf("Match(%q, %q) is no language", preference, header)
		}
	})
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for l, want := range map[Lang]string{English: "42 B, 999 B, 1 kB, 4.20 kB, 18.0 MB", French: "42 o, 999 o, 1 ko, 4,20 ko, 18,0 Mo", German: "42 B, 999 B, 1 kB, 4,20 kB, 18,0 MB"} {
		f := For(l)
		var sizes []string
		for _, n := range []int64{42, 999, 1000, 4_200, 18_000_000} {
			sizes = append(sizes, f.Bytes(n))
		}
		if got := strings.ReplaceAll(strings.Join(sizes, ", "), nbsp, " "); got != want {
			t.Errorf("%s: %q, want %q", l, got, want)
		}
	}
}

// Names and texts of the Data Hub and of other people cannot turn the text around them, end its line or make it long.
func TestTextsFromElsewhere(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"  Depot\t 4 \r\n": "Depot 4", "a\x00b\x1bc\x7fd\u0080e\u009ff": "a b c d e f", "a\u00a0b": "a b", "a\ufeffb\xffc\ufffdd": "a b c d", "\u00e9\u0301": "\u00e9\u0301",
		"a\u202ab\u202ec\u2066d\u2069e\u200ef\u200fg\u061ch\u2028i\u2029j": "abcdefghij", "\u2029\u2065": "\u2065", strings.Repeat("\u00e9", 121): strings.Repeat("\u00e9", 120), "": "",
	} {
		if got := Plain(text); got != want {
			t.Errorf("Plain(%q) = %q, want %q", text, got, want)
		}
	}
	if got := Name(" \u202e "); got != dash {
		t.Errorf("a name of nothing = %q", got)
	}
	if got := Name("Depot"); got != "Depot" {
		t.Errorf("Name(Depot) = %q", got)
	}
	if got := Typed(" a\r\n\tb\x00\u202e!", 6); got != " a\r\n\tb" {
		t.Errorf("Typed = %q", got)
	}
	if got := Bracket("kWh") + Bracket(""); got != "(kWh)" {
		t.Errorf("Bracket = %q", got)
	}
}
