package hub

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/energy"
)

// found is a variable of a world's site by its name.
func found(t *testing.T, site, name string) energy.Variable {
	t.Helper()
	of := map[int]int{} // source → site
	for _, s := range world.Sources {
		of[s.ID] = s.Site
	}
	for _, s := range world.Sites {
		for _, v := range world.Variables {
			if s.Name == site && v.Name == name && of[v.Source] == s.ID {
				return v
			}
		}
	}
	t.Fatalf("no variable %s of %s", name, site)
	return energy.Variable{}
}

// valueAt is a variable's value at a time, as text; "" when there is none.
func valueAt(t *testing.T, h http.Handler, v energy.Variable, at time.Time) string {
	t.Helper()
	label := at.UTC().Format("2006-01-02T15:04:05")
	rows := points(t, h, strconv.Itoa(v.ID), "&from="+label+"&to="+at.Add(time.Second).UTC().Format("2006-01-02T15:04:05"))
	if len(rows) == 0 {
		return ""
	}
	return strings.TrimPrefix(rows[0], label+" ")
}

func pushValue(t *testing.T, h http.Handler, v energy.Variable, at time.Time, value float64) {
	t.Helper()
	pushedTo(t, h, strconv.Itoa(v.ID), fmt.Sprintf(`[{"date":%q,"value":%v}]`, at.UTC().Format(time.RFC3339), value))
}

// TestScriptsOfTheWorld computes every calculated variable of the world from its inputs by its own script, which the world does not use.
func TestScriptsOfTheWorld(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	c := &call{hub: h, tenant: h.tenants[101]}
	c.view = c.tenant.view.Load()
	n := 0
	for _, x := range c.view.variables {
		if x.world.Calculated == nil {
			continue
		}
		n++
		for hour := range 24 {
			at := time.Date(2026, 6, 10, hour, 15, 0, 0, time.UTC)
			want, _ := world.Value(*x.world, at, now)
			got, ok := c.computed(x, at, now)
			if ok && math.Abs(got.value-want) > 0.006*math.Abs(want)+0.02 {
				t.Errorf("%s at %v: the script gives %v, the world has %v", x.o["name"], at, got.value, want)
			}
			if !ok && x.o["name"] != "Self-consumption" { // at night nothing is produced, and nothing of it consumed
				t.Errorf("%s at %v: the script gives nothing", x.o["name"], at)
			}
		}
	}
	if n != 6 {
		t.Errorf("%d calculated variables, want 6", n)
	}
}

func TestPushRecomputes(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	total, rest := found(t, "Hospital Sint-Jan wing", "Electricity"), found(t, "Hospital Sint-Jan wing", "Unmetered rest")
	before, next := valueAt(t, h, rest, at), valueAt(t, h, rest, at.Add(15*time.Minute))
	was, _ := strconv.ParseFloat(before, 64)
	old, _ := strconv.ParseFloat(valueAt(t, h, total, at), 64)
	pushValue(t, h, total, at, old+100)
	got, _ := strconv.ParseFloat(valueAt(t, h, rest, at), 64)
	if math.Abs(got-was-100) > 0.01 {
		t.Errorf("100 kWh more in all make the rest %v after %v", got, was)
	}
	if after := valueAt(t, h, rest, at.Add(15*time.Minute)); after != next {
		t.Errorf("the next quarter is %s after %s", after, next)
	}
	label := "&from=2026-11-20T10:00:00&to=2026-11-20T11:00:00&granularity=hour&aggregation=max"
	if hour := get[[]entity](t, h, "/data?timeZoneId=UTC&variableId="+strconv.Itoa(rest.ID)+label); len(hour) != 1 || hour[0]["maxValue"] != math.Round(got*1e6)/1e6 {
		t.Errorf("the hour's highest is %v, want %v", hour, got)
	}
	backward := get[[]entity](t, h, "/data?timeZoneId=UTC&pagingOrder=DESC&variableId="+strconv.Itoa(rest.ID)+"&from=2026-11-20T10:00:00&to=2026-11-20T10:30:00")
	if len(backward) != 2 || backward[1]["rawValue"] != got {
		t.Errorf("newest first: %v", backward)
	}
	// What is pushed to the calculated variable itself counts more, and an account sees its own pushes only.
	pushValue(t, h, rest, at, 7)
	if got := valueAt(t, h, rest, at); got != "7" {
		t.Errorf("pushed over it: %s", got)
	}
	if got := valueAt(t, newHub(Config{}), rest, at); got != before {
		t.Errorf("another hub has %s, want %s", got, before)
	}
}

