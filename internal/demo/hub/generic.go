package hub

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime"
	"regexp"
	"strings"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// pushGeneric answers POST /api/generic/{guid}: a payload in a customer's own format. On the platform the GUID names a mapping that the vendor
// holds; here every GUID names the same one, which finds points in JSON, XML or a table by the usual names of their members. What it does not
// find is lost.
func (c *call) pushGeneric() (any, error) {
	if !guid.MatchString(c.r.PathValue("guid")) {
		return nil, notFound("There is no such format.")
	}
	text, err := bodyText(c.r)
	if err != nil {
		return nil, err
	}
	switch media, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); {
	case strings.HasSuffix(media, "json"):
		return c.fromJSON(text)
	case strings.HasSuffix(media, "xml"):
		return c.fromXML(text)
	}
	return c.store(fromTable(text))
}

// loose is one point with what it says about its variable, by names in lower case.
type loose map[string]string

// synonyms are the names that members go by.
var synonyms = map[string][]string{
	"date":   {"date", "time", "timestamp", "datetime", "ts"},
	"value":  {"value", "val", "v"},
	"id":     {"variableid", "variable_id", "variable"},
	"source": {"sourceid", "source_id"},
	"serial": {"sourceserialnumber", "source_serialnumber", "serialnumber", "serial_number", "serial", "deveui"},
	"ean":    {"sourceean", "source_ean", "eannumber", "ean"},
	"name":   {"sourcename", "source_name"},
	"meter":  {"meternumber", "meter_number", "source_meternumber", "meter"},
	"map":    {"mappingconfig", "mapping_config", "mapping", "channel"},
}

func (l loose) get(what string) string {
	for _, name := range synonyms[what] {
		if text := l[name]; text != "" {
			return text
		}
	}
	return ""
}

// deliveries are the points that have a date and a value.
func deliveries(points []loose) []delivery {
	found := []delivery{}
	for _, l := range points {
		if l.get("date") == "" || l.get("value") == "" {
			continue
		}
		d := delivery{SourceSerialNumber: word(l.get("serial")), SourceEan: word(l.get("ean")), SourceName: word(l.get("name")), MeterNumber: word(l.get("meter")),
			MappingConfig: word(l.get("map")), Data: []sample{{Date: word(l.get("date")), Value: json.RawMessage(strings.Replace(l.get("value"), ",", ".", 1))}}}
		_ = d.VariableID.UnmarshalJSON([]byte(l.get("id")))
		_ = d.SourceID.UnmarshalJSON([]byte(l.get("source")))
		found = append(found, d)
	}
	return found
}

func (c *call) fromJSON(text []byte) (any, error) {
	if !json.Valid(text) {
		text = lenient(text)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, invalid("body", "The request is invalid.")
	}
	return c.store(deliveries(scattered(v, loose{}, nil)))
}

// scattered finds points in nested objects and arrays; what stands on the way down belongs to all points below it.
func scattered(v any, above loose, found []loose) []loose {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = scattered(item, above, found)
		}
	case map[string]any:
		here := loose{}
		for name, text := range above {
			here[name] = text
		}
		inner := false
		for name, x := range v {
			switch x.(type) {
			case map[string]any, []any:
				inner = true
			case nil:
			default:
				here[strings.ToLower(name)] = textOf(x)
			}
		}
		if !inner {
			return append(found, here)
		}
		for _, x := range v {
			found = scattered(x, here, found)
		}
	}
	return found
}

// fromXML takes each element that has no elements in it but texts for a member of the element around it.
func (c *call) fromXML(text []byte) (any, error) {
	root, err := parseXML(text)
	if err != nil {
		return nil, invalid("body", "The request is invalid.")
	}
	return c.store(deliveries(scattered(root, loose{}, nil)))
}

// parseXML reads elements and attributes as members; elements of one name become an array.
func parseXML(text []byte) (map[string]any, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	root := map[string]any{}
	stack := []map[string]any{root}
	texts := []string{""}
	for {
		t, err := d.Token()
		if err == io.EOF {
			return root, nil
		}
		if err != nil || len(stack) > 50 {
			return nil, invalid("body", "The request is invalid.")
		}
		top := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			child := map[string]any{}
			for _, a := range t.Attr {
				child[a.Name.Local] = a.Value
			}
			stack, texts = append(stack, child), append(texts, "")
		case xml.CharData:
			texts[len(texts)-1] += string(t)
		case xml.EndElement:
			inner := strings.TrimSpace(texts[len(texts)-1])
			stack, texts = stack[:len(stack)-1], texts[:len(texts)-1]
			if len(top) == 0 {
				stack[len(stack)-1][t.Name.Local] = inner
				continue
			}
			if inner != "" {
				top["value"] = inner
			}
			elements, _ := stack[len(stack)-1][t.Name.Local].([]any)
			stack[len(stack)-1][t.Name.Local] = append(elements, top)
		}
	}
}

// fromTable reads a standard data file: a first line with the names of the columns, separated by semicolons, commas or tabs.
func fromTable(text []byte) []delivery {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	line, _, _ := strings.Cut(string(text[:min(len(text), 4096)]), "\n")
	for _, comma := range ";\t," {
		if strings.ContainsRune(line, comma) {
			r.Comma = comma
			break
		}
	}
	names, err := r.Read()
	var points []loose
	for err == nil {
		var cells []string
		if cells, err = r.Read(); err != nil {
			break
		}
		l := loose{}
		for i, cell := range cells {
			if i < len(names) {
				l[strings.ToLower(strings.TrimSpace(names[i]))] = strings.TrimSpace(cell)
			}
		}
		points = append(points, l)
	}
	return deliveries(points)
}
