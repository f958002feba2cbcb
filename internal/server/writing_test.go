package server

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"portico/internal/locale"
	"portico/internal/testserver"
)

// written is what somebody writes: the server or a script.
type written struct{ Values, Precise, Quantities, Changes, Durations []string }

// Scripts write numbers and lengths of time as the server does, in each language.
func TestScriptsWriteAsTheServerDoes(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		testserver.Missing(t, "what scripts write: install Debian's package nodejs")
	}
	numbers := []float64{0, 0.125, 2.5, 3.5, 100.5, 101.5, 1, -1, 0.5, 0.04, -0.00012, 1.005, 9.99, 9.996, 12.34, 99.94, 99.96, 612.4, -1234.5, 9999.4, 1234567.891, math.Pi, 1e-9}
	pairs := [][2]float64{{100, 104.1}, {100, 38}, {100, 100.04}, {50, 50}, {-20, 10}, {1, 1000}, {8, 7.2}}
	lengths := []time.Duration{0, 38 * time.Second, time.Minute, 59*time.Minute + 59*time.Second, 3*time.Hour + 25*time.Minute, 24 * time.Hour, 4*24*time.Hour + 2*time.Hour, 20 * 24 * time.Hour}
	for _, lang := range locale.Langs() {
		l := locale.For(lang)
		var want written
		for _, v := range numbers {
			want.Values, want.Precise = append(want.Values, l.Value(v)), append(want.Precise, l.Precise(v))
			want.Quantities = append(want.Quantities, locale.Join(l.Value(v), "m³"))
		}
		for _, p := range pairs {
			change := l.Change(p[0], p[1])
			if change == locale.None {
				change = "" // scripts leave it out
			}
			want.Changes = append(want.Changes, change)
		}
		for _, d := range lengths {
			want.Durations = append(want.Durations, l.Duration(d))
		}
		got := byScript(t, node, l, map[string]any{"numbers": numbers, "pairs": pairs, "lengths": lengths})
		for what, both := range map[string][2][]string{"Value": {got.Values, want.Values}, "Precise": {got.Precise, want.Precise}, "Quantity": {got.Quantities, want.Quantities}, "Change": {got.Changes, want.Changes}, "Duration": {got.Durations, want.Durations}} {
			if fmt.Sprintf("%q", both[0]) != fmt.Sprintf("%q", both[1]) {
				t.Errorf("%s %s: the script writes %q, the server %q", lang, what, both[0], both[1])
			}
		}
	}
}

// byScript lets words.js write what is asked for, on a page in the language of l.
func byScript(t *testing.T, node string, l locale.Locale, ask map[string]any) (got written) {
	t.Helper()
	page, err := json.Marshal(writingModel(l))
	if err != nil {
		t.Fatal(err)
	}
	questions, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("../../web/static/words.js")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "words.mjs"), module, 0o600); err != nil {
		t.Fatal(err)
	}
	script := `globalThis.document = {getElementById: () => ({textContent: process.argv[1]})};
		const w = await import(process.argv[2]), ask = JSON.parse(process.argv[3]);
		console.log(JSON.stringify({values: ask.numbers.map(w.value), precise: ask.numbers.map(w.precise), quantities: ask.numbers.map(v => w.quantity(v, "m³")),
			changes: ask.pairs.map(p => w.change(...p)), durations: ask.lengths.map(ns => w.duration(ns / 1e6))}));`
	out, err := exec.CommandContext(t.Context(), node, "--input-type=module", "-e", script, string(page), filepath.Join(dir, "words.mjs"), string(questions)).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}