// TestDegreeDays makes one quarter warm: heat that is corrected by degree days is more than it was, by the ratio that the script says.
func TestDegreeDays(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	at := time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)
	delivered, corrected := found(t, "District heating Nord", "Heat delivered"), found(t, "District heating Nord", "Degree-day corrected heat")
	pushValue(t, h, found(t, "PV roof Logistics Park", "Outdoor temperature"), at, 8.5)
	mwh, _ := strconv.ParseFloat(valueAt(t, h, delivered, at), 64)
	got, _ := strconv.ParseFloat(valueAt(t, h, corrected, at), 64)
	if want := 1000 * mwh * 6 / 8; math.Abs(got-want) > 1e-6 {
		t.Errorf("with 8 degree days: %v, want %v", got, want)
	}
	verbose := get[[]entity](t, h, "/variables?displayLevel=verbose&id="+strconv.Itoa(corrected.ID))[0]
	formula := verbose["calculated"].(entity)["calculatedVariableFormulas"].([]any)[0].(entity)
	if text, _ := formula["formula"].(string); !strings.HasPrefix(text, "degreeDays <- pmax(0, inputConstants$base-") || !strings.Contains(fmt.Sprint(formula["constants"]), "base value:16.5") {
		t.Errorf("the script does not say what degree days are: %v", formula)
	}
}

func TestFormFieldsOfACalculation(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	must(t, h, 204, "PATCH", "/sites/204483", `[{"op":"replace","path":"/clientData/`+energy.SiteForm.Name+`/`+energy.SiteForm.Groups[0].Name+`/FloorArea","value":50}]`)
	pushValue(t, h, found(t, "Supermarkt Marktplein", "Electricity"), at, 100)
	if got := valueAt(t, h, found(t, "Supermarkt Marktplein", "Electricity per m²"), at); got != "2" {
		t.Errorf("100 kWh on 50 m² are %s", got)
	}
}

// script computes Values, in which a and b stand for inputs.
func script(values string) string {
	return "list(TimeSeries=data.frame(Dates=inputVariables$a$TimeSeries$Dates, Values=" + strings.NewReplacer("{a}", "inputVariables$a$TimeSeries$Values", "{b}", "inputVariables$b$TimeSeries$Values").Replace(values) + "))"
}

// calculatedVariable makes a variable that is computed from a and b.
func calculatedVariable(t *testing.T, h http.Handler, source, values, a, b, more string) string {
	t.Helper()
	return idOfNew(create(t, h, "/variables/source/"+source, fmt.Sprintf(`{"name":"c","unitId":8,"granularity":1,"granularityTimeBase":"Minute","calculated":{"calculatedVariableFormulas":[{"formula":%q,
		"variables":[{"alias":"a","variableId":%s},{"alias":"b","variableId":"%s","granularity":"Raw"}],"constants":[{"alias":"k","value":"2"}]%s}]}}`, script(values), a, b, more)))
}

func TestCalculatedVariablesThatPeopleMake(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, a := family(t, h)
	b := idOfNew(create(t, h, "/variables/source/"+source, `{"name":"b","unitId":8}`))
	sum := calculatedVariable(t, h, source, "{a}+{b}*inputConstants$k", a, b, "")
	twice := calculatedVariable(t, h, source, "2*{a}", sum, sum, "")
	if got := points(t, h, sum, ""); len(got) != 0 {
		t.Errorf("without points: %v", got)
	}
	pushedTo(t, h, a, `[{"date":"2026-11-22T11:00:00Z","value":1},{"date":"2026-11-22T11:01:00Z","value":2},{"date":"2026-11-22T11:02:00Z","value":3}]`)
	pushedTo(t, h, b, `[{"date":"2026-11-22T11:00:00Z","value":10},{"date":"2026-11-22T11:02:00Z","value":30},{"date":"2026-11-22T11:03:00Z","value":40}]`)
	for variable, want := range map[string][]string{sum: {"2026-11-22T11:00:00 21", "2026-11-22T11:02:00 63"}, twice: {"2026-11-22T11:00:00 42", "2026-11-22T11:02:00 126"}} {
		if got := points(t, h, variable, ""); !slices.Equal(got, want) {
			t.Errorf("computed %v, want %v", got, want)
		}
	}
	if newest := get[[]entity](t, h, "/data?timeZoneId=UTC&pagingOrder=DESC&variableId="+twice); len(newest) != 2 || newest[0]["rawValue"] != 126.0 {
		t.Errorf("newest first: %v", newest)
	}
	must(t, h, 200, "DELETE", "/data?variableIds="+a+"&fromDateUtc=2026-11-22T11:00:00&toDateUtc=2026-11-22T11:01:00", "{}")
	if got := points(t, h, twice, ""); !slices.Equal(got, []string{"2026-11-22T11:02:00 126"}) {
		t.Errorf("when an input is gone: %v", got)
	}
}

