-- +goose Up
-- What lists are searched by: the name of each record on a day, in both languages, without case or accents; empty where no
-- name is known. One row of a record holds on any day. Made from periods, and compared with them by verify.
CREATE TABLE names (
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C" NOT NULL,
  until_day TEXT COLLATE "C" NOT NULL,
  record BIGINT NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, id, from_day)
);

-- The store fills it when it opens: without this setting it makes what is derived again.
DELETE FROM settings WHERE key = 'periods.dictionary';
