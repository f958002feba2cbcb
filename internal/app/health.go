package app

import (
	"context"
	"net/http"
	"time"

	"portico/internal/health"
	"portico/internal/telemetry"
)

// Dependencies, by the names that readiness, metrics and the log have for them.
const (
	dependencyStore    = "store"    // sessions and tokens
	dependencyDatabase = "database" // the audit log, when sessions are kept elsewhere
	dependencyProvider = "identity server"
	dependencyHub      = "data hub"

	askStore = 10 * time.Second
	askPeers = 30 * time.Second
)

// watch names what the portal depends on.
func (p *Portal) watch() *health.Watch {
	list := []health.Dependency{{Name: dependencyStore, Every: askStore, Probe: func(ctx context.Context) error { return p.sessions.Ping(ctx) }}}
	if p.store != stores(p.database) {
		list = append(list, health.Dependency{Name: dependencyDatabase, Every: askStore, Probe: p.database.Sessions().Ping})
	}
	list = append(list,
		health.Dependency{Name: dependencyProvider, Every: askPeers, Probe: p.askProvider, Detail: p.appUserTrouble},
		health.Dependency{Name: dependencyHub, Every: askPeers, Probe: p.askHub, Detail: func() string { return errorText(p.hub.Trouble()) }})
	return health.New(p.log, p.metrics, list...)
}

// appUserTrouble says why the application user has no tokens, "" when nothing is known to be wrong.
func (p *Portal) appUserTrouble() string {
	if p.appUser == nil {
		return ""
	}
	return p.appUser.Trouble()
}

// askProvider fetches the metadata, and the keys where they are old.
func (p *Portal) askProvider(ctx context.Context) error {
	if _, err := p.rp.Describe(ctx); err != nil {
		return err
	}
	return p.rp.Ready(ctx)
}

func (p *Portal) askHub(ctx context.Context) error {
	_, err := p.hub.Reach(ctx)
	return err
}

// peer measures and traces what is sent to somebody, and has them asked when they do not answer.
func (p *Portal) peer(dependency string, propagate bool) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		if p.extras.Peer != nil {
			next = p.extras.Peer(dependency, next)
		}
		if trace := p.traces.Wrap(telemetry.Peer{Name: dependency, Propagate: propagate}); trace != nil {
			next = trace(next)
		}
		return p.metrics.Wrap(dependency, next, func() { p.health.Trouble(dependency) })
	}
}
