package config

import (
	"errors"
	"time"
)

// Audit says how long the audit log is kept and who may see it.
type Audit struct {
	Retention Duration `name:"audit-retention" env:"PORTICO_AUDIT_RETENTION" default:"2160h" placeholder:"DURATION" help:"How long entries of the audit log stay in --database: from 24h to 87600h, or 0 for ever. It holds who signed in, by keyed reference, when and from which address."`

	ManagerRole    string `name:"manager-role" env:"PORTICO_MANAGER_ROLE" placeholder:"ROLE" help:"Role, as the identity server names it, whose people see the audit log and the portal's health under /admin; for everybody else those pages are not there. Default: none, nobody. They show what everybody does who uses this portal, so take a role that only its operators have; the Data Hub's own Manager is one in each account."`
	ManagerClaim   string `name:"manager-claim" env:"PORTICO_MANAGER_CLAIM" default:"role" placeholder:"CLAIM" help:"Claim of ID token or userinfo that holds a person's roles, a text or a list. A dot leads into an object, as in realm_access.roles."`
	ManagerAccount string `name:"manager-account" env:"PORTICO_MANAGER_ACCOUNT" placeholder:"ID" help:"Data Hub account that people with --manager-role must be signed in to. Default: any."`
}

func (a Audit) check() error {
	err := a.Retention.between("audit-retention", 0, 10*365*24*time.Hour)
	if err == nil && a.Retention.Duration > 0 && a.Retention.Duration < 24*time.Hour {
		err = errors.New("--audit-retention: less than 24h is of use to nobody; 0 keeps entries for ever")
	}
	if a.ManagerRole != "" && a.ManagerClaim == "" {
		err = errors.Join(err, errors.New("--manager-claim: missing; --manager-role needs the claim that holds it"))
	}
	if a.ManagerRole == "" && a.ManagerAccount != "" {
		err = errors.Join(err, errors.New("--manager-account: set without --manager-role, so nobody is a manager"))
	}
	return err
}
