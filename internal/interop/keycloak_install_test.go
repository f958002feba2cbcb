package interop

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// accountMapper is a script for Keycloak that does what the platform's own extension does: the parameter account of the authorization or token request names
// the account, if it is one of the person's; otherwise it is their first. Keycloak by itself has no mapper for that.
const accountMapper = `
var accounts = user.getAttributeStream("account").toArray();
var form = keycloakSession.getContext().getHttpRequest().getDecodedFormParameters();
var client = keycloakSession.getContext().getClient();
var session = client && userSession.getAuthenticatedClientSessionByClient(client.getId());
var wanted = (form && form.getFirst("account")) || (session && session.getNote("client_request_param_account"));
var account = accounts.length ? accounts[0] : null;
for (var i = 0; i < accounts.length; i++) {
    if (accounts[i] == wanted) account = accounts[i];
}
exports = account;
`

// scripts is the archive in which Keycloak takes scripts.
func scripts() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"META-INF/keycloak-scripts.json": `{"mappers":[{"name":"Account by parameter","fileName":"account.js","description":"account"}]}`,
		"account.js":                     strings.TrimSpace(accountMapper),
	} {
		w, err := z.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(content)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// installKeycloak returns the folder of a built Keycloak in the user's cache. If there is none, Maven brings the distribution, once for all test runs.
func installKeycloak() (home string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, "portico")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(accountMapper + strings.Join(buildOptions, " ")))
	home = filepath.Join(cache, fmt.Sprintf("keycloak-%s-%x", keycloakVersion, sum[:4]))
	lock, err := os.Create(filepath.Join(cache, "keycloak.lock"))
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if _, err := os.Stat(home); err == nil {
		return home, nil
	}
	return home, fetchKeycloak(cache, home)
}

var buildOptions = []string{"build", "--db=dev-file", "--features=scripts", "--https-client-auth=request"}

func fetchKeycloak(cache, home string) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return &notHere{"no distribution in the cache, and no mvn to bring it: install Debian's package maven"}
	}
	work, err := os.MkdirTemp(cache, "fetch")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	bring := exec.Command(mvn, "-B", "-q", "-Dmaven.repo.local="+filepath.Join(work, "repository"), "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack",
		"-Dartifact=org.keycloak:keycloak-quarkus-dist:"+keycloakVersion+":zip", "-DoutputDirectory="+filepath.Join(work, "dist"))
	bring.Dir = work // where Maven leaves a folder of marks
	if out, err := bring.CombinedOutput(); err != nil {
		return &notHere{fmt.Sprintf("mvn: %v\n%s", err, out)}
	}
	dist := filepath.Join(work, "dist", "keycloak-"+keycloakVersion)
	archive, err := scripts()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dist, "providers", "portico-interop.jar"), archive, 0o600); err != nil {
		return err
	}
	if out, err := exec.Command("sh", append([]string{filepath.Join(dist, "bin", "kc.sh")}, buildOptions...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("kc.sh build: %w\n%s", err, out)
	}
	return os.Rename(dist, home)
}
