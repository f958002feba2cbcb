package hub

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	all := idsOf(get[[]entity](t, h, "/sites"))
	site := func(numbers ...int) []int {
		found := []int{}
		for _, n := range numbers {
			found = append(found, 204480+n)
		}
		return found
	}
	for _, tt := range []struct {
		filter string
		want   []int
	}{
		{"", all},
		{"  ", all},
		{"kouter", site(1)},
		{"Kouter Offices", site(1)},
		{"'Kouter Offices'", site(1)},
		{"Name = 'kouter offices'", site(1)},
		{"name='Kouter Offices'", site(1)},
		{"Name LIKE 'de'", site(2)},
		{"Name like '%de%'", site(2)},
		{"Name ~ wind", site(10)},
		{"Name comme 'wind' OR Name zoals 'data'", site(10, 11)},
		{"Name startswith 'P'", site(4, 5)},
		{"Name commencepar 'P' AND City <> 'Zaventem'", site(5)},
		{"Name endswith 'nord'", site(7)},
		{"NOT", []int{}},
		{"City != Gent and City !~ 'e'", site(9, 11, 12)},
		{"City !like 'e'", site(9, 11, 12)},
		{"id < 204483", site(1, 2)},
		{"id >= 204491", site(11, 12)},
		{"Id = 204481 OR Id = 204482 AND City = 'Gent'", site(1)}, // AND binds closer
		{"(Id = 204481 OR Id = 204482) AND City = 'Hasselt'", site(2)},
		{"postalCode > 8000 and postalCode <= 9000", site(1, 10)},
		{"SITE_FORM.Building.Kind = 'Hospital'", site(8)},
		{"site_form.'Building'.'kind'='Hospital'", site(8)},
		{"'Kind'='Hospital'", site(8)},
		{"FloorArea > 1.8E4", site(4, 8)},
		{"Building.Kind = 'Hospital'", []int{}},
		{"Nothing = 1", []int{}},
		{"Nothing <> 1", []int{}},
		{"Nothing is null and City in (Gent, 'Liège')", site(1, 6)},
		{"City is not null AND City = Mons", site(11)},
		{"Name = 'it''s'", []int{}},
		{"clientData.SITE_FORM.Building.FloorArea = 6400", site(6)},
	} {
		got := idsOf(get[[]entity](t, h, "/sites?customFilter="+url.QueryEscape(tt.filter)))
		if !slices.Equal(got, tt.want) {
			t.Errorf("customFilter %q finds %v, want %v", tt.filter, got, tt.want)
		}
	}
}

func TestSourceFilter(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	main := get[[]entity](t, h, "/sources?siteId=204481")[0]
	for filter, want := range map[string]int{
		"EanNumber=" + main["eanNumber"].(string): 1,
		"EnergyTypeId=2":                                                        5,
		"Site{City = 'Gent'}":                                                   4,
		"site{'Kind'='Offices'} and EnergyTypeId = 3":                           1,
		"eanNumber is null and Site{City = 'Gent'}":                             2,
		"Name like 'meter' AND (Site{City=Gent} OR Site{City=Hasselt})":         5,
		"SOURCE_FORM.Meter.Main = true":                                         12,
		"serialNumber startswith DEMO01":                                        4,
		"EnergyTypeId=1 AND Name='Main electricity meter' and siteid = 204481":  1,
		"Main electricity":                                                      7,
		"Site{City = 'Namur'} and Name = 'Main electricity meter' and id < 10 ": 0,
	} {
		if got := get[[]entity](t, h, "/sources?customFilter="+url.QueryEscape(filter)); len(got) != want {
			t.Errorf("customFilter %q finds %d sources, want %d", filter, len(got), want)
		}
	}
}

func TestBadFilters(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, filter := range []string{"Name =", "= 'x'", "Name = 'x", "(Name = x", "Name = x)", "Name = x AND", "Name x y = 1", "Name matches x OR a = b",
		"Name is 5", "Name in x", "Name in (x", "Name in (x y)", "Name in ()", "Site{Name = x", "Name == x", "Name = x Name = y", "{", "Name = (", "a.b. = 1"} {
		w := ask(t, h, "GET", "/sites?customFilter="+url.QueryEscape(filter), "")
		if w.Code != http.StatusBadRequest || decode[entity](t, w)["message"] == "" {
			t.Errorf("customFilter %q = %d %s, want 400 with a message", filter, w.Code, w.Body)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("Name = 'x' AND (a.b.'c' like y OR Site{City in (a, 'b')}) and x is not null")
	f.Add("((((")
	f.Add("'' '' = ''")
	o := object{"id": 1, "name": "x", siteMember: object{"name": "y"}, "clientData": object{"F": object{"G": object{"H": 1.5}}}}
	f.Fuzz(func(_ *testing.T, text string) {
		if c, err := parseFilter(text); err == nil {
			c(o)
		}
	})
}
