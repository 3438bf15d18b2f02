// Page and resume tokens: where a list goes on, bound to its query.
#ifndef DSR_RPC_PAGE_TOKENS_H_
#define DSR_RPC_PAGE_TOKENS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/server_secrets.h"
#include "google/protobuf/message.h"

namespace dsr {

// Makes and reads tokens: a position and a keyed hash over it, the method and the query, in
// URL-safe base64. A position is no secret, but a client cannot make one up. Immutable;
// thread-safe.
class PageTokens {
 public:
  // `secrets` outlives this.
  explicit PageTokens(const ServerSecrets& secrets) : secrets_(secrets) {}

  // Returns the token for `position` in the list that `query`, a request message, asks for. All of
  // its fields count but `page_size` and `page_token`.
  std::string Make(absl::string_view method, const google::protobuf::Message& query,
                   absl::string_view position) const;

  // Returns the position that Make was given for this method and query; empty for an empty token.
  // Errors: INVALID_ARGUMENT PAGE_TOKEN_INVALID.
  absl::StatusOr<std::string> Read(absl::string_view method, const google::protobuf::Message& query,
                                   absl::string_view token) const;

  // The same for the streams of WatchRequests: a token names a place in the log and fits any query.
  std::string MakeResume(int64_t leaf) const;
  absl::StatusOr<int64_t> ReadResume(absl::string_view token) const;

 private:
  std::string Seal(absl::string_view about, absl::string_view position) const;
  absl::StatusOr<std::string> Open(absl::string_view about, absl::string_view field,
                                   absl::string_view token) const;

  const ServerSecrets& secrets_;
};

}  // namespace dsr

#endif  // DSR_RPC_PAGE_TOKENS_H_
