#include "store/sqlite/schema.h"

#include <sqlite3.h>

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

// Instants are microseconds since 1970. Ids are 16 bytes and sort by time, so that new rows come to
// the right-hand end of every tree. Tables whose rows hold a serialised message keep their rowid:
// in a table without one, rows of a kilobyte would stand in the inner pages too and spill over.
constexpr char kStep1[] = R"sql(
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
-- ListRequests of a subject; the facts of a decision.
CREATE INDEX requests_by_subject ON requests (subject_id, request_id);
-- ListRequests of a type.
CREATE INDEX requests_by_type ON requests (type, request_id);
-- ListRequests of a phase; the count of open requests.
CREATE INDEX requests_by_open_phase ON requests (phase, request_id) WHERE phase <> 6;
-- ListRequests by due time.
CREATE INDEX requests_by_due ON requests (due, request_id) WHERE phase <> 6;
-- ListRequests of an assignee, all and open ones by due time.
CREATE INDEX requests_by_assignee ON requests (assignee, request_id) WHERE assignee <> '';
CREATE INDEX requests_open_by_assignee ON requests (assignee, due, request_id)
  WHERE assignee <> '' AND phase <> 6;
-- ListRequests of breaches.
CREATE INDEX requests_by_breach ON requests (request_id) WHERE breached IS NOT NULL;
-- ScanSla, which reads nothing else.
CREATE INDEX requests_for_sla ON requests
  (received, due, answered, outcome, breached, phase, type, request_id);

-- The audit log: one row a leaf. An event stands here and nowhere else, because each event is a
-- leaf: appended at the end, it dirties a page that its group shares, where a tree clustered by
-- request would dirty one page a request. A purge clears `clear` and `sealed` and leaves the hash.
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
-- ListEvents.
CREATE UNIQUE INDEX log_by_request ON log (request_id, sequence) WHERE request_id IS NOT NULL;

