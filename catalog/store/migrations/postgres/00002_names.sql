-- +goose Up
-- What lists are searched by: a line with the id of each record and, where it has a name on the day, lines with the name in
-- both languages, without case or accents. One row of a record holds on any day. Made from periods, and compared with them
-- by verify.
CREATE TABLE names (
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL, -- before the rest: a search reads no further
  until_day TEXT COLLATE "C" NOT NULL,
  record BIGINT NOT NULL,
  PRIMARY KEY (kind, id, from_day)
);

-- The store fills it when it opens: without this setting it makes what is derived again.
DELETE FROM settings WHERE key = 'periods.dictionary';
