package app

import (
	"context"
	"log/slog"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/session"
	"portico/internal/telemetry"
)

func newAudit(store audit.Store, c config.Audit, m *telemetry.Metrics, log *slog.Logger) *audit.Log {
	return audit.New(audit.Config{Store: store, Retention: c.Retention.Duration, Logger: log, Observer: m, Now: faultpoint.Now})
}

// auditRefused tells the audit log of records that do not open; what says whether they are sessions or tokens.
func auditRefused(log *audit.Log, keys *session.Keyring, what string) func(context.Context, session.ID, string) {
	return func(ctx context.Context, id session.ID, why string) {
		log.Add(ctx, audit.Event{Kind: audit.Integrity, Reason: why, Session: keys.SessionReferences(id.String())[0], Details: map[string]string{"record": what}})
	}
}

// auditGrants tells it of sessions whose refresh token is of no use any more.
func auditGrants(log *audit.Log, keys *session.Keyring) func(context.Context, session.ID, rp.Identity, string) {
	return func(ctx context.Context, id session.ID, who rp.Identity, why string) {
		log.Add(ctx, audit.Event{Kind: audit.RefreshRefused, Reason: why, Issuer: who.Issuer, Person: keys.PersonReferences(who.Issuer, who.Subject)[0], Session: keys.SessionReferences(id.String())[0]})
	}
}

// begin notes with which configuration the process begins. No secret is part of it.
func (p *Portal) begin(ctx context.Context, c config.Config) {
	details := c.Settings()
	details["process"], details["version"] = owner(), Version()
	p.audit.Add(ctx, audit.Event{Kind: audit.Start, Details: details})
}
