-- +goose Up
CREATE TABLE portico_tries (
    kind    text   COLLATE "C" NOT NULL,  -- what is tried
    key     text   COLLATE "C" NOT NULL,  -- by whom: a keyed reference
    full_at bigint NOT NULL,              -- when nothing is counted any more: Unix milliseconds
    PRIMARY KEY (kind, key)
);
CREATE INDEX portico_tries_full_at ON portico_tries (kind, full_at);

-- +goose Down
DROP TABLE portico_tries;
