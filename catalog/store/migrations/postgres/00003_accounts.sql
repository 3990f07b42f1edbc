-- +goose Up
-- Who may sign in. Names and addresses are in people, where they can be erased; here are opaque ids and hashes of what is
-- secret. Each change of who may do what is a document of kind role: "leaf" is its newest, and verify compares both.
-- Digest guards what may be replaced without a leaf.

CREATE TABLE accounts (
  person TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES people (id),
  leaf BIGINT NOT NULL,
  entity TEXT COLLATE "C",
  roles TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'closed')),
  revision BIGINT NOT NULL,
  login BYTEA UNIQUE,
  subject BYTEA UNIQUE,
  password TEXT COLLATE "C" NOT NULL,
  totp BYTEA,
  totp_step BIGINT NOT NULL,
  recovery BYTEA NOT NULL,
  failed BIGINT NOT NULL,
  failed_ns BIGINT NOT NULL,
  seen_ns BIGINT NOT NULL,
  created_ns BIGINT NOT NULL,
  changed_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);

CREATE TABLE passkeys (
  id BYTEA NOT NULL PRIMARY KEY,
  leaf BIGINT NOT NULL,
  person TEXT COLLATE "C" NOT NULL REFERENCES accounts (person),
  name TEXT COLLATE "C" NOT NULL,
  credential BYTEA NOT NULL,
  created_ns BIGINT NOT NULL,
  used_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX passkeys_person ON passkeys (person);

-- Tokens are kept as their SHA-256: who reads the database cannot use one.
CREATE TABLE sessions (
  hash BYTEA NOT NULL PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  person TEXT COLLATE "C" NOT NULL REFERENCES accounts (person),
  means TEXT COLLATE "C" NOT NULL,
  agent TEXT COLLATE "C" NOT NULL,
  created_ns BIGINT NOT NULL,
  seen_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_created ON sessions (created_ns);

CREATE TABLE tokens (
  hash BYTEA NOT NULL PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  leaf BIGINT NOT NULL,
  person TEXT COLLATE "C" NOT NULL REFERENCES accounts (person),
  name TEXT COLLATE "C" NOT NULL,
  scopes TEXT COLLATE "C" NOT NULL,
  created_ns BIGINT NOT NULL,
  expires_ns BIGINT NOT NULL,
  used_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX tokens_person ON tokens (person);

-- What is good once and for a short while: links that set up, invite or reset, and ways of signing in that have begun.
CREATE TABLE passes (
  hash BYTEA NOT NULL PRIMARY KEY,
  sort TEXT COLLATE "C" NOT NULL CHECK (sort IN ('setup', 'invite', 'reset', 'second', 'passkey', 'enrol', 'provider')),
  person TEXT COLLATE "C",
  body BYTEA NOT NULL,
  created_ns BIGINT NOT NULL,
  expires_ns BIGINT NOT NULL,
  digest BYTEA NOT NULL
);
CREATE INDEX passes_expires ON passes (expires_ns);
CREATE INDEX passes_person ON passes (person) WHERE person IS NOT NULL;
