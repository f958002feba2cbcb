package hub

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
)

// form is a multipart body with one file.
func form(t *testing.T, part, name, media, content string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("note", "not a file")
	h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, part, name)}, "Content-Type": {media}}
	p, err := w.CreatePart(h)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Write([]byte(content))
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

func files(t *testing.T, h http.Handler, target string) []string {
	t.Helper()
	found := []string{}
	for _, f := range get[entity](t, h, target)["cloudItems"].([]any) {
		found = append(found, f.(entity)["name"].(string))
	}
	return found
}

func TestStorage(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	if n := len(files(t, h, "/storage")); n != 16 {
		t.Errorf("the account has %d files, want 16", n)
	}
	body, media := form(t, "data", "Hello.txt", "text/plain", "Hello")
	w := ask(t, h, "POST", "/storage?filename=Hello%20all.txt", body, "Content-Type", media)
	id := strings.TrimSpace(w.Body.String())
	if w.Code != 200 || strings.Trim(id, "0123456789") != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Fatalf("upload = %d %s, want 200 and a bare number", w.Code, w.Body)
	}
	f := get[entity](t, h, "/storage/"+id)
	if f["name"] != "Hello all.txt" || f["size"] != 5.0 || f["contentType"] != "text/plain" || f["createdDate"] != "2026-11-22T12:00:00Z" || f["siteId"] != nil {
		t.Errorf("file %v", f)
	}
	// .NET: the part is named after the file, and the site may be empty.
	body, media = form(t, "Plan.svg", "Plan.svg", "image/svg+xml", "<svg/>")
	must(t, h, 200, "POST", "/storage?parameters.filename=Plan.svg&parameters.siteId=204481", body, "Content-Type", media)
	must(t, h, 200, "POST", "/storage?parameters.filename=Plan.svg&parameters.siteId=", body, "Content-Type", media)
	must(t, h, 200, "POST", "/storage?parameters.filename=Notes.txt&parameters.siteId=", "--b\r\nContent-Disposition: form-data; name=Notes.txt\r\n\r\nx\r\n--b--\r\n", "Content-Type", "multipart/form-data; boundary=b")
	for target, want := range map[string]int{"/storage?fileName=notes": 1, "/storage?fileName=hello": 1, "/storage?fileName=Plan.svg": 2, "/storage?siteId=204481": 2, "/storage?itemsPerPage=3": 3, "/storage?fileName=none": 0} {
		if got := files(t, h, target); len(got) != want {
			t.Errorf("GET %s has %v, want %d files", target, got, want)
		}
	}
	d := ask(t, h, "GET", "/storage/file?id="+id, "")
	if d.Body.String() != "Hello" || d.Header().Get("Content-Type") != "text/plain" || d.Header().Get("Content-Disposition") != `attachment; filename="Hello all.txt"` || d.Header().Get("Content-Security-Policy") != "sandbox" {
		t.Errorf("download %q with %v", d.Body, d.Header())
	}
	used := get[float64](t, h, "/storage/totalUsage")
	must(t, h, 204, "DELETE", "/storage/"+id, "")
	for _, target := range []string{"/storage/" + id, "/storage/file?id=" + id, "/storage/7004", "/storage/x"} {
		must(t, h, 404, "GET", target, "")
	}
	if got := get[float64](t, h, "/storage/totalUsage"); got != used-5 {
		t.Errorf("%v bytes are used, before it were %v", got, used)
	}
	if !get[bool](t, h, "/storage/canupload/1000") || get[bool](t, h, "/storage/canUpload/100000000") {
		t.Error("canupload")
	}
	must(t, h, 400, "POST", "/storage?filename=x", "plain")
	must(t, h, 400, "POST", "/storage?filename=x&siteId=204601", body, "Content-Type", media)
	must(t, h, 400, "POST", "/storage?filename=..", body, "Content-Type", media)
	must(t, h, 400, "POST", "/storage?filename=x", "--b\r\n\r\nhalf", "Content-Type", "multipart/form-data; boundary=b")
	body, media = form(t, "data", "big", "text/plain", strings.Repeat("x", maxUpload))
	must(t, h, 413, "POST", "/storage", body, "Content-Type", media)
	h.tenants[101].fileBytes = maxFileBytes
	body, media = form(t, "data", `C:\x\..\small`, "text/plain", "x")
	must(t, h, 507, "POST", "/storage", body, "Content-Type", media)
	h.tenants[101].fileBytes = 0
	if got := files(t, h, "/storage?ids="+strings.TrimSpace(must(t, h, 200, "POST", "/storage", body, "Content-Type", media))); got[0] != "small" {
		t.Errorf("a path in a name becomes %q", got[0])
	}
}

