package datahub

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// Calculation is how a variable is computed from others.
type Calculation struct {
	Name      string
	UpdatedBy string
	Updated   time.Time // zero when the Data Hub does not say
	Formulas  []Formula // one after the other in time
}

// Formula is an R script with what it knows. It is valid in [From, Until); a zero time is no bound.
type Formula struct {
	Script      string
	From, Until time.Time
	Inputs      []FormulaInput
	Fields      []FormulaField
	Constants   []FormulaConstant
}

// FormulaInput is a variable under the name by which a script knows it.
type FormulaInput struct {
	Alias    string
	Site     SiteID
	Source   SourceID
	Variable VariableID
	UnitID   int
	Trigger  bool // new data of it start the calculation
}

// FormulaField is a field of a form under the name by which a script knows it.
type FormulaField struct {
	Alias  string
	Site   SiteID
	Source SourceID // 0 for a field of the site
	Form   string   // id
	Field  string
}

// FormulaConstant is a number under the name by which a script knows it.
type FormulaConstant struct {
	Alias string
	Value float64
}

// Calculation returns how a variable is computed, nil when it is not, or ErrNotFound when there is no variable that the person may see.
func (c *Client) Calculation(ctx context.Context, id VariableID) (*Calculation, error) {
	type pair struct {
		id          VariableID
		calculation *Calculation
	}
	l := listing[wireVariable, pair]{path: pathVariables, query: url.Values{"displayLevel": {"Verbose"}, "id": {strconv.FormatInt(int64(id), 10)}},
		convert: func(w wireVariable) pair { return pair{VariableID(*w.ID), w.calculation()} },
		wanted:  func(p pair) bool { return p.id == id }}
	pairs, err := l.read(ctx, c)
	found, err := only(pairs, err, "variable")
	return found.calculation, err
}

type wireCalculation struct {
	Name      text   `json:"friendlyName"`
	UpdatedBy text   `json:"updatedBy"`
	Updated   moment `json:"updatedDate"`
	Formulas  []struct {
		Script text   `json:"formula"`
		From   moment `json:"validFrom"`
		Until  moment `json:"validUntil"`
		Inputs []struct {
			Alias      text   `json:"alias"`
			SiteID     number `json:"siteId"`
			SourceID   number `json:"sourceId"`
			VariableID number `json:"variableId"`
			UnitID     number `json:"unitId"`
			Trigger    flag   `json:"canBeUsedAsATrigger"`
		} `json:"variables"`
		Fields []struct {
			Alias    text   `json:"alias"`
			SiteID   number `json:"siteId"`
			SourceID number `json:"sourceId"`
			FormID   text   `json:"formId"`
			PropID   text   `json:"propId"`
		} `json:"entities"`
		Constants []struct {
			Alias text `json:"alias"`
			Value real `json:"value"`
		} `json:"constants"`
	} `json:"calculatedVariableFormulas"`
}

// calculation is nil for a variable that is not calculated, and empty for one whose formula cannot be read.
func (w wireVariable) calculation() *Calculation {
	if !w.calculated() {
		return nil
	}
	var wire wireCalculation
	if json.Unmarshal(w.Calculated, &wire) != nil {
		return &Calculation{}
	}
	found := &Calculation{Name: string(wire.Name), UpdatedBy: string(wire.UpdatedBy), Updated: time.Time(wire.Updated)}
	for _, f := range wire.Formulas {
		formula := Formula{Script: string(f.Script), From: time.Time(f.From), Until: time.Time(f.Until)}
		for _, in := range f.Inputs {
			formula.Inputs = append(formula.Inputs, FormulaInput{string(in.Alias), SiteID(in.SiteID), SourceID(in.SourceID), VariableID(in.VariableID), int(in.UnitID), bool(in.Trigger)})
		}
		for _, x := range f.Fields {
			formula.Fields = append(formula.Fields, FormulaField{string(x.Alias), SiteID(x.SiteID), SourceID(x.SourceID), string(x.FormID), string(x.PropID)})
		}
		for _, k := range f.Constants {
			formula.Constants = append(formula.Constants, FormulaConstant{string(k.Alias), float64(k.Value)})
		}
		found.Formulas = append(found.Formulas, formula)
	}
	return found
}
