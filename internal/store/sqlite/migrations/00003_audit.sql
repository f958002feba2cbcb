-- +goose Up
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,             -- later events have greater ones
    at      INTEGER NOT NULL,             -- Unix milliseconds
    kind    TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    request TEXT    NOT NULL,
    client  TEXT    NOT NULL,
    issuer  TEXT    NOT NULL,
    person  TEXT    NOT NULL,             -- keyed reference
    session TEXT    NOT NULL,             -- keyed reference
    details TEXT    NOT NULL              -- JSON object of texts
) WITHOUT ROWID;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_kind ON audit (kind, id);
CREATE INDEX audit_person ON audit (person, id) WHERE person <> '';
CREATE INDEX audit_session ON audit (session, id) WHERE session <> '';

-- +goose Down
DROP TABLE audit;
