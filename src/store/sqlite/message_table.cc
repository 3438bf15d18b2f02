#include "store/sqlite/message_table.h"

#include <string>
#include <utility>

#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListMessage[] =
    "SELECT clear FROM messages WHERE request_id = ?1 ORDER BY message_id";

constexpr char kFindMessage[] =
    "SELECT clear FROM messages WHERE message_id = ?1 AND request_id = ?2";

constexpr char kPutMessage[] =
    "INSERT INTO messages (message_id, request_id, state, clear) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (message_id) DO UPDATE SET state = excluded.state, clear = excluded.clear";

}  // namespace

absl::StatusOr<std::vector<v1::Message>> ListMessages(Connection& connection, const RequestId& id) {
  Query query(connection, kListMessage);
  query.Key(id);
  std::vector<v1::Message> messages;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return messages;
    DSR_ASSIGN_OR_RETURN(v1::Message message, query.GetMessage<v1::Message>(0));
    messages.push_back(std::move(message));
  }
}

absl::StatusOr<v1::Message> FindMessage(Connection& connection, const RequestId& id,
                                        const MessageId& message) {
  Query query(connection, kFindMessage);
  query.Key(message).Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(NameOf(id, "messages", message));
  return query.GetMessage<v1::Message>(0);
}

absl::Status PutMessage(Connection& connection, const RequestId& id, const MessageId& message_id,
                        const v1::Message& message) {
  const std::string bytes = message.SerializeAsString();
  Query query(connection, kPutMessage);
  query.Key(message_id).Key(id).Int(message.state()).Blob(bytes);
  return query.Run();
}

}  // namespace dsr::sqlite
