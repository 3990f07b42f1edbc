-- +goose Up
-- The same bytes may be a file of several entities, each with a row and a leaf of its own.
CREATE TABLE files_new (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL,
  entity TEXT,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  name TEXT NOT NULL
) STRICT;
INSERT INTO files_new (leaf, hash, entity, size, media_type, name) SELECT leaf, hash, entity, size, media_type, name FROM files;
DROP TABLE files;
ALTER TABLE files_new RENAME TO files;
CREATE UNIQUE INDEX files_hash ON files (hash, coalesce(entity, ''));
