-- +goose Up
CREATE TABLE sessions (
    id        BLOB PRIMARY KEY,           -- SHA-256 of the cookie's id
    version   INTEGER NOT NULL,
    issuer    TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    sid       TEXT    NOT NULL,
    created   INTEGER NOT NULL,           -- Unix seconds, as all times of this table
    last_seen INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    seen_tag  BLOB    NOT NULL,
    sealed    BLOB    NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_subject ON sessions (issuer, subject);
CREATE INDEX sessions_sid ON sessions (issuer, sid);
CREATE INDEX sessions_until ON sessions (until);

CREATE TABLE tokens (
    id               BLOB PRIMARY KEY,
    version          INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    access_issued    INTEGER NOT NULL,    -- Unix milliseconds, as all times of this table
    access_expiry    INTEGER NOT NULL,
    attempt          TEXT    NOT NULL DEFAULT '',
    attempt_owner    TEXT    NOT NULL DEFAULT '',
    attempt_reason   TEXT    NOT NULL DEFAULT '',
    attempt_started  INTEGER NOT NULL DEFAULT 0,
    lease_until      INTEGER NOT NULL DEFAULT 0,
    presented        INTEGER NOT NULL DEFAULT 0,
    not_before       INTEGER NOT NULL DEFAULT 0,
    last_error       TEXT    NOT NULL DEFAULT '',
    until            INTEGER NOT NULL,
    sealed           BLOB
) WITHOUT ROWID;
CREATE INDEX tokens_until ON tokens (until);

CREATE TABLE tombstones (
    key    TEXT PRIMARY KEY,              -- what was ended: an id, a provider's session, a subject, or everyone
    reason TEXT    NOT NULL,
    ended  INTEGER NOT NULL               -- Unix milliseconds
) WITHOUT ROWID;

CREATE TABLE once (
    key   TEXT PRIMARY KEY,
    until INTEGER NOT NULL                -- Unix milliseconds
) WITHOUT ROWID;

-- +goose Down
DROP TABLE once;
DROP TABLE tombstones;
DROP TABLE tokens;
DROP TABLE sessions;
