-- +goose Up
-- What lists are searched by: the name of each record on a day, in both languages, without case or accents; empty where no
-- name is known. One row of a record holds on any day. Made from periods, and compared with them by verify.
CREATE TABLE names (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  record INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (kind, id, from_day)
) STRICT, WITHOUT ROWID;

-- The store fills it when it opens: without this setting it makes what is derived again.
DELETE FROM settings WHERE key = 'periods.dictionary';
