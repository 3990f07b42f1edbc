-- +goose Up
-- Who may sign in. Names and addresses are in people, where they can be erased; here are opaque ids and hashes of what is
-- secret. Each change of who may do what is a document of kind role: "leaf" is its newest, and verify compares both.
-- Digest guards what may be replaced without a leaf.

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

-- Tokens are kept as their SHA-256: who reads the database cannot use one.
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
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_created ON sessions (created_ns);

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

-- What is good once and for a short while: links that set up, invite or reset, and ways of signing in that have begun.
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
