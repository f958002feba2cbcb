package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A portal is upgraded under an open wall (row 13): the program is built again with other scripts and another style sheet, after the files of the one that runs were kept. The wall's stream finds the new process, the picture
// stays, every file of the version before is still there, and at the quiet hour the wall loads itself and is of the new version.
func TestUpgradeUnderAnOpenWall(t *testing.T) {
	t.Parallel()
	next, kept := nextVersion(t)
	d := deploy(t, time.Hour)
	before := d.serve(t)
	before.urls["portal"] = d.base
	w := openWindow(t, true)
	w.signIn(before)
	id := w.promised(`(async () => {
		const widgets = [{id: "a", kind: "trend", x: 0, y: 0, w: 6, h: 6, series: ["60201"], range: "now-6h"}, {id: "b", kind: "alarms", x: 6, y: 0, w: 6, h: 6}];
		const answer = await fetch("/dashboards/import", {method: "POST", body: new URLSearchParams({json: JSON.stringify({title: "Wall", widgets})})});
		return answer.url.match(/dashboards\/([a-z0-9]+)/)[1];
	})()`)
	w.do(chromedp.Navigate(d.base+"/tv/"+id), chromedp.WaitVisible(chromedp.CSS("dh-wall[data-runs] .widget")))
	eventually(t, "the stream tells of the board", func() bool { return w.value(`String(document.querySelector("dh-wall").states.size)`) == "1" })
	const version, looks = `document.querySelector("dh-live")?.dataset.build ?? ""`, `document.querySelector("link[rel=stylesheet]").href`
	old, sheet, picture := w.value(version), w.value(looks), w.value(marks)

	if err := before.stop(syscall.SIGTERM); err != nil {
		t.Fatalf("SIGTERM: %v\n%s", err, before.log)
	}
	d.serveOther(t, next, d.base[strings.LastIndex(d.base, ":")+1:])
	eventually(t, "the wall hears of the newer portal", func() bool { return w.value(`String(document.querySelector("dh-wall").reload.newer)`) == "true" })
	if w.value(version) != old || w.value(marks) != picture {
		t.Error("the wall does not stay as it was until its hour")
	}
	if lost := w.promised(`(async names => (await Promise.all(names.map(async n => (await fetch("/static/" + n, {cache: "reload"})).ok ? "" : n))).filter(n => n).join(" "))(` + kept + `)`); lost != "" {
		t.Errorf("the newer portal lacks files of the version before: %s", lost)
	}

	w.run(`window.stays = true; wall = document.querySelector("dh-wall"); wall.clock = () => ({time: "03:58"}); wall.reload.began -= 3600e3; wall.questions.retryAt = 0`)
	eventually(t, "the wall loads itself at its hour", func() bool {
		return w.value(`String(window.stays ?? !!document.querySelector("dh-wall[data-runs]") )`) == "true" && w.value(version) == "next"
	})
	eventually(t, "the wall of the newer portal shows its widgets", func() bool { return w.value(`String(document.querySelectorAll(".wall-grid .widget").length)`) == "2" })
	if w.value(looks) == sheet {
		t.Error("after the upgrade the style sheet is that of the version before")
	}
	if missing := w.value(`performance.getEntriesByType("resource").filter(e => e.responseStatus >= 400).map(e => e.name).join(" ")`); missing != "" {
		t.Errorf("the new page lacks %s", missing)
	}
	w.wantNoComplaints("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "503") // while there was no process
}

// nextVersion builds the program with other scripts and another style sheet, as a release is made: the files of the version before are kept first. It returns the program, and the names of those files as JSON.
func nextVersion(t *testing.T) (program, kept string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	must(t, err)
	dir := t.TempDir()
	files := filepath.Join(dir, "web", "static")
	must(t, os.CopyFS(files, os.DirFS(filepath.Join(root, "web", "static"))))
	for name, more := range map[string]string{"wall.js": "\n// newer\n", "live.js": "\n// newer\n", "app.css": "\n.newer { color: red }\n"} {
		content, err := os.ReadFile(filepath.Join(files, name))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(files, name), append(content, more...), 0o644))
	}
	run := func(dir, name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	run(root, "go", "build", "-o", filepath.Join(dir, "keep"), "./web/static/keep")
	run(dir, filepath.Join(dir, "keep"), filepath.Join(root, "web", "static"))
	program = filepath.Join(dir, "next")
	run(root, "go", "build", "-overlay="+overlay(t, filepath.Join(root, "web", "static"), files), "-ldflags=-X portico/internal/app.release=next", "-o", program, "./cmd/web")
	list, err := os.ReadFile(filepath.Join(files, "previous", "list.txt"))
	must(t, err)
	names, err := json.Marshal(strings.Fields(string(list)))
	must(t, err)
	return program, string(names)
}

// overlay lets a build find the files of another folder in the place of its own, so that only what holds them is compiled again.
func overlay(t *testing.T, of, from string) string {
	t.Helper()
	replace := map[string]string{}
	for _, folder := range []string{of, from} { // what only the first has is not there
		must(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name := strings.TrimPrefix(path, folder)
			replace[of+name] = map[bool]string{true: path}[folder == from]
			return nil
		}))
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	must(t, err)
	file := filepath.Join(t.TempDir(), "overlay.json")
	must(t, os.WriteFile(file, text, 0o644))
	return file
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
