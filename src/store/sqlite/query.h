// One run of a prepared statement, without exceptions.
//
//   constexpr char kFindState[] = "SELECT state FROM requests WHERE request_id = ?1";
//   Query query(connection, kFindState);
//   query.Blob(id.bytes());
//   DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
#ifndef DSR_STORE_SQLITE_QUERY_H_
#define DSR_STORE_SQLITE_QUERY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// Binds parameters from left to right, steps through the rows, and gives the statement back when
// destroyed. What fails on the way is told by Step or Run. Blobs are not copied: they must live
// until the last row is read. Not thread-safe; used by its connection's thread.
class Query {
 public:
  // `sql` is a constant that lives for ever; the connection outlives this.
  Query(Connection& connection, const char* sql);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // Bind the next parameter.
  Query& Int(int64_t value);
  Query& Blob(absl::string_view bytes);
  Query& Text(absl::string_view text);
  Query& Null();
  // Microseconds since 1970; an infinite time is the smallest or largest number.
  Query& Time(absl::Time time);
  // The same, but NULL for an infinite time.
  Query& TimeOrNull(absl::Time time);
  template <class Tag>
  Query& Key(const Id<Tag>& id) {
    return Blob(id.bytes());
  }

  // Goes to the next row; false when there is none.
  absl::StatusOr<bool> Step();
  // Runs a statement that gives no rows.
  absl::Status Run();
  // Runs a statement and returns how many rows it changed.
  absl::StatusOr<int64_t> RunAndCount();

  // Columns of the present row, from 0. A view is valid until the next step.
  bool IsNull(int column) const noexcept;
  int64_t GetInt(int column) const noexcept;
  absl::string_view GetBlob(int column) const noexcept;
  std::string GetText(int column) const;
  // InfiniteFuture for NULL.
  absl::Time GetTime(int column) const noexcept;
  // DATA_LOSS when the column is no id.
  template <class StrongId>
  absl::StatusOr<StrongId> GetKey(int column) const {
    absl::StatusOr<StrongId> id = StrongId::FromBytes(GetBlob(column));
    if (!id.ok()) return BadColumn();
    return id;
  }
  // Parses a column that holds a serialised message. DATA_LOSS when it does not parse.
  template <class Message>
  absl::StatusOr<Message> GetMessage(int column) const {
    const absl::string_view bytes = GetBlob(column);
    Message message;
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return BadColumn();
    return message;
  }

 private:
  template <class Bind>
  Query& BindNext(Bind bind);
  static absl::Status BadColumn();

  Connection& connection_;
  // The kept statement, or `own_` when that is in use further up the stack.
  Connection::Prepared* prepared_ = nullptr;
  std::unique_ptr<Connection::Prepared> own_;
  int next_parameter_ = 1;
  absl::Status status_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_QUERY_H_
