#include "bench/bare_sqlite.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/time/time.h"
#include "dsr/base/ids.h"

namespace dsr {
namespace {

void Check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "bare SQLite failed: %s\n", sqlite3_errmsg(database));
  std::exit(EXIT_FAILURE);
}

void Bind(sqlite3_stmt* statement, int index, int64_t value) {
  sqlite3_bind_int64(statement, index, value);
}

void Bind(sqlite3_stmt* statement, int index, const std::string& bytes) {
  sqlite3_bind_blob(statement, index, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
}

template <class... Values>
void Run(sqlite3_stmt* statement, const Values&... values) {
  int index = 0;
  (Bind(statement, ++index, values), ...);
  Check(sqlite3_step(statement), sqlite3_db_handle(statement));
  sqlite3_reset(statement);
}

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

}  // namespace

BareSqlite::BareSqlite(const std::string& path) {
  Check(sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr),
        database_);
  Check(sqlite3_exec(database_,
                     "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
                     "PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 1000;",
                     nullptr, nullptr, nullptr),
        database_);
  begin_ = Compile("BEGIN IMMEDIATE");
  commit_ = Compile("COMMIT");
  insert_request_ = Compile(
      "INSERT INTO requests (request_id, subject_id, type, version, fold_version, phase, received, "
      "due, outcome, assignee, state) VALUES (?1, ?1, 'deletion', 1, 1, ?2, ?3, ?4, 0, '', ?5)");
  update_state_ = Compile("UPDATE requests SET version = ?2, state = ?3 WHERE request_id = ?1");
  update_all_ =
      Compile("UPDATE requests SET version = ?2, state = ?3, phase = ?4 WHERE request_id = ?1");
  insert_leaf_ = Compile(
      "INSERT INTO log (leaf, hash, request_id, sequence, time, clear, sealed) "
      "VALUES (?1, zeroblob(32), ?2, ?3, 0, ?4, ?5)");
  insert_node_ =
      Compile("INSERT INTO log_nodes (level, position, hash) VALUES (?1, ?2, zeroblob(32))");
  insert_timer_ = Compile("INSERT INTO timers (due, request_id, name) VALUES (?1, ?2, 'reminder')");
  delete_timer_ =
      Compile("DELETE FROM timers WHERE due = ?1 AND request_id = ?2 AND name = 'reminder'");
  insert_task_ = Compile(
      "INSERT INTO tasks (task_id, request_id, system, kind, state, available_at, clear) "
      "VALUES (?1, ?2, 'systems/shop', 4, 1, ?3, ?4)");
  insert_answer_ = Compile(
      "INSERT INTO answers (caller, idempotency_key, fingerprint, status_code, answer, request_id) "
      "VALUES ('agents/17', ?1, ?1, 0, zeroblob(40), ?2)");
}

BareSqlite::~BareSqlite() {
  for (sqlite3_stmt* statement :
       {begin_, commit_, insert_request_, update_state_, update_all_, insert_leaf_, insert_node_,
        insert_timer_, delete_timer_, insert_task_, insert_answer_}) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(database_);
}

sqlite3_stmt* BareSqlite::Compile(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr), database_);
  return statement;
}

void BareSqlite::Prepare(const std::deque<Transition>& transitions, int begin, int end) {
  int phase = 0;
  for (int i = begin; i < end; ++i) {
    const Transition& transition = transitions[static_cast<size_t>(i)];
    const storage::v1::RequestState& state = transition.record.state();
    Row row;
    row.request_id = std::string(transition.write.id.bytes());
    row.state = state.SerializeAsString();
    row.clear = transition.write.events.front().clear;
    row.sealed = transition.write.events.front().sealed;
    row.key = transition.answer.key;
    row.version = state.version();
    row.received = Micros(state.request().received_time());
    row.due = Micros(state.request().due_time());
    row.phase = state.request().phase();
    row.changes_phase = row.phase != phase;
    phase = row.phase;
    for (const v1::Task& task : transition.record.tasks()) {
      if (state.version() != 2) continue;
      row.task = task.SerializeAsString();
      row.task_id = std::string(
          TaskId::Parse(task.name().substr(task.name().rfind('/') + 1)).value().bytes());
    }
    if (row.version == 1) {
      for (const auto& timer : state.timers()) row.set_timers.push_back(Micros(timer.due_time()));
    } else if (row.version == 3) {
      row.ended_timers.push_back(Micros(transition.write.timers_before.back().due_time()));
      row.set_timers.push_back(Micros(state.timers().rbegin()->due_time()));
    }
    rows_.push_back(std::move(row));
  }
}

void BareSqlite::WriteAll(int group) {
  for (size_t begin = 0; begin < rows_.size(); begin += static_cast<size_t>(group)) {
    Run(begin_);
    for (size_t i = begin; i < rows_.size() && i < begin + static_cast<size_t>(group); ++i) {
      Write(rows_[i]);
    }
    Run(commit_);
  }
}

void BareSqlite::Write(const Row& row) {
  if (row.version == 1) {
    Run(insert_request_, row.request_id, int64_t{row.phase}, row.received, row.due, row.state);
  } else if (row.changes_phase) {
    Run(update_all_, row.request_id, row.version, row.state, int64_t{row.phase});
  } else {
    Run(update_state_, row.request_id, row.version, row.state);
  }
  for (const int64_t due : row.ended_timers) Run(delete_timer_, due, row.request_id);
  for (const int64_t due : row.set_timers) Run(insert_timer_, due, row.request_id);
  if (!row.task.empty()) Run(insert_task_, row.task_id, row.request_id, row.due, row.task);
  // A tree of n leaves has about n nodes above them.
  Run(insert_leaf_, leaves_, row.request_id, row.version, row.clear, row.sealed);
  for (int64_t level = 1, position = leaves_; (position & 1) == 1; ++level) {
    position >>= 1;
    Run(insert_node_, level, position);
  }
  ++leaves_;
  Run(insert_answer_, row.key, row.request_id);
}

}  // namespace dsr
