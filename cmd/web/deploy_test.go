package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"portico/internal/config"
)

// node is a part of a manifest.
type node = map[string]any

// manifests reads the documents of a YAML file of deploy.
func manifests(t *testing.T, file string) (documents []node) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../deploy", file))
	if err != nil {
		t.Fatal(err)
	}
	for d := yaml.NewDecoder(bytes.NewReader(b)); ; {
		var n node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		documents = append(documents, n)
	}
}

// at follows keys and places down a manifest; nil when there is nothing.
func at(n any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := n.(node)
			n = m[s]
		case int:
			list, _ := n.([]any)
			if s >= len(list) {
				return nil
			}
			n = list[s]
		}
	}
	return n
}

// ofKind returns the Kubernetes object of a kind.
func ofKind(t *testing.T, kind string) node {
	t.Helper()
	for _, n := range manifests(t, "kubernetes/portico.yaml") {
		if n["kind"] == kind {
			return n
		}
	}
	t.Fatalf("no %s", kind)
	return nil
}

// others are variables that the program heeds without being the portal's: Go's own.
var others = []string{"GOMEMLIMIT", "SSL_CERT_DIR"}

// environments are what the manifests tell the portal.
func environments(t *testing.T) map[string]map[string]string {
	t.Helper()
	given := map[string]map[string]string{}
	for what, vars := range map[string]any{
		"compose":    at(manifests(t, "compose.yaml")[0], "services", "portal-1", "environment"),
		"kubernetes": at(ofKind(t, "ConfigMap"), "data"),
	} {
		given[what] = map[string]string{}
		for name, value := range vars.(node) {
			text := fmt.Sprint(value)
			if m := regexp.MustCompile(`^\$\{\w+:-(.*)\}$`).FindStringSubmatch(text); m != nil {
				text = m[1] // compose's default
			}
			given[what][name] = text
		}
	}
	return given
}

