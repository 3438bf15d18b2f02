// Sealing: a message goes apart into what may be stored in the clear and one box with the rest.
//
// Generic over messages: what is personal is what the option (dsr.v1.personal) says, at any depth,
// in repeated fields too (never in maps; a test checks all messages). The clear part keeps its
// elements, so that the paths of the sealed values stay true.
#ifndef DSR_APP_SEALER_H_
#define DSR_APP_SEALER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"
#include "dsr/storage/v1/sealed.pb.h"
#include "google/protobuf/message.h"

namespace dsr {

// The personal fields of one message in their box. `content_id` is stored in the clear beside the
// box and authenticated with it.
struct SealedContent {
  std::string content_id;  // 16 bytes
  std::string sealed;
};

// A message taken apart.
template <class M>
struct SplitMessage {
  M clear;
  storage::v1::PersonalFields personal;
};

// Moves every personal field that is set out of `message` and returns them, in the order of the
// message's fields. Fields that this program does not know are dropped: nobody can tell what they
// hold.
storage::v1::PersonalFields TakePersonal(google::protobuf::Message& message);

// The same for a copy.
template <class M>
SplitMessage<M> SplitPersonal(M message) {
  storage::v1::PersonalFields personal = TakePersonal(message);
  return {std::move(message), std::move(personal)};
}

// Tells whether some personal field of `message` is set.
bool HoldsPersonal(const google::protobuf::Message& message);

// Returns the box of `fields`. `content_id` is any id of the record; it becomes part of what is
// authenticated, so a box opens only beside the record it was made for.
std::string Seal(const SecretKey& key, absl::string_view content_id,
                 const storage::v1::PersonalFields& fields);

// Opens `box` and puts the values back at their paths. INTERNAL when the box does not open with
// this key and id, or a path leads to no personal field of `message`; `message` may be half filled
// then.
absl::Status OpenInto(google::protobuf::Message& message, absl::string_view box,
                      const SecretKey& key, absl::string_view content_id);

// Seals `message` whole: takes its personal fields out and returns their box under a fresh random
// content id, or nothing when it has none.
std::optional<SealedContent> SealPersonal(google::protobuf::Message& message, const SecretKey& key);

// The box of one piece of an upload or package, bound to its task, category and place, so that
// pieces cannot change places. `data` is not empty.
std::string SealChunk(const SecretKey& key, absl::string_view task_id, absl::string_view category,
                      int64_t offset, absl::string_view data);
// Opens one. INTERNAL when it is not what was sealed for that place.
absl::StatusOr<std::string> OpenChunk(const SecretKey& key, absl::string_view task_id,
                                      absl::string_view category, int64_t offset,
                                      absl::string_view box);

}  // namespace dsr

#endif  // DSR_APP_SEALER_H_