// TestStandardDataFile uploads a file that a trigger recognizes.
func TestStandardDataFile(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, _, variable := family(t, h)
	body, media := form(t, "data", "Acme_OpisenseStandardDataFile.csv", "text/csv", "date;value;source_serialnumber;mapping_config\n2026-11-22T11:00:00;4,5;S-1;power\n")
	must(t, h, 200, "POST", "/storage", body, "Content-Type", media)
	if got := points(t, h, variable, ""); len(got) != 1 || got[0] != "2026-11-22T11:00:00 4.5" {
		t.Errorf("read back %v", got)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	if all := get[[]entity](t, h, "/groups"); len(all) != 5 || all[0]["name"] != "Flanders" || len(all[0]) != 2 {
		t.Errorf("groups %v", all)
	}
	if n := len(get[[]entity](t, h, "/groups/13/sites")); n != 5 {
		t.Errorf("Wallonia has %d sites, want 5", n)
	}
	id := idOfNew(create(t, h, "/groups", `{"name":"Mine"}`))
	for range 2 {
		must(t, h, 204, "POST", "/groups/"+id+"/sites?sitesId=204481", "")
	}
	must(t, h, 204, "POST", "/groups/"+id+"/sites?sitesId=204482", "")
	must(t, h, 204, "DELETE", "/groups/"+id+"/sites?sitesId=204481", "")
	if got := get[[]entity](t, h, "/groups/"+id+"/sites"); len(got) != 1 || got[0]["id"] != 204482.0 {
		t.Errorf("sites of the group %v", got)
	}
	must(t, h, 204, "PUT", "/groups/"+id, `{"name":"Ours"}`)
	if g := get[entity](t, h, "/groups/"+id); g["name"] != "Ours" || len(get[[]entity](t, h, "/groups/"+id+"/sites")) != 1 {
		t.Errorf("group %v", g)
	}
	must(t, h, 400, "POST", "/groups/"+id+"/sites?sitesId=204601", "")
	must(t, h, 400, "POST", "/groups", `{"name":" "}`)
	must(t, h, 404, "POST", "/groups/21/sites?sitesId=204481", "") // another account's
	must(t, h, 204, "DELETE", "/groups/"+id, "")
	must(t, h, 404, "GET", "/groups/"+id+"/sites", "")
}

func TestForms(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	f := get[[]entity](t, h, "/form?name=source_form")[0]
	fields := f["groups"].([]any)[0].(entity)["fields"].([]any)
	if f["entityType"] != "source" || len(f["id"].(string)) != 24 || fields[0].(entity)["name"] != "Manufacturer" || fields[0].(entity)["type"] != 0.0 || fields[0].(entity)["isList"] != false {
		t.Errorf("form %v", f)
	}
	if got := get[[]entity](t, h, "/form?name=none"); len(got) != 0 {
		t.Errorf("no form is %v", got)
	}
	n := create(t, h, "/form", `{"Name":"MINE","EntityType":"Site","Groups":[{"Name":"G","Fields":[{"Name":"F","Type":2,"IsList":false}]}]}`)
	if len(n["id"].(string)) != 24 || n["entityType"] != "site" {
		t.Errorf("new form %v", n)
	}
	must(t, h, 204, "PUT", "/form/"+n["id"].(string), `{"name":"OURS"}`)
	if got := get[entity](t, h, "/form/"+n["id"].(string)); got["name"] != "OURS" {
		t.Errorf("form %v", got)
	}
	must(t, h, 400, "POST", "/form", `{"name":"x","entityType":"variable"}`)
	if types := get[[]entity](t, h, "/form/fieldTypes"); len(types) != 6 {
		t.Errorf("field types %v", types)
	}
}

// TestKept is about dashboards, reports and alerts, which the demo keeps as they are written.
func TestKept(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for path, body := range map[string]string{
		"/dashboards": `{"siteId":204481,"name":"D","users":[{"userId":"x","permission":0}],"tiles":[{"title":"T","dataSources":[{"variableId":10101}]}]}`,
		"/reports":    `{"name":"R","frequencyId":1,"nextExecutionDate":"2026-12-01","notifications":[],"datasources":[{"type":"GivenVariable"}]}`,
		"/alerts":     `{"siteId":204481,"friendlyName":"A","value":5,"type":"Raw","notifications":[]}`,
	} {
		if got := get[[]entity](t, h, path+"?displayLevel=Site"); len(got) != 0 {
			t.Errorf("GET %s begins with %v", path, got)
		}
		id := idOfNew(create(t, h, path+"/", body))
		must(t, h, 204, "PUT", path+"/"+id, `{"name":"N","friendlyName":"N"}`)
		if got := get[entity](t, h, path+"/"+id); got["name"] != "N" && got["friendlyName"] != "N" {
			t.Errorf("%s kept %v", path, got)
		}
		if got := get[[]entity](t, h, path, "Authorization", "Bearer other"); len(got) != 0 {
			t.Errorf("another account sees %v", got)
		}
		must(t, h, 204, "DELETE", path+"/"+id, "")
		must(t, h, 404, "PUT", path+"/"+id, `{}`)
	}
	must(t, h, 400, "POST", "/dashboards", `{"siteId":204601}`)
	if got := get[[]entity](t, h, "/dashboards?siteId=204481"); len(got) != 0 {
		t.Errorf("dashboards of a site %v", got)
	}
}

func TestBounds507(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for range maxDocuments {
		ask(t, h, "POST", "/dashboards", `{}`)
	}
	must(t, h, 507, "POST", "/dashboards", `{}`)
	must(t, h, 200, "POST", "/reports", `{}`)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	h := newHub(Config{Users: []User{{ID: "ann", Name: "Ann", Email: "ann@x.example", Accounts: []int64{101, 102}}, {ID: "bob", Accounts: []int64{102}}}})
	if u := get[entity](t, h, "/user/info"); u["id"] != "ann" || u["name"] != "Ann" || u["email"] != "ann@x.example" || u["accountId"] != 101.0 {
		t.Errorf("user %v", u)
	}
	users := get[entity](t, h, "/account/users?pageNumber=0&itemsPerPage=10000")["users"].([]any)
	if len(users) != 1 || users[0].(entity)["id"] != "ann" {
		t.Errorf("users %v", users)
	}
	claim := get[[]entity](t, h, "/user/claim/ann")[0]
	if claim["userId"] != "ann" || claim["claimValue"] != "101" || claim["claimType"] != accountClaim {
		t.Errorf("claim %v", claim)
	}
	must(t, h, 404, "GET", "/user/claim/bob", "")
	must(t, h, 403, "POST", "/user/claims/edit", `{"id":1,"userId":"bob","claimType":"`+accountClaim+`","claimValue":"101"}`)
	must(t, h, 400, "POST", "/user/claims/edit", `{"id":1,"userId":"ann","claimType":"`+accountClaim+`","claimValue":"999"}`)
	must(t, h, 204, "POST", "/user/claims/edit", `{"id":1,"userId":"ann","claimType":"`+accountClaim+`","claimValue":"102"}`)
	if a := get[entity](t, h, "/account"); a["id"] != 102.0 {
		t.Errorf("after moving, the account is %v", a)
	}
}
