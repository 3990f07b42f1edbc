-- +goose Up
-- The same bytes may be a file of several entities, each with a row and a leaf of its own.
ALTER TABLE files DROP CONSTRAINT files_hash_key;
CREATE UNIQUE INDEX files_hash ON files (hash, coalesce(entity, ''));
