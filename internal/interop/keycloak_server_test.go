package interop

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// keycloakVersion is the newest that runs on a JDK 17.
const keycloakVersion = "26.7.3"

const adminName, adminPassword = "admin", "interop" // of a server on loopback that ends with the test

// keycloakServer is the Keycloak of all tests.
type keycloakServer struct {
	address string // 127.0.0.1:port
	tls     string // the port with TLS, where clients may show a certificate
	dir     string
	log     testserver.Log
	api     adminAPI

	mu      sync.Mutex
	cmd     *exec.Cmd
	done    chan struct{}
	err     error // why there is none
	started sync.Once
}

var keycloak keycloakServer

// runningKeycloak returns the server, starting it if nobody has.
func runningKeycloak(t *testing.T) *keycloakServer {
	t.Helper()
	keycloak.started.Do(keycloak.first)
	if e, ok := errors.AsType[*notHere](keycloak.err); ok {
		testserver.Missing(t, "Keycloak: "+e.Error())
	}
	if keycloak.err != nil {
		t.Fatalf("Keycloak: %v", keycloak.err)
	}
	return &keycloak
}

// notHere says why an identity server cannot be had on this machine.
type notHere struct{ reason string }

func (e *notHere) Error() string { return e.reason }

// first installs Keycloak if it is not there yet, and starts it with the realm file that operators get.
func (k *keycloakServer) first() {
	k.err = func() error {
		if _, err := exec.LookPath("java"); err != nil {
			return &notHere{"no java on this machine: install Debian's package default-jre-headless"}
		}
		home, err := installKeycloak()
		if err != nil {
			return err
		}
		if k.dir, err = os.MkdirTemp("", "portico-keycloak"); err != nil {
			return err
		}
		if err := layOut(home, k.dir); err != nil {
			return err
		}
		authority, err := testAuthority()
		if err != nil {
			return err
		}
		if err := authority.write(k.dir, "server", "id.localhost"); err != nil {
			return err
		}
		plain, err := testserver.UnusedPort()
		if err != nil {
			return err
		}
		if k.tls, err = testserver.UnusedPort(); err != nil {
			return err
		}
		k.address = "127.0.0.1:" + plain
		k.api.origin = "http://" + k.address
		return k.start()
	}()
}

// layOut makes a Keycloak of its own around the installed files: configuration, data and the realm to import.
func layOut(home, dir string) error {
	for _, name := range []string{"lib", "providers", "themes"} {
		if err := os.Symlink(filepath.Join(home, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "conf"), os.DirFS(filepath.Join(home, "conf"))); err != nil {
		return err
	}
	realm, err := os.ReadFile(realmFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "data", "import"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "data", "import", "portico-realm.json"), realm, 0o600)
}

// start starts the server, on the data that it had before if it was killed, and waits until it answers.
func (k *keycloakServer) start() error {
	_, port, _ := net.SplitHostPort(k.address)
	args := []string{"-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.security.egd=file:/dev/urandom",
		"-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
		"-Dkc.home.dir=" + k.dir, "-Djboss.server.config.dir=" + filepath.Join(k.dir, "conf")}
	for _, p := range []string{"java.util", "java.util.concurrent", "java.security", "java.lang"} {
		args = append(args, "--add-opens=java.base/"+p+"=ALL-UNNAMED")
	}
	args = append(args, "-cp", filepath.Join(k.dir, "lib", "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint", "start", "--optimized", "--import-realm",
		"--http-enabled=true", "--http-host=127.0.0.1", "--http-port="+port, "--hostname-strict=false", "--cache=local", "--log-level=WARN",
		"--https-port="+k.tls, "--https-certificate-file="+filepath.Join(k.dir, "server.pem"), "--https-certificate-key-file="+filepath.Join(k.dir, "server.key"), "--truststore-paths="+filepath.Join(k.dir, "ca.pem"))
	cmd := exec.Command("java", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = k.dir, &k.log, &k.log
	cmd.Env = append(os.Environ(), "KC_BOOTSTRAP_ADMIN_USERNAME="+adminName, "KC_BOOTSTRAP_ADMIN_PASSWORD="+adminPassword)
	tie(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	k.mu.Lock()
	k.cmd, k.done = cmd, done
	k.mu.Unlock()
	if !within(2*time.Minute, func() bool { return k.answers() || ended(done) }) || ended(done) {
		return fmt.Errorf("it does not start:\n%s", k.log.String())
	}
	return nil
}

// admin makes a request to the admin API.
func (k *keycloakServer) admin(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	return k.api.do(t, method, path, body)
}

func (k *keycloakServer) answers() bool {
	resp, err := http.Get("http://" + k.address + "/realms/portico/.well-known/openid-configuration")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func ended(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// stop ends the server with a signal and waits for it.
func (k *keycloakServer) stop(sig syscall.Signal) {
	k.mu.Lock()
	cmd, done := k.cmd, k.done
	k.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig)
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		<-done
	}
}

// end ends the server and removes its data.
func (k *keycloakServer) end() {
	k.started.Do(func() {}) // waits for a start that is under way
	k.stop(syscall.SIGKILL)
	if k.dir != "" {
		_ = os.RemoveAll(k.dir)
	}
}
