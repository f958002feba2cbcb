package energy

import (
	"fmt"
	"time"
)

// What a site is for.
type kind int

const (
	office kind = iota
	school
	shop
	plant
	parking
	coldStore
	heating
	hospital
	pool
	harbour
	dataHall
	flats
)

type climate int

const (
	inland climate = iota
	coast
	ardennes
)

type medium int

const (
	mediumElectricity medium = iota
	mediumSolar
	mediumGas
	mediumWater
	mediumHeat
	mediumCold
	mediumOther
)

// energyTypes are the platform's ids of media.
var energyTypes = map[medium]int{mediumSolar: 0, mediumElectricity: 1, mediumGas: 2, mediumWater: 3, mediumHeat: 5, mediumCold: 18, mediumOther: 17}

// Site is a place of the demo.
type Site struct {
	Number     int // 1 to 12
	ID         int
	Account    int64
	Name       string
	Kind       string
	Street     string
	PostalCode string
	Town       string
	Latitude   float64
	Longitude  float64
	Area       float64 // m²
	kind       kind
	climate    climate
}

// Source is a meter or a group of sensors.
type Source struct {
	ID         int
	Site       int // id
	Name       string
	EnergyType int
	SourceType int
	Serial     string
	EAN        string
}

// Quantity types and aggregates in the platform's numbers.
const (
	Instantaneous = 1
	Integrated    = 2
	Cumulative    = 3

	Sum = 1
	Max = 3
	Avg = 4
)

// Variable is one time series.
type Variable struct {
	ID           int
	Source       int // id
	Name         string
	Unit         int // the platform's unit id
	Step         time.Duration
	QuantityType int
	Aggregate    int
	Type         int // the platform's variable type
	Mapping      string
	Default      bool
	site         int // index
	digits       int
	medium       medium
	cumulative   bool
	heating      bool
	model        model
}

// The platform's unit ids.
const (
	unitNone, unitKW, unitKWh, unitM3, unitCelsius, unitPercent = 0, 4, 8, 19, 28, 31
	unitEuroMWh, unitWattM2, unitMetreSecond, unitPPM, unitGram = 57, 90, 91, 92, 93
)

// Units are the units of the catalogue and their families; ids from 90 on are the demo's own.
var Units = []struct {
	ID             int
	Name, Symbol   string
	Divisor        float64
	Parent, Family int
}{
	{0, "None", "", 1, 0, 0}, {1, "Watt", "W", 0.001, 4, 1}, {4, "Kilowatt", "kW", 1, 4, 1}, {7, "Watt hour", "Wh", 0.001, 8, 2}, {8, "Kilowatt hour", "kWh", 1, 8, 2},
	{18, "Litre", "l", 0.001, 19, 3}, {19, "Cubic metre", "m³", 1, 19, 3}, {28, "Degree Celsius", "°C", 1, 28, 4}, {31, "Percent", "%", 1, 31, 5},
	{39, "Kilovolt ampere", "kVA", 1, 39, 6}, {48, "Euro", "€", 1, 48, 7}, {57, "Euro per megawatt hour", "€/MWh", 1, 57, 8}, {62, "Kilogram CO₂", "kgCO₂", 1, 62, 9}, {68, "Kilowatt hour per square metre", "kWh/m²", 1, 68, 10},
	{90, "Watt per square metre", "W/m²", 1, 90, 11}, {91, "Metre per second", "m/s", 1, 91, 12}, {92, "Parts per million", "ppm", 1, 92, 13}, {93, "Gram CO₂ per kilowatt hour", "g/kWh", 1, 93, 14},
}

