// Package interop drives the program against identity servers that others made and had certified: Keycloak, and oidc-provider under Node. One table of
// scenarios runs against both and against the demo's own provider. What is found is written down in docs/providers.md and docs/divergences.md.
package interop

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6") // tests wait for tokens to expire, most of the time
	dir, err := os.MkdirTemp("", "portico-interop")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if flag.Lookup("test.run").Value.String() == "" {
		go keycloak.started.Do(keycloak.first) // it takes longest
	}
	binary = filepath.Join(dir, "web")
	if out, err := exec.Command("go", "build", "-o", binary, "portico/cmd/web").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		keycloak.end()
		os.Exit(1)
	}
	code := m.Run()
	keycloak.end()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// settings of an identity server, as an operator would choose them.
type settings struct {
	life  time.Duration // of access tokens
	reuse reuse         // of refresh tokens
	auth  string        // how the client authenticates, as the standards call it; "" means with a secret
	push  bool          // authorization requests must be pushed
}

// reuse says what becomes of a refresh token that is presented a second time.
type reuse string

const (
	oneTime  reuse = "one-time"  // it is refused
	onceMore reuse = "once more" // it is accepted once more
	always   reuse = "always"    // refresh tokens stay valid
)

// identityServer is one that knows one portal, for one test.
type identityServer struct {
	*front
	env []string // how the portal is told of it
	// check tells the Data Hub what an access token is good for.
	check func(token string) (subject string, account int64, scopes []string, ok bool)
	// end ends a person's sessions at the identity server, without the portal.
	end func(t *testing.T, p *person, u user)
	// newKeys makes it sign with a new key.
	newKeys func(t *testing.T)
}

// provider is a kind of identity server.
type provider interface {
	// deploy makes one for a portal. The test is skipped when there is none on this machine.
	deploy(t *testing.T, portal string, s settings) *identityServer
	// can tells whether it has what a scenario is about.
	can(what ability) bool
}

// ability is something that not every provider has.
type ability string

const (
	rotatesOnceMore ability = "a refresh token may be presented once more"
	findsAccounts   ability = "the account is chosen by the portal's parameter"
	keepsSessions   ability = "sessions outlive a change of its keys"
	knowsKeys       ability = "clients authenticate by private_key_jwt"
	wantsPushed     ability = "it can be told to take pushed requests only"
	postsForms      ability = "it answers by form_post, with iss"
)
