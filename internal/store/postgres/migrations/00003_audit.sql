-- +goose Up
CREATE TABLE portico_audit (
    id      text COLLATE "C" PRIMARY KEY, -- later events have greater ones
    at      bigint NOT NULL,              -- Unix milliseconds
    kind    text   NOT NULL,
    reason  text   NOT NULL,
    request text   NOT NULL,
    client  text   NOT NULL,
    issuer  text   NOT NULL,
    person  text   NOT NULL,              -- keyed reference
    session text   NOT NULL,              -- keyed reference
    details text   NOT NULL               -- JSON object of texts
);
CREATE INDEX portico_audit_at ON portico_audit (at);
CREATE INDEX portico_audit_kind ON portico_audit (kind, id);
CREATE INDEX portico_audit_person ON portico_audit (person, id) WHERE person <> '';
CREATE INDEX portico_audit_session ON portico_audit (session, id) WHERE session <> '';

-- +goose Down
DROP TABLE portico_audit;
