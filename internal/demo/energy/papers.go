package energy

import (
	"fmt"
	"strings"
	"time"
)

// Group is a set of sites.
type Group struct {
	ID      int
	Account int64
	Name    string
	Sites   []int // ids, of the originals
}

// Groups are by region and by use.
var Groups = []Group{
	{11, 101, "Flanders", []int{204481, 204482, 204483, 204484, 204488, 204490}},
	{12, 101, "Brussels", []int{204485}},
	{13, 101, "Wallonia", []int{204486, 204487, 204489, 204491, 204492}},
	{14, 101, "Buildings", []int{204481, 204482, 204483, 204488, 204489, 204492}},
	{15, 101, "Industry", []int{204484, 204485, 204486, 204487, 204490, 204491}},
	{21, 102, "Workshops", []int{204602, 204603}},
}

// Form is a form about sites or sources. Its groups hold fields.
type Form struct {
	ID     string // 24 hex digits
	Name   string
	Entity string // "site" or "source"
	Groups []FormGroup
}

// FormGroup is a part of a form.
type FormGroup struct {
	ID     int
	Name   string
	Fields []Field
}

// Field is a field of a form.
type Field struct {
	Name  string
	Type  int     // of FieldTypes
	Items []Entry // what can be chosen, for a list
}

// FieldTypes are the kinds of fields. The names of 3 and 4 are not public.
var FieldTypes = []Entry{{stringField, "String"}, {1, "Int"}, {doubleField, "Double"}, {boolField, "Bool"}, {listField, "List"}, {5, "Date"}}

const (
	stringField = 0
	doubleField = 2
	boolField   = 3
	listField   = 4
)

// SiteForm and SourceForm are the demo's forms. The values are with the sites and sources.
var (
	SiteForm = Form{"5d1f0a2b3c4d5e6f70819201", "SITE_FORM", "site", []FormGroup{{1, "Building", []Field{
		{"Kind", listField, kinds()}, {"FloorArea", doubleField, nil}}}}}
	SourceForm = Form{"5d1f0a2b3c4d5e6f70819202", "SOURCE_FORM", "source", []FormGroup{{1, "Meter", []Field{
		{"Manufacturer", stringField, nil}, {"Main", boolField, nil}}}}}
)

// kinds are the kinds of buildings that the sites are.
func kinds() []Entry {
	var found []Entry
	seen := map[string]bool{}
	for _, s := range places() {
		if !seen[s.Kind] {
			seen[s.Kind] = true
			found = append(found, Entry{len(found) + 1, s.Kind})
		}
	}
	return found
}

// File is a file in an account's storage.
type File struct {
	ID      int
	Account int64
	Site    int // id; 0 for none
	Name    string
	Type    string // media type
	Created time.Time
	Content []byte
}

// Files are what the demo's accounts have stored: notes, a tariff, and a list of meters for each site.
func (w *World) Files() []File {
	files := []File{
		{7001, 101, 0, "Tariff 2026.csv", "text/csv", date(2026, 1, 5), []byte("component;unit;price\npeak;EUR/MWh;118.40\noff-peak;EUR/MWh;92.10\ninjection;EUR/MWh;41.00\n")},
		{7002, 101, 204486, "Cold store procedure.txt", "text/plain", date(2025, 9, 12), []byte("When the dock alarm sounds: close the door, check both seals, note the product temperature after ten minutes.\n")},
		{7003, 101, 204492, "Meter exchange Arlon.txt", "text/plain", date(2026, 5, 18), []byte("Old meter read and removed at 9:00, new meter started at 0 kWh.\n")},
		{7005, 101, 204486, "Floor plan Liège.png", "image/png", date(2024, 3, 18), floorPlan()},
		{7004, 102, 0, "Welcome.txt", "text/plain", date(2025, 3, 3), []byte("This is the storage of Meuse Services.\n")},
	}
	for _, s := range w.Sites {
		if s.Copy == 0 {
			files = append(files, File{7100 + s.Number, s.Account, s.ID, "Meters " + s.Town + ".csv", "text/csv", date(2025, 11, 3), w.meterList(s)})
		}
	}
	return files
}

func (w *World) meterList(site Site) []byte {
	var b strings.Builder
	b.WriteString("serial;ean;meter;variables\n")
	for _, s := range w.Sources {
		if s.Site != site.ID {
			continue
		}
		n := 0
		for _, v := range w.Variables {
			if v.Source == s.ID {
				n++
			}
		}
		fmt.Fprintf(&b, "%s;%s;%s;%d\n", s.Serial, s.EAN, s.Name, n)
	}
	return []byte(b.String())
}
