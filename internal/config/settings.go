package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Settings returns what differs from the defaults, by the flags' names, fit to be shown: addresses without the user and the password, and no secret at all, since those have no flags.
func (c Config) Settings() map[string]string {
	set := map[string]string{}
	collect(reflect.ValueOf(c), set)
	return set
}

func collect(v reflect.Value, set map[string]string) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name := field.Tag.Get("name")
		if name == "" {
			if value.Kind() == reflect.Struct && field.Tag.Get("kong") != "-" {
				collect(value, set)
			}
			continue
		}
		text := settingText(value.Interface())
		if text != field.Tag.Get("default") && text != "" && text != "false" {
			set[name] = publicURL(text)
		}
	}
}

func settingText(v any) string {
	switch v := v.(type) {
	case []string:
		return strings.Join(v, ",")
	case Duration:
		if v.text != "" {
			return v.text
		}
		return v.String()
	}
	return fmt.Sprint(v)
}

// publicURL cuts what an address may hold besides the place: user and password, and parameters, one of which may be a password again.
func publicURL(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	text, _, _ = strings.Cut(text, "?")
	scheme, _, _ := strings.Cut(text, "://")
	if i := strings.LastIndex(text, "@"); i >= 0 {
		return scheme + "://" + text[i+1:]
	}
	return text
}
