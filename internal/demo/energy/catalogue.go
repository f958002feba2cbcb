package energy

import (
	"fmt"
	"time"
)

// Account is a tenant of the platform.
type Account struct {
	ID   int64
	Name string
}

// Accounts are the tenants of the demo: one with the twelve sites, and a small one, so that changing the account shows.
var Accounts = []Account{{101, "Noordzee Energie"}, {102, "Meuse Services"}}

// Site is a place of the demo.
type Site struct {
	Number     int   // 1 to 15
	ID         int   // the platform's
	Account    int64 // whose it is
	Name       string
	Kind       string // what the building is, in English
	TypeID     int    // of SiteTypes
	Street     string
	PostalCode string
	Town       string
	Latitude   float64 // degrees north
	Longitude  float64 // degrees east
	Area       float64 // m²

	climate climate
	use     func(*moment) float64 // share of full use, about 0 to 1
	furnish func(*builder)
}

// Source is a meter, or a group of sensors.
type Source struct {
	ID         int
	Site       int // id
	Name       string
	EnergyType int // of EnergyTypes
	SourceType int // of SourceTypes
	Serial     string
	EAN        string // 18 digits; empty for what is not connected to a grid
	TimeZone   string // Windows name or UTC
	Tags       []string
}

// Variable is one time series.
type Variable struct {
	ID           int
	Source       int // id
	Name         string
	Unit         int // of Units
	Step         time.Duration
	QuantityType int // of QuantityTypes
	Aggregate    int // of Aggregates: how a span's points become one
	Type         int // of VariableTypes
	Mapping      string
	Default      bool        // the first of its source
	Calculated   *Calculated // nil for what a meter sends

	site     int    // index
	number   int    // of the site
	salt     uint64 // of its meter
	digits   int    // decimals
	medium   medium
	inputs   []string // names of the variables that it is calculated from
	model    model
	register bool // a counter, which goes on while its meter is silent
}

// Calculated is how a variable is computed from others of its site.
type Calculated struct {
	Script string
	Inputs []Input
}

// Input is a variable under the name by which a script knows it.
type Input struct {
	Alias    string
	Variable int // id
	Source   int // id
	Site     int // id
	Unit     int
}

// builder adds sources and variables to one site.
type builder struct {
	w       *World
	site    int // index
	sources int
	salts   uint64
}

func (w *World) furnish() {
	w.Sites = places()
	for i := range w.Sites {
		first := len(w.Variables)
		w.Sites[i].furnish(&builder{w: w, site: i})
		w.connect(w.Variables[first:])
	}
}

// connect finds the inputs of a site's calculated variables by their names.
func (w *World) connect(variables []Variable) {
	for i := range variables {
		v := &variables[i]
		for n, name := range v.inputs {
			for _, in := range variables {
				if in.Name == name {
					v.Calculated.Inputs = append(v.Calculated.Inputs, Input{string(rune('a' + n)), in.ID, in.Source, w.Sites[in.site].ID, in.Unit})
				}
			}
		}
	}
}

// salt is a number of its own for each model of a site.
func (b *builder) salt() uint64 {
	b.salts++
	return mix(b.w.seed, uint64(b.w.Sites[b.site].Number), b.salts)
}

// source adds a meter with its variables.
func (b *builder) source(name string, m medium, variables ...Variable) {
	site := b.w.Sites[b.site]
	b.sources++
	s := Source{ID: site.ID*10 + 4_000_000 + b.sources, Site: site.ID, Name: name, EnergyType: m.energyType(), SourceType: genericSource,
		Serial: fmt.Sprintf("DEMO%02d%03d", site.Number, b.sources), TimeZone: "Romance Standard Time"}
	switch {
	case m == weather:
		s.TimeZone = "UTC"
	case b.sources == 1:
		s.Tags = []string{"main"}
	}
	if m == electricity || m == gas {
		s.EAN = ean(site.Number*1000 + b.sources)
	}
	b.w.Sources = append(b.w.Sources, s)
	salt := b.salt()
	for i, v := range variables {
		v.ID, v.Source, v.site, v.number, v.medium, v.salt = site.Number*10_000+b.sources*100+i+1, s.ID, b.site, site.Number, m, salt
		v.Default = i == 0
		if v.Calculated == nil {
			v.Mapping = fmt.Sprintf("v%d", i+1)
		}
		b.w.byID[v.ID] = len(b.w.Variables)
		b.w.Variables = append(b.w.Variables, v)
	}
}

// ean returns an 18-digit number with a valid check digit (GS1 General Specifications section 7.9) under a prefix that no grid
// operator uses.
func ean(n int) string {
	s := fmt.Sprintf("54999999%09d", n)
	sum := 0
	for i, c := range s {
		sum += int(c-'0') * (3 - 2*(i%2))
	}
	return s + fmt.Sprint((10-sum%10)%10)
}
