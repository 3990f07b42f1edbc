CREATE TABLE accounts (
  person TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
  leaf INTEGER NOT NULL,
  entity TEXT,
  roles TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'closed')),
  revision INTEGER NOT NULL,
  login BLOB UNIQUE,
  subject BLOB UNIQUE,
  password TEXT NOT NULL,
  totp BLOB,
  totp_step INTEGER NOT NULL,
  recovery BLOB NOT NULL,
  failed INTEGER NOT NULL,
  failed_ns INTEGER NOT NULL,
  seen_ns INTEGER NOT NULL,
  created_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE TABLE claims (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  entity TEXT,
  record INTEGER NOT NULL REFERENCES records (leaf),
  path TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('known', 'absent')),
  form TEXT NOT NULL CHECK (form IN ('', 'one', 'list')),
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  french TEXT NOT NULL,
  currency TEXT NOT NULL,
  source TEXT NOT NULL,
  locator TEXT NOT NULL,
  note TEXT NOT NULL,
  as_of TEXT NOT NULL CHECK (as_of GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  recorded_by TEXT NOT NULL,
  recorded_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX claims_fact ON claims (record, path);
CREATE INDEX claims_link ON claims (path, value, record) WHERE type = 'reference' AND form = 'one';
CREATE INDEX claims_links ON claims (path, record) WHERE type = 'reference' AND form = 'list';
CREATE INDEX claims_source ON claims (source, leaf) WHERE source <> '';
CREATE TABLE document_index (
  leaf INTEGER NOT NULL REFERENCES documents (leaf),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (leaf, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_index_value ON document_index (key, value, leaf);
CREATE TABLE documents (
  leaf INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  hash BLOB NOT NULL,
  entity TEXT,
  body BLOB NOT NULL,
  UNIQUE (kind, hash)
) STRICT;
CREATE TABLE drafts (
  id TEXT NOT NULL PRIMARY KEY,
  sort TEXT NOT NULL,
  entity TEXT,
  state TEXT NOT NULL,
  subject TEXT NOT NULL,
  body BLOB NOT NULL,
  revision INTEGER NOT NULL,
  created_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX drafts_state ON drafts (sort, state, id);
CREATE INDEX drafts_subject ON drafts (sort, subject, id);
CREATE TABLE "files" (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL,
  entity TEXT,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  name TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX files_hash ON files (hash, coalesce(entity, ''));
CREATE TABLE idempotency (
  key TEXT NOT NULL PRIMARY KEY,
  entity TEXT,
  request BLOB NOT NULL,
  receipt BLOB NOT NULL,
  created_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_ns);
CREATE TABLE log_checkpoints (
  size INTEGER NOT NULL PRIMARY KEY,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE log_head (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  latest_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE log_leaves (
  idx INTEGER NOT NULL PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE log_tiles (
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE names (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  from_day TEXT NOT NULL,
  text TEXT NOT NULL, -- before the rest: a search reads no further
  until_day TEXT NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (kind, id, from_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE passes (
  hash BLOB NOT NULL PRIMARY KEY,
  sort TEXT NOT NULL CHECK (sort IN ('setup', 'invite', 'reset', 'second', 'passkey', 'enrol', 'provider')),
  person TEXT,
  body BLOB NOT NULL,
  created_ns INTEGER NOT NULL,
  expires_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX passes_expires ON passes (expires_ns);
CREATE INDEX passes_person ON passes (person) WHERE person IS NOT NULL;
CREATE TABLE passkeys (
  id BLOB NOT NULL PRIMARY KEY,
  leaf INTEGER NOT NULL,
  person TEXT NOT NULL REFERENCES accounts (person),
  name TEXT NOT NULL,
  credential BLOB NOT NULL,
  created_ns INTEGER NOT NULL,
  used_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX passkeys_person ON passkeys (person);
CREATE TABLE people (
  leaf INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  entity TEXT,
  digest BLOB NOT NULL,
  salt BLOB,
  body BLOB,
  erased INTEGER
) STRICT;
CREATE TABLE periods (
  record INTEGER NOT NULL,
  path TEXT NOT NULL,
  from_day TEXT NOT NULL,
  claim INTEGER NOT NULL,
  nth INTEGER NOT NULL,
  until_day TEXT NOT NULL,
  alone INTEGER NOT NULL,
  value TEXT,
  PRIMARY KEY (record, path, from_day, claim, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX periods_value ON periods (path, value, until_day) WHERE value IS NOT NULL;
CREATE TABLE records (
  leaf INTEGER NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  entity TEXT,
  revision INTEGER NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE TABLE sessions (
  hash BLOB NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES accounts (person),
  means TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  seen_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX sessions_created ON sessions (created_ns);
CREATE INDEX sessions_person ON sessions (person);
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE TABLE settlements (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  entity TEXT,
  record INTEGER NOT NULL REFERENCES records (leaf),
  path TEXT NOT NULL,
  claim INTEGER NOT NULL REFERENCES claims (leaf),
  decided_by TEXT NOT NULL,
  decided_ns INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX settlements_fact ON settlements (record, path);
CREATE TABLE sources (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL,
  entity TEXT,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  recorded_ns INTEGER NOT NULL,
  title TEXT NOT NULL,
  publisher TEXT NOT NULL,
  kind TEXT NOT NULL,
  signed INTEGER NOT NULL,
  url TEXT NOT NULL,
  file TEXT NOT NULL,
  published TEXT NOT NULL,
  read_on TEXT NOT NULL,
  valid_until TEXT NOT NULL,
  via TEXT NOT NULL,
  undated INTEGER NOT NULL,
  confidential INTEGER NOT NULL,
  note TEXT NOT NULL,
  UNIQUE (id, revision)
) STRICT;
CREATE TABLE tokens (
  hash BLOB NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  leaf INTEGER NOT NULL,
  person TEXT NOT NULL REFERENCES accounts (person),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_ns INTEGER NOT NULL,
  expires_ns INTEGER NOT NULL,
  used_ns INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX tokens_person ON tokens (person);
CREATE TABLE withdrawals (
  leaf INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  entity TEXT,
  claim INTEGER NOT NULL REFERENCES claims (leaf),
  decided_by TEXT NOT NULL,
  decided_ns INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX withdrawals_claim ON withdrawals (claim);
