package datahub

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"

	"portico/internal/crew"
)

// VariableQuery selects variables that belong to a source and have an id out of those that are given; the zero VariableQuery
// selects all that the person may see.
type VariableQuery struct {
	Source  SourceID // the same as one more of Sources
	Sources []SourceID
	IDs     []VariableID
}

// callsAtOnce is how many variables are asked for at the same time, because no known parameter takes several ids.
const callsAtOnce = 4

// Variables returns the selected variables that the person may see, in no particular order. Unknown ids are left out.
func (c *Client) Variables(ctx context.Context, q VariableQuery) ([]Variable, error) {
	if q.Source != 0 {
		q.Sources = append(slices.Clone(q.Sources), q.Source)
	}
	if len(q.IDs) > 0 && len(q.Sources) == 0 {
		return c.variablesByID(ctx, q.IDs)
	}
	return c.variables(ctx, url.Values{}, q)
}

// Variable returns one variable, or ErrNotFound when there is none that the person may see.
func (c *Client) Variable(ctx context.Context, id VariableID) (Variable, error) {
	variables, err := c.variablesByID(ctx, []VariableID{id})
	return only(variables, err, "variable")
}

func (c *Client) variables(ctx context.Context, query url.Values, q VariableQuery) ([]Variable, error) {
	query.Set("displayLevel", "Verbose")
	l := listing[wireVariable, Variable]{path: pathVariables, query: query, convert: wireVariable.variable, wanted: func(v Variable) bool {
		return oneOf(q.IDs, v.ID) && (v.SourceID == 0 || oneOf(q.Sources, v.SourceID))
	}}
	return l.readIDs(ctx, c, "sourceIds", texts(q.Sources))
}

// variablesByID returns the variables in the order of ids.
func (c *Client) variablesByID(ctx context.Context, ids []VariableID) ([]Variable, error) {
	found := make([][]Variable, len(ids))
	g, ctx := crew.WithContext(ctx)
	g.SetLimit(callsAtOnce)
	for i, id := range ids {
		g.Go(func() (err error) {
			query := url.Values{"id": {strconv.FormatInt(int64(id), 10)}}
			found[i], err = c.variables(ctx, query, VariableQuery{IDs: ids[i : i+1]})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

type wireVariable struct {
	ID             *number         `json:"id"`
	SourceID       number          `json:"sourceId"`
	Name           text            `json:"name"`
	VariableTypeID number          `json:"variableTypeId"`
	UnitID         number          `json:"unitId"`
	Granularity    real            `json:"granularity"`
	TimeBase       *TimePeriod     `json:"granularityTimeBase"`
	QuantityType   QuantityType    `json:"quantityType"`
	Aggregate      Aggregate       `json:"aggregate"`
	MappingConfig  text            `json:"mappingConfig"`
	IsDefault      flag            `json:"isDefault"`
	Calculated     json.RawMessage `json:"calculated"`
}

func (w wireVariable) key() (string, bool) { return id(w.ID, 1) }

func (w wireVariable) variable() Variable {
	return Variable{
		ID:             VariableID(*w.ID),
		SourceID:       SourceID(w.SourceID),
		Name:           string(w.Name),
		VariableTypeID: int(w.VariableTypeID),
		UnitID:         int(w.UnitID),
		Step:           w.step(),
		QuantityType:   w.QuantityType,
		Aggregate:      w.Aggregate,
		MappingConfig:  string(w.MappingConfig),
		IsDefault:      bool(w.IsDefault),
		Calculated:     w.calculated(),
	}
}

// step is the zero Step when one of its two parts is missing.
func (w wireVariable) step() Step {
	if w.TimeBase == nil || w.Granularity <= 0 {
		return Step{}
	}
	return Step{Count: float64(w.Granularity), Period: *w.TimeBase}
}

// calculated reports whether there is a formula: clients write an empty object for "not calculated".
func (w wireVariable) calculated() bool {
	var members map[string]json.RawMessage
	return len(w.Calculated) > 0 && json.Unmarshal(w.Calculated, &members) == nil && len(members) > 0
}
