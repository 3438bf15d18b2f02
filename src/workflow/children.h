// Finds what belongs to a request by its id.
#ifndef DSR_WORKFLOW_CHILDREN_H_
#define DSR_WORKFLOW_CHILDREN_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/base/notice_life.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/task.pb.h"

namespace dsr {

// The request's id. The record must be one that was filed.
RequestId IdOf(const storage::v1::RequestRecord& record);

// Return the child whose name ends in that id (text or 16 bytes), or null.
v1::Verification* FindVerification(storage::v1::RequestRecord& record, absl::string_view id_bytes);
v1::Task* FindTask(storage::v1::RequestRecord& record, absl::string_view id_bytes);
v1::Notice* FindNotice(storage::v1::RequestRecord& record, absl::string_view id_bytes);
v1::Message* FindMessage(storage::v1::RequestRecord& record, absl::string_view id_bytes);

// How many codes were sent for the request, or would have been to a known account.
int CodesSent(const storage::v1::RequestState& state);

// The latest round of tasks of a kind, or null when none was begun.
storage::v1::TaskRound* FindRound(storage::v1::RequestState& state, v1::TaskKind kind);
const storage::v1::TaskRound* FindRound(const storage::v1::RequestState& state, v1::TaskKind kind);

// The request's categories but those refused.
std::set<std::string> CategoriesToServe(const v1::Request& request);

// The categories of a correction of which some field was accepted, but those refused.
std::set<std::string> AcceptedCategories(const v1::Request& request);

// The timer that ends an objection, or an exemption by law; its prefix tells it from other timers.
inline constexpr absl::string_view kObjectionTimer = "notice-objection-";
std::string ObjectionTimer(const NoticeId& id);

// What RequestState.covered_shares calls that a notice of `kind` tells `recipient` by category.
std::string ShareKey(absl::string_view recipient, v1::NoticeKind kind, absl::string_view category);

}  // namespace dsr

#endif  // DSR_WORKFLOW_CHILDREN_H_
