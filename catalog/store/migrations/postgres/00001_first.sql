-- +goose Up
-- Moments are nanoseconds since 1970 in UTC, days are YYYY-MM-DD, hashes are 32 bytes. "leaf" is the index in the log of
-- the leaf that says the row was recorded; it is also what other rows name it by. entity: null, shared by all.

CREATE TABLE log_leaves (
  idx BIGINT NOT NULL PRIMARY KEY,
  bytes BYTEA NOT NULL
);

CREATE TABLE log_tiles (
  level BIGINT NOT NULL,
  n BIGINT NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (level, n)
);

-- One row, locked by every writer: the size and root of the log, and the latest moment that any row bears.
CREATE TABLE log_head (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  latest_ns BIGINT NOT NULL
);

CREATE TABLE log_checkpoints (
  size BIGINT NOT NULL PRIMARY KEY,
  note TEXT COLLATE "C" NOT NULL
);

CREATE TABLE records (
  leaf BIGINT NOT NULL PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  entity TEXT COLLATE "C",
  revision BIGINT NOT NULL,
  UNIQUE (kind, id)
);

CREATE TABLE sources (
  leaf BIGINT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL,
  entity TEXT COLLATE "C",
  id TEXT COLLATE "C" NOT NULL,
  revision BIGINT NOT NULL,
  recorded_ns BIGINT NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  publisher TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  signed BIGINT NOT NULL,
  url TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL,
  published TEXT COLLATE "C" NOT NULL,
  read_on TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  via TEXT COLLATE "C" NOT NULL,
  undated BIGINT NOT NULL,
  confidential BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  UNIQUE (id, revision)
);

CREATE TABLE claims (
  leaf BIGINT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  entity TEXT COLLATE "C",
  record BIGINT NOT NULL REFERENCES records (leaf),
  path TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('known', 'absent')),
  form TEXT COLLATE "C" NOT NULL CHECK (form IN ('', 'one', 'list')),
  type TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  french TEXT COLLATE "C" NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  locator TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  as_of TEXT COLLATE "C" NOT NULL CHECK (as_of ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  recorded_by TEXT COLLATE "C" NOT NULL,
  recorded_ns BIGINT NOT NULL
);
CREATE INDEX claims_fact ON claims (record, path);
CREATE INDEX claims_source ON claims (source, leaf) WHERE source <> '';
CREATE INDEX claims_link ON claims (path, value, record) WHERE type = 'reference' AND form = 'one';
CREATE INDEX claims_links ON claims (path, record) WHERE type = 'reference' AND form = 'list';

CREATE TABLE withdrawals (
  leaf BIGINT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  entity TEXT COLLATE "C",
  claim BIGINT NOT NULL REFERENCES claims (leaf),
  decided_by TEXT COLLATE "C" NOT NULL,
  decided_ns BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL
);
CREATE INDEX withdrawals_claim ON withdrawals (claim);

CREATE TABLE settlements (
  leaf BIGINT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  entity TEXT COLLATE "C",
  record BIGINT NOT NULL REFERENCES records (leaf),
  path TEXT COLLATE "C" NOT NULL,
  claim BIGINT NOT NULL REFERENCES claims (leaf),
  decided_by TEXT COLLATE "C" NOT NULL,
  decided_ns BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL
);
CREATE INDEX settlements_fact ON settlements (record, path);

-- Which claim holds from when until the day before which; made from the tables above and compared with them by verify.
-- alone: 1 when the fact rests on one claim that says all of it; 0 when others contradict it or a reviewer chose it, 2
-- when it is disputed and so unknown: then all claims are read. nth counts the values of a list.
CREATE TABLE periods (
  record BIGINT NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C" NOT NULL,
  claim BIGINT NOT NULL,
  nth BIGINT NOT NULL,
  until_day TEXT COLLATE "C" NOT NULL,
  alone BIGINT NOT NULL,
  value TEXT COLLATE "C",
  PRIMARY KEY (record, path, from_day, claim, nth)
);
CREATE INDEX periods_value ON periods (path, value, until_day) WHERE value IS NOT NULL;

-- Assessments, frameworks, weight sets and the like: bytes named by their hash, never read by the store.
CREATE TABLE documents (
  leaf BIGINT NOT NULL PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  hash BYTEA NOT NULL,
  entity TEXT COLLATE "C",
  body BYTEA NOT NULL,
  UNIQUE (kind, hash)
);

CREATE TABLE document_index (
  leaf BIGINT NOT NULL REFERENCES documents (leaf),
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (leaf, key)
);
CREATE INDEX document_index_value ON document_index (key, value, leaf);

-- Source files; their bytes are in a folder or an object store under their SHA-256.
CREATE TABLE files (
  leaf BIGINT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  entity TEXT COLLATE "C",
  size BIGINT NOT NULL,
  media_type TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL
);

-- What people may be known by. Erased: body and salt are null, digest and leaf stay.
CREATE TABLE people (
  leaf BIGINT NOT NULL PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  entity TEXT COLLATE "C",
  digest BYTEA NOT NULL,
  salt BYTEA,
  body BYTEA,
  erased BIGINT
);

-- What may be replaced: proposals under review, jobs. Outside the log; digest guards against rot.
CREATE TABLE drafts (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  sort TEXT COLLATE "C" NOT NULL,
  entity TEXT COLLATE "C",
  state TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  body BYTEA NOT NULL,
  revision BIGINT NOT NULL,
  created_ns BIGINT NOT NULL,
  changed_ns BIGINT NOT NULL,
  changed_by TEXT COLLATE "C" NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX drafts_state ON drafts (sort, state, id);
CREATE INDEX drafts_subject ON drafts (sort, subject, id);

-- What was answered to a request that may be sent again.
CREATE TABLE idempotency (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  entity TEXT COLLATE "C",
  request BYTEA NOT NULL,
  receipt BYTEA NOT NULL,
  created_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_ns);

CREATE TABLE settings (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL,
  digest BYTEA NOT NULL
);