func TestCalculationsWithoutResult(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, a := family(t, h)
	pushedTo(t, h, a, `[{"date":"2026-11-22T11:00:00Z","value":1}]`)
	for name, variable := range map[string]string{
		"an input that is not there": calculatedVariable(t, h, source, "{a}+{b}", a, "4711", ""),
		"a script that is more":      calculatedVariable(t, h, source, "ifelse({a}>0, 1, 0)", a, a, ""),
		"not valid any more":         calculatedVariable(t, h, source, "{a}", a, a, `,"validUntil":"2026-11-22T11:00:00"`),
		"divided by nothing":         calculatedVariable(t, h, source, "{a}/0", a, a, ""),
	} {
		if got := points(t, h, variable, ""); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := points(t, h, calculatedVariable(t, h, source, "{a}", a, a, `,"validFrom":"2026-11-22T11:00:00"`), ""); len(got) != 1 {
		t.Errorf("valid from then on: %v", got)
	}
	first := calculatedVariable(t, h, source, "{a}", a, a, "")
	second := calculatedVariable(t, h, source, "{a}+{b}", a, first, "")
	must(t, h, 204, "PUT", "/sources/"+source+"/variables/"+first, fmt.Sprintf(`{"calculated":{"calculatedVariableFormulas":[{"formula":%q,"variables":[{"alias":"a","variableId":%s}]}]}}`, script("{a}"), second))
	for _, variable := range []string{first, second} {
		if got := points(t, h, variable, ""); len(got) != 0 {
			t.Errorf("a circle: %v", got)
		}
	}
}

// TestCalculationsThatMultiply stacks calculations with many inputs each: up to a bound they are computed, above it there is nothing, at once.
func TestCalculationsThatMultiply(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, a := family(t, h)
	pushedTo(t, h, a, `[{"date":"2026-11-22T11:00:00Z","value":1}]`)
	stack := func(width, height int) string {
		top := a
		for range height {
			var inputs, sum []string
			for n := range width {
				inputs = append(inputs, fmt.Sprintf(`{"alias":"a%d","variableId":%s}`, n, top))
				sum = append(sum, fmt.Sprintf("inputVariables$a%d$TimeSeries$Values", n))
			}
			text := strings.Replace(script(strings.Join(sum, "+")), "$a$", "$a0$", 1)
			top = idOfNew(create(t, h, "/variables/source/"+source, fmt.Sprintf(`{"name":"c","unitId":8,"granularity":1,"granularityTimeBase":"Minute","calculated":{"calculatedVariableFormulas":[{"formula":%q,"variables":[%s]}]}}`, text, strings.Join(inputs, ","))))
		}
		return top
	}
	if got := points(t, h, stack(3, 4), ""); !slices.Equal(got, []string{"2026-11-22T11:00:00 81"}) {
		t.Errorf("three inputs, four times: %v", got)
	}
	began := time.Now()
	if got := points(t, h, stack(200, 4), ""); len(got) != 0 || time.Since(began) > time.Minute {
		t.Errorf("200 inputs, four times: %v after %v", got, time.Since(began))
	}
}

// TestAlarmsOfCalculatedVariables pushes to an input and looks at an alarm about what is computed from it.
func TestAlarmsOfCalculatedVariables(t *testing.T) {
	t.Parallel()
	clock := now.Add(-time.Minute)
	h := newHub(Config{Now: func() time.Time { return clock }})
	site, source, a := family(t, h)
	sum := calculatedVariable(t, h, source, "10*{a}", a, a, "")
	alarm := create(t, h, "/alarms", fmt.Sprintf(`{"friendlyName":"x","siteId":%s,"sourceId":%s,"variableId":%s,"thresholdType":"High","setValue":50,"resetValue":40,"frequencyType":"Raw"}`, site, source, sum))
	id, _ := alarm["id"].(string)
	clock = now
	pushedTo(t, h, a, `[{"date":"2026-11-22T12:00:00Z","value":6}]`)
	latest, _ := get[entity](t, h, "/alarms/"+id)["latestStateChange"].(entity)
	if state, _ := latest["state"].(entity); state["present"] != true || latest["value"] != 60.0 {
		t.Errorf("after 10·6 ≥ 50: %v", latest)
	}
}
