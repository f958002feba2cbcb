package energy

// Entry is an entry of a reference list.
type Entry struct {
	ID   int
	Name string
}

// Reference lists in the platform's numbers, as far as they are public.
var (
	EnergyTypes = []Entry{{0, "Solar"}, {1, "Electricity"}, {2, "Gas"}, {3, "Water"}, {4, "Fuel"}, {5, "Heat"}, {17, "Other"}, {18, "Cold"}}
	SourceTypes = []Entry{{27, "Manual"}, {50, "Virtual"}, {genericSource, "Generic"}, {77, "Gateway"}}
	SiteTypes   = []Entry{{buildingType, "Building"}, {industryType, "Industry"}}

	QuantityTypes = []Entry{{Instantaneous, "Instantaneous"}, {Integrated, "Integrated"}, {Cumulative, "Cumulative"},
		{Minimum, "Minimum"}, {Maximum, "Maximum"}, {Averaged, "Averaged"}}
	Aggregates = []Entry{{Sum, "SUM"}, {Min, "MIN"}, {Max, "MAX"}, {Avg, "AVG"}, {Count, "COUNT"}, {Var, "VAR"}, {Stdev, "STDEV"}}
)

// Quantity types.
const (
	Instantaneous = iota + 1
	Integrated
	Cumulative
	Minimum
	Maximum
	Averaged
)

// Aggregates.
const (
	Sum = iota + 1
	Min
	Max
	Avg
	Count
	Var
	Stdev
)

const (
	genericSource = 72
	buildingType  = 1
	industryType  = 15
)

// medium is what a source measures.
type medium int

const (
	solar       medium = 0
	electricity medium = 1
	gas         medium = 2
	water       medium = 3
	heat        medium = 5
	sensors     medium = 17
	cold        medium = 18
	weather     medium = 100 // a station's sensors
)

func (m medium) energyType() int {
	if m == weather {
		return int(sensors)
	}
	return int(m)
}

// VariableType is what kind of series a variable is, and how its points become one by default.
type VariableType struct {
	ID        int
	Name      string
	Aggregate int
}

// VariableTypes are the platform's known types and, from 900 on, the demo's own.
var VariableTypes = []VariableType{
	{consumption, "Consumption", Sum}, {indexType, "Index", Max}, {aggregated, "Aggregated", Sum},
	{measurement, "Measurement", Avg}, {powerType, "Power", Avg}, {temperatureType, "Temperature", Avg},
}

const (
	consumption     = 0
	indexType       = 25
	aggregated      = 131
	measurement     = 900
	powerType       = 901
	temperatureType = 902
)

// Unit is a unit of measurement: a value in the parent's unit is the value divided by Divisor.
type Unit struct {
	ID           int
	Name, Symbol string
	Divisor      float64
	Parent       int
	Family       int
}

// The platform's unit ids, as far as they are public; those from 900 on are the demo's own.
const (
	none, watt, kilowatt, wattHour, kilowattHour = 0, 1, 4, 7, 8
	litre, cubicMetre, celsius, percent          = 18, 19, 28, 31
	euroPerMWh, kilogramCO2, event, kWhPerM2     = 57, 62, 64, 68
	wattPerM2, metrePerSecond, ppm, gramPerKWh   = 900, 901, 902, 903
	megawattHour, gigajoule, bar, hectopascal    = 904, 905, 906, 907
)

// UnitFamilies are the kinds of units that convert into each other.
var UnitFamilies = []Entry{{1, "Power"}, {2, "Energy"}, {3, "Volume"}, {4, "Temperature"}, {5, "Share"}, {6, "Apparent power"}, {7, "Money"},
	{8, "Price"}, {9, "Emission"}, {10, "Energy per area"}, {11, "Irradiance"}, {12, "Speed"}, {13, "Concentration"}, {14, "Emission per energy"},
	{15, "Pressure"}, {16, "Count"}}

// Units are the units of the demo.
var Units = []Unit{
	{none, "None", "", 1, none, 0}, {watt, "Watt", "W", 1000, kilowatt, 1}, {kilowatt, "Kilowatt", "kW", 1, kilowatt, 1},
	{wattHour, "Watt hour", "Wh", 1000, kilowattHour, 2}, {kilowattHour, "Kilowatt hour", "kWh", 1, kilowattHour, 2},
	{litre, "Litre", "l", 1000, cubicMetre, 3}, {cubicMetre, "Cubic metre", "m³", 1, cubicMetre, 3},
	{celsius, "Degree Celsius", "°C", 1, celsius, 4}, {percent, "Percent", "%", 1, percent, 5},
	{39, "Kilovolt ampere", "kVA", 1, 39, 6}, {48, "Euro", "€", 1, 48, 7}, {50, "Watt hour per square metre", "Wh/m²", 1000, kWhPerM2, 10},
	{euroPerMWh, "Euro per megawatt hour", "€/MWh", 1, euroPerMWh, 8},
	{61, "Tonne CO₂", "tCO₂", 0.001, kilogramCO2, 9}, {kilogramCO2, "Kilogram CO₂", "kgCO₂", 1, kilogramCO2, 9},
	{event, "Event", "", 1, event, 16}, {kWhPerM2, "Kilowatt hour per square metre", "kWh/m²", 1, kWhPerM2, 10},
	{wattPerM2, "Watt per square metre", "W/m²", 1, wattPerM2, 11}, {metrePerSecond, "Metre per second", "m/s", 1, metrePerSecond, 12},
	{ppm, "Parts per million", "ppm", 1, ppm, 13}, {gramPerKWh, "Gram CO₂ per kilowatt hour", "g/kWh", 1, gramPerKWh, 14},
	{megawattHour, "Megawatt hour", "MWh", 0.001, kilowattHour, 2}, {gigajoule, "Gigajoule", "GJ", 0.0036, kilowattHour, 2},
	{bar, "Bar", "bar", 1, bar, 15}, {hectopascal, "Hectopascal", "hPa", 1000, bar, 15},
}
