// The tables as the first schema step made them, word for word. Databases like this are out there:
// this text is never changed, whatever becomes of the program's own.
#ifndef DSR_TESTS_UNIT_STORE_SCHEMA_STEP_1_H_
#define DSR_TESTS_UNIT_STORE_SCHEMA_STEP_1_H_

namespace dsr::sqlite {

inline constexpr char kSchemaStep1[] = R"sql(
PRAGMA page_size = 4096;
PRAGMA application_id = 0x44535244;
CREATE TABLE requests (
  request_id BLOB NOT NULL PRIMARY KEY CHECK (length(request_id) = 16),
  version INTEGER NOT NULL CHECK (version > 0),
  fold_version INTEGER NOT NULL CHECK (fold_version > 0),
  subject_id BLOB NOT NULL,
  type TEXT NOT NULL,
  phase INTEGER NOT NULL CHECK (phase BETWEEN 1 AND 6),
  received INTEGER NOT NULL,
  due INTEGER NOT NULL,
  answered INTEGER,
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 5),
  breached INTEGER,
  assignee TEXT NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE INDEX requests_by_subject ON requests (subject_id, request_id);
CREATE INDEX requests_by_type ON requests (type, request_id);
CREATE INDEX requests_by_open_phase ON requests (phase, request_id) WHERE phase <> 6;
CREATE INDEX requests_by_due ON requests (due, request_id) WHERE phase <> 6;
CREATE INDEX requests_by_assignee ON requests (assignee, request_id) WHERE assignee <> '';
CREATE INDEX requests_open_by_assignee ON requests (assignee, due, request_id)
  WHERE assignee <> '' AND phase <> 6;
CREATE INDEX requests_by_breach ON requests (request_id) WHERE breached IS NOT NULL;
CREATE INDEX requests_for_sla ON requests
  (received, due, answered, outcome, breached, phase, type, request_id);
CREATE TABLE log (
  leaf INTEGER NOT NULL PRIMARY KEY CHECK (leaf >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  request_id BLOB CHECK (length(request_id) = 16),
  sequence INTEGER NOT NULL,
  time INTEGER,
  clear BLOB,
  sealed BLOB,
  CHECK ((request_id IS NULL) = (sequence = 0))
) STRICT;
CREATE UNIQUE INDEX log_by_request ON log (request_id, sequence) WHERE request_id IS NOT NULL;
CREATE TABLE log_nodes (
  level INTEGER NOT NULL CHECK (level > 0),
  position INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE timers (
  due INTEGER NOT NULL,
  request_id BLOB NOT NULL CHECK (length(request_id) = 16),
  name TEXT NOT NULL,
  PRIMARY KEY (due, request_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE tasks (
  task_id BLOB NOT NULL PRIMARY KEY CHECK (length(task_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  system TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind > 0),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  available_at INTEGER NOT NULL,
  lease_token BLOB CHECK (length(lease_token) = 16),
  lease_until INTEGER,
  clear BLOB NOT NULL,
  CHECK ((lease_token IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX tasks_by_request ON tasks (request_id, task_id);
CREATE INDEX tasks_to_lease ON tasks (system, available_at, task_id) WHERE state = 1;
CREATE INDEX tasks_failed ON tasks (task_id) WHERE state = 3;
CREATE TABLE notices (
  notice_id BLOB NOT NULL PRIMARY KEY CHECK (length(notice_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  recipient TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  overdue INTEGER NOT NULL CHECK (overdue IN (0, 1)),
  clear BLOB NOT NULL
) STRICT;
CREATE INDEX notices_by_request ON notices (request_id, notice_id);
CREATE INDEX notices_open ON notices (recipient, notice_id) WHERE state IN (1, 2, 3, 6);
CREATE INDEX notices_troubled ON notices (notice_id)
  WHERE state IN (1, 2, 3, 6) AND (state = 6 OR overdue = 1);
CREATE TABLE messages (
  message_id BLOB NOT NULL PRIMARY KEY CHECK (length(message_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  clear BLOB NOT NULL
) STRICT;
CREATE INDEX messages_by_request ON messages (request_id, message_id);
CREATE TABLE outbox (
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  item_id BLOB NOT NULL CHECK (length(item_id) = 16),
  request_id BLOB NOT NULL,
  recipient TEXT NOT NULL,
  next_attempt INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  PRIMARY KEY (kind, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_attempt ON outbox (kind, next_attempt, item_id);
CREATE TABLE subjects (
  subject_id BLOB NOT NULL PRIMARY KEY CHECK (length(subject_id) = 16),
  account_hash BLOB NOT NULL UNIQUE CHECK (length(account_hash) = 32),
  key_number INTEGER NOT NULL UNIQUE CHECK (key_number > 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE data_systems (
  name TEXT NOT NULL PRIMARY KEY,
  clear BLOB NOT NULL
) STRICT;
CREATE TABLE recipients (
  name TEXT NOT NULL PRIMARY KEY,
  clear BLOB NOT NULL
) STRICT;
CREATE TABLE registry (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO registry VALUES (1, 0);
CREATE TABLE disclosures (
  disclosure_id BLOB NOT NULL PRIMARY KEY CHECK (length(disclosure_id) = 16),
  subject_id BLOB NOT NULL REFERENCES subjects (subject_id),
  clear BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX disclosures_by_subject ON disclosures (subject_id, disclosure_id);
CREATE TABLE definitions (
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  text TEXT NOT NULL,
  PRIMARY KEY (kind, name, version)
) STRICT;
CREATE TABLE parts (
  task_id BLOB NOT NULL REFERENCES tasks (task_id),
  category TEXT NOT NULL,
  request_id BLOB NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  PRIMARY KEY (task_id, category)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (
  task_id BLOB NOT NULL,
  category TEXT NOT NULL,
  begin_offset INTEGER NOT NULL CHECK (begin_offset >= 0),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  sealed BLOB NOT NULL,
  PRIMARY KEY (task_id, category, begin_offset),
  FOREIGN KEY (task_id, category) REFERENCES parts (task_id, category)
) STRICT;
CREATE TABLE answers (
  caller TEXT NOT NULL,
  idempotency_key BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  status_code INTEGER NOT NULL CHECK (status_code BETWEEN 0 AND 16),
  answer BLOB NOT NULL,
  request_id BLOB,
  PRIMARY KEY (caller, idempotency_key)
) STRICT;
PRAGMA user_version = 1;
)sql";

}  // namespace dsr::sqlite

#endif  // DSR_TESTS_UNIT_STORE_SCHEMA_STEP_1_H_