-- Roots of the complete subtrees over the log's leaves, from level 1 up.
CREATE TABLE log_nodes (
  level INTEGER NOT NULL CHECK (level > 0),
  position INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

-- Pending timers. The order of the key is that of firing; who ends a timer knows its due time from
-- the request's state, so that no second tree is needed to find it.
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
-- ListTasks, FindRecord.
CREATE INDEX tasks_by_request ON tasks (request_id, task_id);
-- LeaseTasks.
CREATE INDEX tasks_to_lease ON tasks (system, available_at, task_id) WHERE state = 1;
-- ListFailedTasks.
CREATE INDEX tasks_failed ON tasks (task_id) WHERE state = 3;

CREATE TABLE notices (
  notice_id BLOB NOT NULL PRIMARY KEY CHECK (length(notice_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  recipient TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 7),
  overdue INTEGER NOT NULL CHECK (overdue IN (0, 1)),
  clear BLOB NOT NULL
) STRICT;
-- ListNotices, FindRecord.
CREATE INDEX notices_by_request ON notices (request_id, notice_id);
-- ListOpenNotices: neither completed, objected to nor exempt.
CREATE INDEX notices_open ON notices (recipient, notice_id) WHERE state IN (1, 2, 3, 6);
-- ListTroubledNotices.
CREATE INDEX notices_troubled ON notices (notice_id)
  WHERE state IN (1, 2, 3, 6) AND (state = 6 OR overdue = 1);

CREATE TABLE messages (
  message_id BLOB NOT NULL PRIMARY KEY CHECK (length(message_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  clear BLOB NOT NULL
) STRICT;
-- ListMessages, FindRecord.
CREATE INDEX messages_by_request ON messages (request_id, message_id);

-- What is to be delivered. `next_attempt` moves to the end of a claim while an attempt runs.
CREATE TABLE outbox (
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  item_id BLOB NOT NULL CHECK (length(item_id) = 16),
  request_id BLOB NOT NULL,
  recipient TEXT NOT NULL,
  next_attempt INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  PRIMARY KEY (kind, item_id)
) STRICT, WITHOUT ROWID;
-- ClaimOutbox, NextOutboxItem.
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
-- ListDisclosures.
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
)sql";

constexpr char kStep2[] = R"sql(
-- More outcomes than the first version knew. A column's CHECK cannot be changed in place.
DROP INDEX requests_for_sla;
ALTER TABLE requests ADD COLUMN outcome_2 INTEGER NOT NULL DEFAULT 0 CHECK (outcome_2 >= 0);
UPDATE requests SET outcome_2 = outcome;
ALTER TABLE requests DROP COLUMN outcome;
ALTER TABLE requests RENAME COLUMN outcome_2 TO outcome;
CREATE INDEX requests_for_sla ON requests
  (received, due, answered, outcome, breached, phase, type, request_id);

CREATE TABLE documents (
  evidence_id BLOB NOT NULL PRIMARY KEY CHECK (length(evidence_id) = 16),
  request_id BLOB NOT NULL REFERENCES requests (request_id),
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE consents (
  consent_id BLOB NOT NULL PRIMARY KEY CHECK (length(consent_id) = 16),
  subject_id BLOB NOT NULL REFERENCES subjects (subject_id),
  clear BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
-- ListConsents.
CREATE INDEX consents_by_subject ON consents (subject_id, consent_id);

CREATE TABLE holds (
  hold_id BLOB NOT NULL PRIMARY KEY CHECK (length(hold_id) = 16),
  subject_id BLOB NOT NULL REFERENCES subjects (subject_id),
  clear BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
-- ListHolds.
CREATE INDEX holds_by_subject ON holds (subject_id, hold_id);
)sql";

constexpr char kStep3[] = R"sql(
-- Notices are cancelled, too.
DROP INDEX notices_open;
DROP INDEX notices_troubled;
ALTER TABLE notices ADD COLUMN state_3 INTEGER NOT NULL DEFAULT 1 CHECK (state_3 BETWEEN 1 AND 8);
UPDATE notices SET state_3 = state;
ALTER TABLE notices DROP COLUMN state;
ALTER TABLE notices RENAME COLUMN state_3 TO state;
-- ListOpenNotices: neither completed, objected to, exempt nor cancelled.
CREATE INDEX notices_open ON notices (recipient, notice_id) WHERE state IN (1, 2, 3, 6);
-- ListTroubledNotices.
CREATE INDEX notices_troubled ON notices (notice_id)
  WHERE state IN (1, 2, 3, 6) AND (state = 6 OR overdue = 1);
)sql";

constexpr char kStep4[] = R"sql(
CREATE TABLE account_merges (
  subject_id BLOB NOT NULL PRIMARY KEY REFERENCES subjects (subject_id),
  into_id BLOB NOT NULL REFERENCES subjects (subject_id),
  time INTEGER NOT NULL,
  CHECK (into_id <> subject_id)
) STRICT, WITHOUT ROWID;
-- ListMergedInto.
CREATE INDEX account_merges_by_target ON account_merges (into_id, subject_id);
)sql";

constexpr char kStep5[] = R"sql(
-- Whether a notice is open, and needs a person, is more than its state tells.
DROP INDEX notices_open;
DROP INDEX notices_troubled;
ALTER TABLE notices ADD COLUMN state_5 INTEGER NOT NULL DEFAULT 1 CHECK (state_5 > 0);
UPDATE notices SET state_5 = state;
ALTER TABLE notices DROP COLUMN state;
ALTER TABLE notices RENAME COLUMN state_5 TO state;
ALTER TABLE notices ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1));
ALTER TABLE notices ADD COLUMN needs_person INTEGER NOT NULL DEFAULT 0
  CHECK (needs_person IN (0, 1));
UPDATE notices SET is_open = state IN (1, 2, 3, 6),
  needs_person = state = 6 OR (state IN (1, 2, 3) AND overdue = 1);
-- ListOpenNotices, CountOpenNotices.
CREATE INDEX notices_open ON notices (recipient, notice_id) WHERE is_open = 1;
-- ListTroubledNotices.
CREATE INDEX notices_troubled ON notices (notice_id) WHERE needs_person = 1;
-- ListNoticesOf, ListLatestNoticesOf.
CREATE INDEX notices_by_recipient ON notices (recipient, notice_id);

ALTER TABLE outbox RENAME COLUMN recipient TO lane;
-- ListDeliveryFailures.
CREATE TABLE delivery_failures (
  notice_id BLOB NOT NULL CHECK (length(notice_id) = 16),
  time INTEGER NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (notice_id, time)
) STRICT, WITHOUT ROWID;
)sql";

constexpr char kStep6[] = R"sql(
-- Reports tell what stood at any instant, so they read the course of each request; queues are
-- filtered by where a request came from and whose work it is. The rows are filled in by folding
-- the requests anew, see ListStaleRequests.
DROP INDEX requests_for_sla;
ALTER TABLE requests ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN region TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN course BLOB NOT NULL DEFAULT X'';
-- ScanSla, which reads nothing else.
CREATE INDEX requests_for_sla ON requests (received, type, answered, outcome, request_id, course);
-- ListRequests of a team by due time.
CREATE INDEX requests_open_by_team ON requests (team, due, request_id)
  WHERE team <> '' AND phase <> 6;
-- ListStaleRequests; empty but after an upgrade.
CREATE INDEX requests_stale ON requests (request_id) WHERE fold_version < 2;

DROP INDEX notices_by_recipient;
ALTER TABLE notices ADD COLUMN due INTEGER;
ALTER TABLE notices ADD COLUMN acknowledged INTEGER;
ALTER TABLE notices ADD COLUMN ended INTEGER;
-- ListNoticesOf, ListLatestNoticesOf, and ScanNotices, which reads nothing else.
CREATE INDEX notices_by_recipient ON notices
  (recipient, notice_id, state, due, acknowledged, ended);

