-- +goose Up
-- What lists are searched by: a line with the id of each record and, where it has a name on the day, lines with the name in
-- both languages, without case or accents. One row of a record holds on any day. Made from periods, and compared with them
-- by verify.
CREATE TABLE names (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  from_day TEXT NOT NULL,
  text TEXT NOT NULL, -- before the rest: a search reads no further
  until_day TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (kind, id, from_day)
) STRICT, WITHOUT ROWID;

-- The store fills it when it opens: without this setting it makes what is derived again.
DELETE FROM settings WHERE key = 'periods.dictionary';
