-- +goose Up
CREATE TABLE shelf (
    owner   BLOB    NOT NULL,             -- hash of issuer, subject and account
    kind    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    until   INTEGER NOT NULL,             -- Unix milliseconds
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (owner, kind, name)
);
CREATE INDEX shelf_until ON shelf (until);

-- +goose Down
DROP TABLE shelf;