// The portal takes what the manifests tell it: every name means something, every value is good, and all secrets come from files that are mounted.
func TestManifestsConfigureThePortal(t *testing.T) {
	known, err := config.Doc()
	if err != nil {
		t.Fatal(err)
	}
	mounted := map[string][]string{"compose": nil, "kubernetes": {"client-secret", "portico.keys", "postgres-password", "ca.crt"}}
	for _, s := range at(manifests(t, "compose.yaml")[0], "services", "portal-1", "secrets").([]any) {
		if name, ok := s.(string); ok {
			mounted["compose"] = append(mounted["compose"], name)
		}
	}
	for what, env := range environments(t) {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range mounted[what] {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("a secret of thirty-two characters"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range env {
				if !strings.Contains(known, "`"+name+"`") && !slices.Contains(others, name) {
					t.Errorf("%s means nothing to the portal", name)
				}
				t.Setenv(name, strings.NewReplacer("/run/secrets", dir, "/etc/portico", dir).Replace(value))
			}
			if names := config.Strangers(os.Environ()); len(names) > 0 {
				t.Errorf("strangers: %q", names)
			}
			cmd, err := config.Parse([]string{"serve"}, os.Getenv, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if c := cmd.Serve; c.Identity.ClientSecret.Empty() || c.Sessions.DatabasePassword.Empty() || c.Portal.BaseURL == "" {
				t.Error("something is missing")
			}
			for _, path := range []string{cmd.Serve.Sessions.KeysFile, cmd.Serve.Identity.IssuerCAFile} {
				if _, err := os.Stat(path); path != "" && err != nil {
					t.Errorf("not mounted: %v", err)
				}
			}
			if grace := graceOf(t, what); grace < cmd.Serve.Portal.DrainDelay.Duration+30*time.Second {
				t.Errorf("%v are given to end in, %v of them for the drain: it may take 30 s more", grace, cmd.Serve.Portal.DrainDelay)
			}
		})
	}
}

// graceOf is the time between the signal to end and the end by force.
func graceOf(t *testing.T, what string) time.Duration {
	t.Helper()
	text := fmt.Sprint(at(manifests(t, "compose.yaml")[0], "services", "portal-1", "stop_grace_period"))
	if what == "kubernetes" {
		text = fmt.Sprint(at(ofKind(t, "Deployment"), "spec", "template", "spec", "terminationGracePeriodSeconds"), "s")
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What probes ask for is there, and the command that looks for itself finds a process that is ready and one that is not there.
func TestProbesOfManifests(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	container := at(ofKind(t, "Deployment"), "spec", "template", "spec", "containers", 0)
	paths := map[string]string{}
	for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		paths[probe], _ = at(container, probe, "httpGet", "path").(string)
		if port := at(container, probe, "httpGet", "port"); port != at(container, "ports", 0, "name") {
			t.Errorf("%s asks %v", probe, port)
		}
	}
	caddyfile, err := os.ReadFile("../../deploy/proxy/Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`health_uri (\S+)`).FindSubmatch(caddyfile); m != nil {
		paths["proxy"] = string(m[1])
	}
	if len(paths) != 4 {
		t.Errorf("probes: %v", paths)
	}
	p := newPerson(t, d.base)
	for probe, path := range paths {
		if a := p.get(path); a.StatusCode != http.StatusOK {
			t.Errorf("%s: %s gives %d", probe, path, a.StatusCode)
		}
	}
	look := at(manifests(t, "compose.yaml")[0], "services", "portal-1", "healthcheck", "test").([]any)
	if len(look) != 3 || look[0] != "CMD" || look[1] != "/web" {
		t.Fatalf("the health check of compose.yaml is %q", look)
	}
	for listen, ready := range map[string]bool{"0.0.0.0" + d.base[strings.LastIndex(d.base, ":"):]: true, "127.0.0.1:9": false} {
		cmd := newCommand(fmt.Sprint(look[2]))
		cmd.Env = append(cmd.Env, "PORTICO_LISTEN="+listen)
		if out, err := cmd.CombinedOutput(); (err == nil) != ready {
			t.Errorf("%s at %s: %v %s", look[2], listen, err, out)
		}
	}
}

// Containers cannot do more than they need: nothing is written but where it must be, no privileges are gained, images are of one version, and secrets are files.
func TestManifestsAreHardened(t *testing.T) {
	t.Parallel()
	compose := manifests(t, "compose.yaml")[0]
	portals := 0
	for name, service := range compose["services"].(node) {
		image := fmt.Sprint(at(service, "image"))
		if strings.HasPrefix(image, "portico:") {
			portals++
		} else if !regexp.MustCompile(`:\d+\.\d+[.\w-]*$`).MatchString(image) {
			t.Errorf("%s: image %s is of no certain version", name, image)
		}
		if at(service, "read_only") != (name != "keycloak") || fmt.Sprint(at(service, "cap_drop")) != "[ALL]" || fmt.Sprint(at(service, "security_opt")) != "[no-new-privileges:true]" || at(service, "healthcheck", "test") == nil || at(service, "user") == nil {
			t.Errorf("%s is not hardened: %v", name, service)
		}
		ports, _ := at(service, "ports").([]any)
		for _, port := range ports {
			if !strings.HasPrefix(fmt.Sprint(port), "127.0.0.1:") {
				t.Errorf("%s listens for everybody: %v", name, port)
			}
		}
	}
	if portals != 2 {
		t.Errorf("%d processes of the portal", portals)
	}
	for name, s := range compose["secrets"].(node) {
		if file := fmt.Sprint(at(s, "file")); file != "./secrets/"+name {
			t.Errorf("secret %s is %s", name, file)
		}
	}
	pod := at(ofKind(t, "Deployment"), "spec", "template", "spec")
	container := at(pod, "containers", 0)
	for what, got := range map[string]any{
		"runs as root": at(pod, "securityContext", "runAsNonRoot") == true, "may write": at(container, "securityContext", "readOnlyRootFilesystem") == true,
		"may gain privileges": at(container, "securityContext", "allowPrivilegeEscalation") == false, "has capabilities": fmt.Sprint(at(container, "securityContext", "capabilities", "drop")) == "[ALL]",
		"has one replica": at(ofKind(t, "Deployment"), "spec", "replicas") == 2, "may be evicted altogether": at(ofKind(t, "PodDisruptionBudget"), "spec", "minAvailable") == 1,
		"has an environment of secrets": at(container, "env") == nil && fmt.Sprint(at(container, "envFrom")) == "[map[configMapRef:map[name:portico]]]",
	} {
		if got != true {
			t.Errorf("the pod %s", what)
		}
	}
	if rule := at(manifests(t, "kubernetes/ingress.yaml")[0], "spec", "rules", 0); "https://"+fmt.Sprint(at(rule, "host")) != at(ofKind(t, "ConfigMap"), "data", "PORTICO_BASE_URL") {
		t.Errorf("the ingress is for %v", at(rule, "host"))
	}
}
