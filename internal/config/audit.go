package config

import (
	"errors"
	"time"
)

// Audit says how long the audit log is kept.
type Audit struct {
	Retention Duration `name:"audit-retention" env:"PORTICO_AUDIT_RETENTION" default:"2160h" placeholder:"DURATION" help:"How long entries of the audit log stay in --database: from 24h to 87600h, or 0 for ever. It holds who signed in, by keyed reference, when and from which address."`
}

func (a Audit) check() error {
	err := a.Retention.between("audit-retention", 0, 10*365*24*time.Hour)
	if err == nil && a.Retention.Duration > 0 && a.Retention.Duration < 24*time.Hour {
		return errors.New("--audit-retention: less than 24h is of use to nobody; 0 keeps entries for ever")
	}
	return err
}
