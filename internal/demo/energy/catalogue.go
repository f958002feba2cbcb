package energy

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
	Number     int   // 1 to 15; copies have their original's
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
	Copy       int     // 0 for the original

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

// Calculated is how a variable is computed from others.
type Calculated struct {
	Script    string
	Inputs    []Input
	Constants []Constant
	Fields    []FormField
}

// Constant is a number under the name by which a script knows it.
type Constant struct {
	Alias string
	Value float64
}

// FormField is a field of the site's form under the name by which a script knows it.
type FormField struct {
	Alias, Field string
	Site         int // id
}

// Input is a variable under the name by which a script knows it.
type Input struct {
	Alias    string
	Variable int // id
	Source   int // id
	Site     int // id
	Unit     int
}

// builder adds sources, variables and alarms to one site.
type builder struct {
	w       *World
	site    int // index
	sources int
	salts   uint64
	alarms  int
}

func (w *World) furnish(scale int) {
	originals := places()
	w.Sites = originals
	for n := 1; n < scale; n++ {
		for _, s := range originals[:12] {
			w.Sites = append(w.Sites, s.copy(n))
		}
	}
	for i := range w.Sites {
		w.Sites[i].furnish(&builder{w: w, site: i})
	}
	w.connect()
	slices.SortFunc(w.Alarms, func(a, b Alarm) int { return strings.Compare(a.ID, b.ID) })
}

// copy is the nth copy of a site, some kilometres away.
func (s Site) copy(n int) Site {
	s.Copy = n
	s.ID += 1000 * n
	s.Name = fmt.Sprintf("%s %02d", s.Name, n+1)
	s.Latitude += 0.2 * (unit(mix(uint64(n), uint64(s.Number), 8)) - 0.5)
	s.Longitude += 0.3 * (unit(mix(uint64(n), uint64(s.Number), 9)) - 0.5)
	s.Area = math.Round(s.Area * (0.6 + 0.8*unit(mix(uint64(n), uint64(s.Number), 10))))
	return s
}

// connect finds the inputs of calculated variables by their names: of the same site, or after the name of another one of the originals and
// a slash.
func (w *World) connect() {
	named := map[string]Variable{}
	for _, v := range w.Variables {
		named[w.Sites[v.site].Name+"/"+v.Name] = v
	}
	for i := range w.Variables {
		v := &w.Variables[i]
		for n, name := range v.inputs {
			if !strings.Contains(name, "/") {
				name = w.Sites[v.site].Name + "/" + name
			}
			in := named[name]
			v.Calculated.Inputs = append(v.Calculated.Inputs, Input{string(rune('a' + n)), in.ID, in.Source, w.Sites[in.site].ID, in.Unit})
		}
		if v.Calculated != nil {
			for n := range v.Calculated.Fields {
				v.Calculated.Fields[n].Site = w.Sites[v.site].ID
			}
		}
	}
}

// salt is a number of its own for each model of a site.
func (b *builder) salt() uint64 {
	b.salts++
	site := b.w.Sites[b.site]
	return mix(b.w.seed, uint64(site.Number+100*site.Copy), b.salts)
}

// source adds a meter with its variables.
func (b *builder) source(name string, m medium, variables ...Variable) {
	site := b.w.Sites[b.site]
	b.sources++
	s := Source{ID: site.ID*10 + 4_000_000 + b.sources, Site: site.ID, Name: name, EnergyType: m.energyType(), SourceType: genericSource,
		Serial: fmt.Sprintf("DEMO%02d%03d", site.Number+100*site.Copy, b.sources), TimeZone: "Romance Standard Time"}
	switch {
	case m == weather:
		s.TimeZone = "UTC"
	case b.sources == 1:
		s.Tags = []string{"main"}
	}
	if m == electricity || m == gas {
		s.EAN = ean((site.Number+100*site.Copy)*1000 + b.sources)
	}
	b.w.Sources = append(b.w.Sources, s)
	salt := b.salt()
	for i, v := range variables {
		v.ID, v.Source, v.site, v.number, v.medium, v.salt = (site.Number+100*site.Copy)*10_000+b.sources*100+i+1, s.ID, b.site, site.Number, m, salt
		v.Default = i == 0
		if v.Name != "PUE" { // a mapping is optional
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
