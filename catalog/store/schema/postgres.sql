accounts.person text NO C
accounts.leaf bigint NO -
accounts.entity text YES C
accounts.roles text NO C
accounts.state text NO C
accounts.revision bigint NO -
accounts.login bytea YES -
accounts.subject bytea YES -
accounts.password text NO C
accounts.totp bytea YES -
accounts.totp_step bigint NO -
accounts.recovery bytea NO -
accounts.failed bigint NO -
accounts.failed_ns bigint NO -
accounts.seen_ns bigint NO -
accounts.created_ns bigint NO -
accounts.changed_ns bigint NO -
accounts.digest bytea NO -
claims.leaf bigint NO -
claims.hash bytea NO -
claims.entity text YES C
claims.record bigint NO -
claims.path text NO C
claims.state text NO C
claims.form text NO C
claims.type text NO C
claims.value text NO C
claims.french text NO C
claims.currency text NO C
claims.source text NO C
claims.locator text NO C
claims.note text NO C
claims.as_of text NO C
claims.recorded_by text NO C
claims.recorded_ns bigint NO -
document_index.leaf bigint NO -
document_index.key text NO C
document_index.value text NO C
documents.leaf bigint NO -
documents.kind text NO C
documents.hash bytea NO -
documents.entity text YES C
documents.body bytea NO -
drafts.id text NO C
drafts.sort text NO C
drafts.entity text YES C
drafts.state text NO C
drafts.subject text NO C
drafts.body bytea NO -
drafts.revision bigint NO -
drafts.created_ns bigint NO -
drafts.changed_ns bigint NO -
drafts.changed_by text NO C
drafts.digest bytea NO -
files.leaf bigint NO -
files.hash bytea NO -
files.entity text YES C
files.size bigint NO -
files.media_type text NO C
files.name text NO C
idempotency.key text NO C
idempotency.entity text YES C
idempotency.request bytea NO -
idempotency.receipt bytea NO -
idempotency.created_ns bigint NO -
idempotency.digest bytea NO -
log_checkpoints.size bigint NO -
log_checkpoints.note text NO C
log_head.id bigint NO -
log_head.size bigint NO -
log_head.root bytea NO -
log_head.latest_ns bigint NO -
log_leaves.idx bigint NO -
log_leaves.bytes bytea NO -
log_tiles.level bigint NO -
log_tiles.n bigint NO -
log_tiles.data bytea NO -
names.kind text NO C
names.id text NO C
names.from_day text NO C
names.text text NO C
names.until_day text NO C
names.record bigint NO -
passes.hash bytea NO -
passes.sort text NO C
passes.person text YES C
passes.body bytea NO -
passes.created_ns bigint NO -
passes.expires_ns bigint NO -
passes.digest bytea NO -
passkeys.id bytea NO -
passkeys.leaf bigint NO -
passkeys.person text NO C
passkeys.name text NO C
passkeys.credential bytea NO -
passkeys.created_ns bigint NO -
passkeys.used_ns bigint NO -
passkeys.digest bytea NO -
people.leaf bigint NO -
people.id text NO C
people.entity text YES C
people.digest bytea NO -
people.salt bytea YES -
people.body bytea YES -
people.erased bigint YES -
periods.record bigint NO -
periods.path text NO C
periods.from_day text NO C
periods.claim bigint NO -
periods.nth bigint NO -
periods.until_day text NO C
periods.alone bigint NO -
periods.value text YES C
records.leaf bigint NO -
records.kind text NO C
records.id text NO C
records.entity text YES C
records.revision bigint NO -
sessions.hash bytea NO -
sessions.id text NO C
sessions.person text NO C
sessions.means text NO C
sessions.agent text NO C
sessions.created_ns bigint NO -
sessions.seen_ns bigint NO -
sessions.digest bytea NO -
settings.key text NO C
settings.value text NO C
settings.digest bytea NO -
settlements.leaf bigint NO -
settlements.hash bytea NO -
settlements.entity text YES C
settlements.record bigint NO -
settlements.path text NO C
settlements.claim bigint NO -
settlements.decided_by text NO C
settlements.decided_ns bigint NO -
settlements.reason text NO C
sources.leaf bigint NO -
sources.hash bytea NO -
sources.entity text YES C
sources.id text NO C
sources.revision bigint NO -
sources.recorded_ns bigint NO -
sources.title text NO C
sources.publisher text NO C
sources.kind text NO C
sources.signed bigint NO -
sources.url text NO C
sources.file text NO C
sources.published text NO C
sources.read_on text NO C
sources.valid_until text NO C
sources.via text NO C
sources.undated bigint NO -
sources.confidential bigint NO -
sources.note text NO C
tokens.hash bytea NO -
tokens.id text NO C
tokens.leaf bigint NO -
tokens.person text NO C
tokens.name text NO C
tokens.scopes text NO C
tokens.created_ns bigint NO -
tokens.expires_ns bigint NO -
tokens.used_ns bigint NO -
tokens.digest bytea NO -
withdrawals.leaf bigint NO -
withdrawals.hash bytea NO -
withdrawals.entity text YES C
withdrawals.claim bigint NO -
withdrawals.decided_by text NO C
withdrawals.decided_ns bigint NO -
withdrawals.reason text NO C
CREATE UNIQUE INDEX accounts_login_key ON accounts USING btree (login)
CREATE UNIQUE INDEX accounts_pkey ON accounts USING btree (person)
CREATE UNIQUE INDEX accounts_subject_key ON accounts USING btree (subject)
CREATE INDEX claims_fact ON claims USING btree (record, path)
CREATE UNIQUE INDEX claims_hash_key ON claims USING btree (hash)
CREATE INDEX claims_link ON claims USING btree (path, value, record) WHERE ((type = 'reference'::text) AND (form = 'one'::text))
CREATE INDEX claims_links ON claims USING btree (path, record) WHERE ((type = 'reference'::text) AND (form = 'list'::text))
CREATE UNIQUE INDEX claims_pkey ON claims USING btree (leaf)
CREATE INDEX claims_source ON claims USING btree (source, leaf) WHERE (source <> ''::text)
CREATE UNIQUE INDEX document_index_pkey ON document_index USING btree (leaf, key)
CREATE INDEX document_index_value ON document_index USING btree (key, value, leaf)
CREATE UNIQUE INDEX documents_kind_hash_key ON documents USING btree (kind, hash)
CREATE UNIQUE INDEX documents_pkey ON documents USING btree (leaf)
CREATE UNIQUE INDEX drafts_pkey ON drafts USING btree (id)
CREATE INDEX drafts_state ON drafts USING btree (sort, state, id)
CREATE INDEX drafts_subject ON drafts USING btree (sort, subject, id)
CREATE UNIQUE INDEX files_hash ON files USING btree (hash, COALESCE(entity, ''::text))
CREATE UNIQUE INDEX files_pkey ON files USING btree (leaf)
CREATE INDEX idempotency_created ON idempotency USING btree (created_ns)
CREATE UNIQUE INDEX idempotency_pkey ON idempotency USING btree (key)
CREATE UNIQUE INDEX log_checkpoints_pkey ON log_checkpoints USING btree (size)
CREATE UNIQUE INDEX log_head_pkey ON log_head USING btree (id)
CREATE UNIQUE INDEX log_leaves_pkey ON log_leaves USING btree (idx)
CREATE UNIQUE INDEX log_tiles_pkey ON log_tiles USING btree (level, n)
CREATE UNIQUE INDEX names_pkey ON names USING btree (kind, id, from_day)
CREATE INDEX passes_expires ON passes USING btree (expires_ns)
CREATE INDEX passes_person ON passes USING btree (person) WHERE (person IS NOT NULL)
CREATE UNIQUE INDEX passes_pkey ON passes USING btree (hash)
CREATE INDEX passkeys_person ON passkeys USING btree (person)
CREATE UNIQUE INDEX passkeys_pkey ON passkeys USING btree (id)
CREATE UNIQUE INDEX people_id_key ON people USING btree (id)
CREATE UNIQUE INDEX people_pkey ON people USING btree (leaf)
CREATE UNIQUE INDEX periods_pkey ON periods USING btree (record, path, from_day, claim, nth)
CREATE INDEX periods_value ON periods USING btree (path, value, until_day) WHERE (value IS NOT NULL)
CREATE UNIQUE INDEX records_kind_id_key ON records USING btree (kind, id)
CREATE UNIQUE INDEX records_pkey ON records USING btree (leaf)
CREATE INDEX sessions_created ON sessions USING btree (created_ns)
CREATE UNIQUE INDEX sessions_id_key ON sessions USING btree (id)
CREATE INDEX sessions_person ON sessions USING btree (person)
CREATE UNIQUE INDEX sessions_pkey ON sessions USING btree (hash)
CREATE UNIQUE INDEX settings_pkey ON settings USING btree (key)
CREATE INDEX settlements_fact ON settlements USING btree (record, path)
CREATE UNIQUE INDEX settlements_hash_key ON settlements USING btree (hash)
CREATE UNIQUE INDEX settlements_pkey ON settlements USING btree (leaf)
CREATE UNIQUE INDEX sources_id_revision_key ON sources USING btree (id, revision)
CREATE UNIQUE INDEX sources_pkey ON sources USING btree (leaf)
CREATE UNIQUE INDEX tokens_id_key ON tokens USING btree (id)
CREATE INDEX tokens_person ON tokens USING btree (person)
CREATE UNIQUE INDEX tokens_pkey ON tokens USING btree (hash)
CREATE INDEX withdrawals_claim ON withdrawals USING btree (claim)
CREATE UNIQUE INDEX withdrawals_hash_key ON withdrawals USING btree (hash)
CREATE UNIQUE INDEX withdrawals_pkey ON withdrawals USING btree (leaf)
accounts accounts_login_key UNIQUE (login)
accounts accounts_person_fkey FOREIGN KEY (person) REFERENCES people(id)
accounts accounts_pkey PRIMARY KEY (person)
accounts accounts_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'suspended'::text, 'closed'::text])))
accounts accounts_subject_key UNIQUE (subject)
claims claims_as_of_check CHECK ((as_of ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'::text))
claims claims_form_check CHECK ((form = ANY (ARRAY[''::text, 'one'::text, 'list'::text])))
claims claims_hash_key UNIQUE (hash)
claims claims_pkey PRIMARY KEY (leaf)
claims claims_record_fkey FOREIGN KEY (record) REFERENCES records(leaf)
claims claims_state_check CHECK ((state = ANY (ARRAY['known'::text, 'absent'::text])))
document_index document_index_leaf_fkey FOREIGN KEY (leaf) REFERENCES documents(leaf)
document_index document_index_pkey PRIMARY KEY (leaf, key)
documents documents_kind_hash_key UNIQUE (kind, hash)
documents documents_pkey PRIMARY KEY (leaf)
drafts drafts_pkey PRIMARY KEY (id)
files files_pkey PRIMARY KEY (leaf)
idempotency idempotency_pkey PRIMARY KEY (key)
log_checkpoints log_checkpoints_pkey PRIMARY KEY (size)
log_head log_head_id_check CHECK ((id = 1))
log_head log_head_pkey PRIMARY KEY (id)
log_leaves log_leaves_pkey PRIMARY KEY (idx)
log_tiles log_tiles_pkey PRIMARY KEY (level, n)
names names_pkey PRIMARY KEY (kind, id, from_day)
passes passes_pkey PRIMARY KEY (hash)
passes passes_sort_check CHECK ((sort = ANY (ARRAY['setup'::text, 'invite'::text, 'reset'::text, 'second'::text, 'passkey'::text, 'enrol'::text, 'provider'::text])))
passkeys passkeys_person_fkey FOREIGN KEY (person) REFERENCES accounts(person)
passkeys passkeys_pkey PRIMARY KEY (id)
people people_id_key UNIQUE (id)
people people_pkey PRIMARY KEY (leaf)
periods periods_pkey PRIMARY KEY (record, path, from_day, claim, nth)
records records_kind_id_key UNIQUE (kind, id)
records records_pkey PRIMARY KEY (leaf)
sessions sessions_id_key UNIQUE (id)
sessions sessions_person_fkey FOREIGN KEY (person) REFERENCES accounts(person)
sessions sessions_pkey PRIMARY KEY (hash)
settings settings_pkey PRIMARY KEY (key)
settlements settlements_claim_fkey FOREIGN KEY (claim) REFERENCES claims(leaf)
settlements settlements_hash_key UNIQUE (hash)
settlements settlements_pkey PRIMARY KEY (leaf)
settlements settlements_record_fkey FOREIGN KEY (record) REFERENCES records(leaf)
sources sources_id_revision_key UNIQUE (id, revision)
sources sources_pkey PRIMARY KEY (leaf)
tokens tokens_id_key UNIQUE (id)
tokens tokens_person_fkey FOREIGN KEY (person) REFERENCES accounts(person)
tokens tokens_pkey PRIMARY KEY (hash)
withdrawals withdrawals_claim_fkey FOREIGN KEY (claim) REFERENCES claims(leaf)
withdrawals withdrawals_hash_key UNIQUE (hash)
withdrawals withdrawals_pkey PRIMARY KEY (leaf)
