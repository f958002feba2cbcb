-- +goose Up
-- Texts that a provider chose are bytes, because PostgreSQL's text cannot hold every one of them: convert_from(subject, 'UTF8') reads them.
CREATE TABLE portico_sessions (
    id        bytea PRIMARY KEY,          -- SHA-256 of the cookie's id
    version   bigint NOT NULL,
    issuer    bytea  NOT NULL,
    subject   bytea  NOT NULL,
    sid       bytea  NOT NULL,
    created   bigint NOT NULL,            -- Unix seconds, as all times of this table
    last_seen bigint NOT NULL,
    until     bigint NOT NULL,
    seen_tag  bytea  NOT NULL,
    sealed    bytea  NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX portico_sessions_subject ON portico_sessions (issuer, subject);
CREATE INDEX portico_sessions_sid ON portico_sessions (issuer, sid);
CREATE INDEX portico_sessions_until ON portico_sessions (until);

CREATE TABLE portico_tokens (
    id              bytea PRIMARY KEY,
    version         bigint  NOT NULL,
    state           text    NOT NULL,
    access_issued   bigint  NOT NULL,     -- Unix milliseconds, as all times of this table
    access_expiry   bigint  NOT NULL,
    attempt         text    NOT NULL DEFAULT '',
    attempt_owner   text    NOT NULL DEFAULT '',
    attempt_reason  text    NOT NULL DEFAULT '',
    attempt_started bigint  NOT NULL DEFAULT 0,
    lease_until     bigint  NOT NULL DEFAULT 0,
    presented       integer NOT NULL DEFAULT 0,
    not_before      bigint  NOT NULL DEFAULT 0,
    last_error      bytea   NOT NULL DEFAULT '',
    until           bigint  NOT NULL,
    sealed          bytea
) WITH (fillfactor = 70);
CREATE INDEX portico_tokens_until ON portico_tokens (until);

CREATE TABLE portico_tombstones (
    key    bytea PRIMARY KEY,             -- what was ended: an id, or the SHA-256 of a provider's session, a subject, or everyone
    reason text   NOT NULL,
    ended  bigint NOT NULL                -- Unix milliseconds
);
CREATE INDEX portico_tombstones_ended ON portico_tombstones (ended);

CREATE TABLE portico_once (
    key   bytea PRIMARY KEY,              -- SHA-256
    until bigint NOT NULL                 -- Unix milliseconds
);
CREATE INDEX portico_once_until ON portico_once (until);

-- +goose Down
DROP TABLE portico_once;
DROP TABLE portico_tombstones;
DROP TABLE portico_tokens;
DROP TABLE portico_sessions;
