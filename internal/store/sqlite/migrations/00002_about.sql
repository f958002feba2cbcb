-- +goose Up
ALTER TABLE sessions ADD COLUMN about BLOB NOT NULL DEFAULT x'';  -- the browser, for its owner's list of sessions; sealed

-- +goose Down
ALTER TABLE sessions DROP COLUMN about;