var places = []Site{
	{1, 204481, 101, "Kouter Offices", "Offices", "Kouter 12", "9000", "Gent", 51.0500, 3.7250, 9200, office, inland},
	{2, 204482, 101, "Basisschool De Linde", "Primary school", "Lindestraat 4", "3500", "Hasselt", 50.9307, 5.3325, 4100, school, inland},
	{3, 204483, 101, "Supermarkt Marktplein", "Supermarket", "Marktplein 1", "2000", "Antwerpen", 51.2205, 4.4003, 2600, shop, inland},
	{4, 204484, 101, "PV roof Logistics Park", "PV plant", "Bedrijvenlaan 30", "1930", "Zaventem", 50.8838, 4.4726, 19000, plant, inland},
	{5, 204485, 101, "Parking EV Kanaal", "Charging park", "Kanaalkaai 7", "1000", "Brussel", 50.8571, 4.3440, 3800, parking, inland},
	{6, 204486, 101, "Cold store Meuse", "Cold storage", "Quai du Halage 18", "4000", "Liège", 50.6451, 5.5734, 6400, coldStore, inland},
	{7, 204487, 101, "District heating Nord", "District heating", "Rue du Nord 55", "6000", "Charleroi", 50.4108, 4.4446, 2100, heating, inland},
	{8, 204488, 101, "Hospital Sint-Jan wing", "Hospital", "Ruddershove 3", "8000", "Brugge", 51.2093, 3.2247, 31000, hospital, coast},
	{9, 204489, 101, "Swimming pool Salzinnes", "Swimming pool", "Rue de la Piscine 2", "5000", "Namur", 50.4674, 4.8720, 3300, pool, inland},
	{10, 204490, 101, "Harbour wind and battery", "Wind and storage", "Havenplein 9", "8400", "Oostende", 51.2300, 2.9200, 900, harbour, coast},
	{11, 204491, 101, "Data hall Initialis", "Data centre", "Boulevard Initialis 20", "7000", "Mons", 50.4542, 3.9523, 1500, dataHall, inland},
	{12, 204492, 101, "Flats Les Tilleuls", "Apartments", "Avenue des Tilleuls 40", "6700", "Arlon", 49.6833, 5.8167, 5200, flats, ardennes},
	{13, 204601, 102, "Meuse Services head office", "Offices", "Rue de Bruxelles 8", "5000", "Namur", 50.4669, 4.8625, 2400, office, inland},
	{14, 204602, 102, "Depot Sambre", "Workshop", "Rue de la Sambre 21", "6000", "Charleroi", 50.4039, 4.4360, 3100, shop, inland},
	{15, 204603, 102, "Atelier Ardenne", "Workshop", "Route d'Arlon 90", "6600", "Bastogne", 50.0042, 5.7153, 1800, office, ardennes},
}

// builder adds sources and variables to one site.
type builder struct {
	w       *World
	site    int
	sources int
}

func (w *World) catalogue() {
	w.Sites = places
	for i := range places {
		b := &builder{w: w, site: i}
		furnish(b, places[i])
	}
}

func (b *builder) source(name string, m medium) *meter {
	site := b.w.Sites[b.site]
	b.sources++
	id := site.ID*10 + 4_000_000 + b.sources
	b.w.Sources = append(b.w.Sources, Source{ID: id, Site: site.ID, Name: name, EnergyType: energyTypes[m], SourceType: 72,
		Serial: fmt.Sprintf("DEMO%02d%03d", site.Number, b.sources), EAN: ean(site.Number*1000 + b.sources)})
	return &meter{b: b, id: id, number: b.sources, medium: m}
}

// ean returns an 18-digit number with a valid check digit under a prefix that no grid operator uses.
func ean(n int) string {
	s := fmt.Sprintf("54999999%09d", n)
	sum := 0
	for i, c := range s {
		weight := 3 - 2*(i%2)
		sum += int(c-'0') * weight
	}
	return s + fmt.Sprint((10-sum%10)%10)
}

// meter adds variables to one source.
type meter struct {
	b      *builder
	id     int
	number int // of the source on its site
	medium medium
	n      int // variables so far
}

func (m *meter) add(v Variable) *meter {
	m.n++
	v.ID, v.Source, v.site, v.medium = m.b.w.Sites[m.b.site].Number*10_000+m.number*100+m.n, m.id, m.b.site, m.medium
	v.Mapping = fmt.Sprintf("v%d", m.n)
	v.Default = m.n == 1
	m.b.w.byID[v.ID] = len(m.b.w.Variables)
	m.b.w.Variables = append(m.b.w.Variables, v)
	return m
}

// power is a mean power in kW; energy the same meter's kWh per step; both of the given model.
func (m *meter) power(name string, step time.Duration, f model) *meter {
	return m.add(Variable{Name: name, Unit: unitKW, Step: step, QuantityType: Instantaneous, Aggregate: Avg, digits: 2, model: f})
}

func (m *meter) energy(name string, step time.Duration, f model) *meter {
	return m.add(Variable{Name: name, Unit: unitKWh, Step: step, QuantityType: Integrated, Aggregate: Sum, digits: 3, model: perStep(f, step)})
}

func (m *meter) volume(name string, step time.Duration, f model) *meter {
	return m.add(Variable{Name: name, Unit: unitM3, Step: step, QuantityType: Integrated, Aggregate: Sum, digits: 3, model: f})
}

func (m *meter) counter(name string, u int, step time.Duration, f model) *meter {
	return m.add(Variable{Name: name, Unit: u, Step: step, QuantityType: Cumulative, Aggregate: Max, Type: 25, digits: 1, cumulative: true, model: f})
}

func (m *meter) reading(name string, u int, step time.Duration, f model) *meter {
	return m.add(Variable{Name: name, Unit: u, Step: step, QuantityType: Instantaneous, Aggregate: Avg, digits: 1, model: f})
}