CREATE TABLE absences (
  principal TEXT NOT NULL PRIMARY KEY,
  begin INTEGER NOT NULL,
  end INTEGER NOT NULL CHECK (end > begin),
  deputy TEXT NOT NULL CHECK (deputy <> principal)
) STRICT, WITHOUT ROWID;
)sql";

constexpr char kStep7[] = R"sql(
-- What a successor took over stays its predecessor's in reports of the time before. The rows are
-- filled in by folding the requests anew.
CREATE TABLE former_recipients (
  notice_id BLOB NOT NULL REFERENCES notices (notice_id),
  since INTEGER NOT NULL,
  until INTEGER NOT NULL CHECK (until >= since),
  recipient TEXT NOT NULL,
  due INTEGER,
  acknowledged INTEGER,
  PRIMARY KEY (notice_id, since)
) STRICT, WITHOUT ROWID;
DROP INDEX notices_by_recipient;
ALTER TABLE notices ADD COLUMN since INTEGER;
-- ListNoticesOf, ListLatestNoticesOf, and ScanNotices, which reads nothing else of the table.
CREATE INDEX notices_by_recipient ON notices
  (recipient, notice_id, state, due, acknowledged, ended, since);
DROP INDEX requests_stale;
-- ListStaleRequests; empty but after an upgrade.
CREATE INDEX requests_stale ON requests (request_id) WHERE fold_version < 3;
)sql";

constexpr char kStep8[] = R"sql(
-- Each request's content is sealed with a key that dies with it; what is registered of a subject
-- has the subject's own.
ALTER TABLE subjects ADD COLUMN content_key INTEGER CHECK (content_key > 0);
CREATE UNIQUE INDEX subjects_by_content_key ON subjects (content_key)
  WHERE content_key IS NOT NULL;

-- Destroyed keys, in the order of the journal beside the key file.
CREATE TABLE key_shreds (
  position INTEGER NOT NULL PRIMARY KEY CHECK (position > 0),
  key_number INTEGER NOT NULL UNIQUE CHECK (key_number > 0),
  time INTEGER NOT NULL
) STRICT;

-- When a closed request is to be looked at next, to erase its content or to purge it.
ALTER TABLE requests ADD COLUMN retention_due INTEGER;
UPDATE requests SET retention_due = 0 WHERE phase = 6;
-- ListRetentionDue, NextRetention.
CREATE INDEX requests_by_retention ON requests (retention_due, request_id)
  WHERE retention_due IS NOT NULL;

-- PurgeRequest.
CREATE INDEX answers_by_request ON answers (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX documents_by_request ON documents (request_id);
)sql";

// A step is never changed once it was released; what changes comes as a step of its own.
constexpr const char* kSteps[] = {kStep1, kStep2, kStep3, kStep4, kStep5, kStep6, kStep7, kStep8};

constexpr char kUserVersion[] = "PRAGMA user_version";
constexpr char kBeginSchema[] = "BEGIN IMMEDIATE";
constexpr char kCommitSchema[] = "COMMIT";

absl::Status RunScript(Connection& connection, const char* script) {
  const int code = sqlite3_exec(connection.handle(), script, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : connection.ErrorOf(connection.LastCode());
}

absl::Status RunSteps(Connection& connection, int from) {
  for (int step = from; step < SchemaVersionOfProgram(); ++step) {
    DSR_RETURN_IF_ERROR(RunScript(connection, kSteps[step]));
  }
  const std::string set_version = absl::StrCat("PRAGMA user_version = ", SchemaVersionOfProgram());
  return RunScript(connection, set_version.c_str());
}

}  // namespace

int SchemaVersionOfProgram() { return static_cast<int>(std::size(kSteps)); }

absl::StatusOr<int> SchemaVersionOfFile(Connection& connection) {
  Query query(connection, kUserVersion);
  DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
  return has_row ? static_cast<int>(query.GetInt(0)) : 0;
}

absl::Status UpgradeSchema(Connection& connection) {
  DSR_ASSIGN_OR_RETURN(const int version, SchemaVersionOfFile(connection));
  if (version == SchemaVersionOfProgram()) return absl::OkStatus();
  if (version > SchemaVersionOfProgram()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
        absl::StrCat("the database has schema version ", version, ", this program knows up to ",
                     SchemaVersionOfProgram(), "; run the newer program"));
  }
  DSR_RETURN_IF_ERROR(connection.Execute(kBeginSchema));
  absl::Status status = RunSteps(connection, version);
  if (status.ok()) status = connection.Execute(kCommitSchema);
  if (!status.ok()) connection.Rollback();
  return status;
}

}  // namespace dsr::sqlite
