#include "store/sqlite/query.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <limits>

#include "dsr/base/status_macros.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {

Query::Query(Connection& connection, const char* sql) : connection_(connection) {
  try {
    prepared_ = &connection.Prepare(sql);
    if (prepared_->is_used) {
      own_.reset(new Connection::Prepared{SQLite::Statement(connection.database_, sql)});
      prepared_ = own_.get();
    }
    prepared_->is_used = true;
  } catch (const SQLite::Exception& error) {
    prepared_ = nullptr;
    status_ = connection.ErrorOf(error.getExtendedErrorCode());
  }
}

Query::~Query() {
  if (prepared_ == nullptr) return;
  // A failed step makes the reset fail once more; what it was has been told. Bound blobs need no
  // clearing: every parameter is bound anew before the next step.
  prepared_->statement.tryReset();
  prepared_->is_used = false;
}

template <class Bind>
Query& Query::BindNext(Bind bind) {
  if (!status_.ok()) return *this;
  try {
    bind(prepared_->statement, next_parameter_++);
  } catch (const SQLite::Exception& error) {
    status_ = connection_.ErrorOf(error.getExtendedErrorCode());
  }
  return *this;
}

Query& Query::Int(int64_t value) {
  return BindNext([&](SQLite::Statement& statement, int index) { statement.bind(index, value); });
}

Query& Query::Blob(absl::string_view bytes) {
  connection_.bound_bytes_ += static_cast<int64_t>(bytes.size());
  // SQLite takes a null pointer for NULL, which an empty blob is not.
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  return BindNext([&](SQLite::Statement& statement, int index) {
    statement.bindNoCopy(index, data, static_cast<int>(bytes.size()));
  });
}

Query& Query::Text(absl::string_view text) {
  connection_.bound_bytes_ += static_cast<int64_t>(text.size());
  return BindNext(
      [&](SQLite::Statement& statement, int index) { statement.bind(index, std::string(text)); });
}

Query& Query::Null() {
  return BindNext([](SQLite::Statement& statement, int index) { statement.bind(index); });
}

Query& Query::Time(absl::Time time) { return Int(absl::ToUnixMicros(time)); }

Query& Query::TimeOrNull(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return Null();
  return Time(time);
}

absl::StatusOr<bool> Query::Step() {
  DSR_RETURN_IF_ERROR(status_);
  const int code = prepared_->statement.tryExecuteStep();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  status_ = connection_.ErrorOf(connection_.LastCode());
  return status_;
}

absl::Status Query::Run() {
  DSR_ASSIGN_OR_RETURN(const bool has_row, Step());
  static_cast<void>(has_row);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Query::RunAndCount() {
  DSR_RETURN_IF_ERROR(Run());
  return connection_.Changes();
}

bool Query::IsNull(int column) const noexcept { return prepared_->statement.isColumnNull(column); }

int64_t Query::GetInt(int column) const noexcept {
  return prepared_->statement.getColumn(column).getInt64();
}

absl::string_view Query::GetBlob(int column) const noexcept {
  const SQLite::Column value = prepared_->statement.getColumn(column);
  const char* const data = static_cast<const char*>(value.getBlob());
  return absl::string_view(data, static_cast<size_t>(value.getBytes()));
}

std::string Query::GetText(int column) const { return std::string(GetBlob(column)); }

absl::Time Query::GetTime(int column) const noexcept {
  // What Time makes of the infinite future is no instant of its own.
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const bool is_never = IsNull(column) || GetInt(column) == kNever;
  return is_never ? absl::InfiniteFuture() : absl::FromUnixMicros(GetInt(column));
}

absl::Status Query::BadColumn() { return Damaged("a stored record"); }

}  // namespace dsr::sqlite
