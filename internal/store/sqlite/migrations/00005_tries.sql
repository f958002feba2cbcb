-- +goose Up
CREATE TABLE tries (
    kind    TEXT    NOT NULL,             -- what is tried
    key     TEXT    NOT NULL,             -- by whom: a keyed reference
    full_at INTEGER NOT NULL,             -- when nothing is counted any more: Unix milliseconds
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE INDEX tries_full_at ON tries (kind, full_at);

-- +goose Down
DROP TABLE tries;
