-- +goose Up
CREATE TABLE portico_shelf (
    owner   bytea  NOT NULL,              -- hash of issuer, subject and account
    kind    text   COLLATE "C" NOT NULL,
    name    text   COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    until   bigint NOT NULL,              -- Unix milliseconds
    sealed  bytea  NOT NULL,
    PRIMARY KEY (owner, kind, name)
);
CREATE INDEX portico_shelf_until ON portico_shelf (until);

-- +goose Down
DROP TABLE portico_shelf;
