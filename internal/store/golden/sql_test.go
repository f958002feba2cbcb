package golden

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"portico/internal/store/postgres"
	"portico/internal/store/sqlite"
	"portico/internal/testserver"
)

// engine is a database that speaks SQL.
type engine struct {
	name    string // of the golden file
	driver  string
	open    func(t *testing.T, place string, now func() time.Time) database
	serve   func(t *testing.T) (place func(t *testing.T) string) // makes new, empty databases for as long as t lasts
	place   func(t *testing.T) string                            // what serve returned
	prefix  string                                               // of the tables
	version string                                               // table of the migrations
	columns string                                               // lists a table's
	quoted  string                                               // a column as a literal
}

func engines() []engine {
	return []engine{
		{name: "sqlite", driver: "sqlite", version: "goose_db_version", columns: "SELECT name FROM pragma_table_info('%s') ORDER BY cid", quoted: "CASE typeof(%[1]s) WHEN 'text' THEN 'CAST(' || quote(CAST(%[1]s AS BLOB)) || ' AS TEXT)' ELSE quote(%[1]s) END", // quote ends a text at its first NUL
			open: func(t *testing.T, place string, now func() time.Time) database {
				s, err := sqlite.Open(t.Context(), place, now)
				if err != nil {
					t.Fatal(err)
				}
				return s
			},
			serve: func(*testing.T) func(*testing.T) string {
				return func(t *testing.T) string { return filepath.Join(t.TempDir(), "portal.db") }
			}},
		{name: "postgres", driver: "pgx", prefix: "portico_", version: "portico_migrations", columns: "SELECT column_name FROM information_schema.columns WHERE table_name = '%s' ORDER BY ordinal_position", quoted: "quote_literal(%s)",
			open: func(t *testing.T, place string, now func() time.Time) database {
				s, err := postgres.Open(t.Context(), place, now)
				if err != nil {
					t.Fatal(err)
				}
				return s
			},
			serve: func(t *testing.T) func(*testing.T) string {
				server := testserver.StartPostgres(t)
				return func(t *testing.T) string { return server.NewDatabase(t) }
			}},
	}
}

// tables are those of which the golden files hold rows.
var tables = []string{"sessions", "tokens", "tombstones", "once", "audit"}

func TestSQL(t *testing.T) {
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			e.place = e.serve(t)
			if *update {
				keep(t, e.name+".sql", e.written(t))
			}
			_, rows := file(t, e.name+".sql")
			t.Run("reads and rewrites", func(t *testing.T) {
				p := start(t, e.filled(t, e.place(t), rows), later)
				p.rewrite(p.read())
				p.end()
			})
			t.Run("beside a newer program", func(t *testing.T) { e.besideNewer(t, rows) })
		})
	}
}

// written returns the rows that this program makes, as statements.
func (e engine) written(t *testing.T) string {
	place := e.place(t)
	start(t, e.open(t, place, func() time.Time { return written }), written).write()
	db := e.direct(t, place)
	var b strings.Builder
	for _, table := range tables {
		columns := texts(t, db, fmt.Sprintf(e.columns, e.prefix+table))
		quoted := make([]string, len(columns))
		for i, c := range columns {
			quoted[i] = fmt.Sprintf(e.quoted, c)
		}
		for _, row := range texts(t, db, fmt.Sprintf("SELECT %s FROM %s%s", strings.Join(quoted, " || ', ' || "), e.prefix, table)) {
			fmt.Fprintf(&b, "INSERT INTO %s%s (%s) VALUES (%s);\n", e.prefix, table, strings.Join(columns, ", "), row)
		}
	}
	return b.String()
}

// filled makes a database with the tables of this program and the golden rows, and opens it.
func (e engine) filled(t *testing.T, place, rows string) database {
	t.Helper()
	now := func() time.Time { return later }
	if err := e.open(t, place, now).Close(); err != nil {
		t.Fatal(err)
	}
	db := e.direct(t, place)
	for statement := range strings.SplitSeq(strings.TrimSpace(rows), "\n") {
		run(t, db, statement)
	}
	return e.open(t, place, now)
}

// besideNewer reads and rewrites rows to whose tables a newer program has added a column. Statements name their columns, so that what others know stays.
func (e engine) besideNewer(t *testing.T, rows string) {
	place := e.place(t)
	if err := e.filled(t, place, rows).Close(); err != nil {
		t.Fatal(err)
	}
	db := e.direct(t, place)
	for _, table := range tables {
		run(t, db, fmt.Sprintf("ALTER TABLE %s%s ADD COLUMN later TEXT NOT NULL DEFAULT 'new'", e.prefix, table))
		run(t, db, fmt.Sprintf("UPDATE %s%s SET later = 'kept'", e.prefix, table))
	}
	run(t, db, fmt.Sprintf("INSERT INTO %s (version_id, is_applied) VALUES (99999, %s)", e.version, map[string]string{"sqlite": "1", "postgres": "true"}[e.name]))
	p := start(t, e.open(t, place, func() time.Time { return later }), later)
	p.rewrite(p.read())
	for _, table := range []string{"sessions", "tokens"} {
		if got := texts(t, db, fmt.Sprintf("SELECT later FROM %s%s", e.prefix, table)); len(got) != 1 || got[0] != "kept" {
			t.Errorf("%s: what a newer program wrote is %q, want it kept", table, got)
		}
	}
	p.end()
}

// direct opens a database past the store.
func (e engine) direct(t *testing.T, place string) *sql.DB {
	t.Helper()
	db, err := sql.Open(e.driver, place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%.100s: %v", statement, err)
	}
}

// texts returns the only column of a query.
func texts(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
