package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// reachTime is how long a start waits: of several addresses each may take a whole callTimeout.
const reachTime = 5 * callTimeout

// reach finds out what would keep migrate from its work, which tries for several seconds and then says less.
func (s *Store) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	var user string
	var schema *string // NULL where no schema of the search path is there
	var readOnly, tables, creates bool
	err := s.pool.QueryRow(ctx, `SELECT current_user, current_schema(), current_setting('transaction_read_only') = 'on', to_regclass('portico_migrations') IS NOT NULL,
		COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)`).Scan(&user, &schema, &readOnly, &tables, &creates)
	switch {
	case err != nil:
		return fmt.Errorf("postgres: %w", unreachable(err))
	case readOnly && !tables:
		return errors.New("postgres: the tables are not there yet, and the server takes no writes: it is a standby, or its sessions are read-only")
	case schema == nil:
		return fmt.Errorf("postgres: no schema of %s's search_path is there", user)
	case !tables && !creates:
		return fmt.Errorf("postgres: %s may not make tables in schema %s: make this user the database's owner, or GRANT CREATE ON SCHEMA %s TO %s", user, *schema, *schema, user)
	}
	return nil
}

// unreachable makes one line of an address that was tried in several ways, and says each failure once.
func unreachable(err error) error {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); !ok {
		return err
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return errors.New(strings.Replace(strings.Join(lines, "; "), ":; ", ": ", 1)) // the cause decides nothing here
}
