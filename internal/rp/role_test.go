package rp

import "testing"

func TestRole(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		claim, role, data string
		want, said        bool
	}{
		"text":                   {"role", "Manager", `{"role":"Manager"}`, true, true},
		"other text":             {"role", "Manager", `{"role":"User"}`, false, true},
		"part of a text":         {"role", "Manager", `{"role":"Managers"}`, false, true},
		"other case":             {"role", "Manager", `{"role":"manager"}`, false, true},
		"list":                   {"role", "Manager", `{"role":["User","Manager"]}`, true, true},
		"empty list":             {"role", "Manager", `{"role":[]}`, false, true},
		"list of something else": {"role", "Manager", `{"role":[{"name":"Manager"}]}`, false, true},
		"number":                 {"role", "1", `{"role":1}`, false, true},
		"null":                   {"role", "Manager", `{"role":null}`, false, true},
		"absent":                 {"role", "Manager", `{"roles":["Manager"]}`, false, false},
		"nested":                 {"realm_access.roles", "Manager", `{"realm_access":{"roles":["Manager"]}}`, true, true},
		"nested deeper":          {"resource_access.portico.roles", "Manager", `{"resource_access":{"portico":{"roles":["Manager"]}}}`, true, true},
		"nested, not there":      {"realm_access.roles", "Manager", `{"realm_access":[]}`, false, false},
		"name with dots":         {"http://schemas.example.com/role", "Manager", `{"http://schemas.example.com/role":"Manager"}`, true, true},
		"name with dots inside":  {"access.my.roles", "Manager", `{"access":{"my.roles":"Manager"}}`, true, true},
		"no role is wanted":      {"role", "", `{"role":""}`, false, false},
		"no object":              {"role", "Manager", `[]`, false, false},
	} {
		got, said := Config{RoleClaim: tt.claim, Role: tt.role}.role([]byte(tt.data))
		if got == tt.role && tt.role != "" != tt.want || said != tt.said || got != "" && !tt.want {
			t.Errorf("%s: role = %q, %t, want %t, %t", name, got, said, tt.want, tt.said)
		}
	}
}
