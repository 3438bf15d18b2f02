// Messages to subjects and requesters.
#ifndef DSR_STORE_SQLITE_MESSAGE_TABLE_H_
#define DSR_STORE_SQLITE_MESSAGE_TABLE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/ids.h"
#include "dsr/v1/message.pb.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<v1::Message>> ListMessages(Connection& connection, const RequestId& id);

// Returns one message of a request. NOT_FOUND when it has none of that id.
absl::StatusOr<v1::Message> FindMessage(Connection& connection, const RequestId& id,
                                        const MessageId& message);

// Adds or replaces a message.
absl::Status PutMessage(Connection& connection, const RequestId& id, const MessageId& message_id,
                        const v1::Message& message);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_MESSAGE_TABLE_H_
