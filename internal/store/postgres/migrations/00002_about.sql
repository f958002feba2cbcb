-- +goose Up
ALTER TABLE portico_sessions ADD COLUMN about bytea NOT NULL DEFAULT '';  -- the browser, for its owner's list of sessions; sealed

-- +goose Down
ALTER TABLE portico_sessions DROP COLUMN about;
