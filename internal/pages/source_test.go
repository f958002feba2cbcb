package pages

import (
	"net/http"
	"testing"
)

func TestWhatIsKnownOfAMeter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/sources/6044862").want(t, "a meter", http.StatusOK, "DEMO06002", `data-day="full"`, "SOURCE_FORM", "Expected and received")
	b.get("/variables/80101").want(t, "a variable", http.StatusOK, "Last points", `data-day="full"`, "Expected and received")
}

// A calculated variable names what it is made of, and each of those names it.
func TestWhatAVariableIsUsedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, v := range world.Variables {
		if v.Calculated == nil || len(v.Calculated.Inputs) == 0 {
			continue
		}
		in := v.Calculated.Inputs[0]
		b.get(variablePath(v.ID)).want(t, "calculated", http.StatusOK, "Calculated from", `href="`+variablePath(in.Variable)+`"`)
		b.get(variablePath(in.Variable)).want(t, "an input", http.StatusOK, "Used by", `href="`+variablePath(v.ID)+`"`)
		return
	}
	t.Fatal("the world has no calculated variable")
}

func variablePath(id int) string { return "/variables/" + idText(int64(id)) }
