#include "workflow/children.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

template <class Children>
auto FindByName(Children& children, absl::string_view id_bytes) -> decltype(&*children.begin()) {
  const auto id = Id128::FromBytes(id_bytes);
  if (!id.ok()) return nullptr;
  const std::string text = id->ToString();
  for (auto& child : children) {
    if (LastSegment(child.name()) == text) return &child;
  }
  return nullptr;
}

}  // namespace

RequestId IdOf(const storage::v1::RequestRecord& record) {
  return ParseRequestName(record.state().request().name()).value_or(RequestId());
}

v1::Verification* FindVerification(storage::v1::RequestRecord& record, absl::string_view id_bytes) {
  return FindByName(*record.mutable_state()->mutable_verifications(), id_bytes);
}

v1::Task* FindTask(storage::v1::RequestRecord& record, absl::string_view id_bytes) {
  return FindByName(*record.mutable_tasks(), id_bytes);
}

v1::Notice* FindNotice(storage::v1::RequestRecord& record, absl::string_view id_bytes) {
  return FindByName(*record.mutable_notices(), id_bytes);
}

v1::Message* FindMessage(storage::v1::RequestRecord& record, absl::string_view id_bytes) {
  return FindByName(*record.mutable_messages(), id_bytes);
}

int CodesSent(const storage::v1::RequestState& state) {
  int sends = 0;
  for (const v1::Verification& verification : state.verifications()) sends += verification.sends();
  return sends;
}

storage::v1::TaskRound* FindRound(storage::v1::RequestState& state, v1::TaskKind kind) {
  for (storage::v1::TaskRound& round : *state.mutable_rounds()) {
    if (round.kind() == kind) return &round;
  }
  return nullptr;
}

const storage::v1::TaskRound* FindRound(const storage::v1::RequestState& state, v1::TaskKind kind) {
  for (const storage::v1::TaskRound& round : state.rounds()) {
    if (round.kind() == kind) return &round;
  }
  return nullptr;
}

std::set<std::string> CategoriesToServe(const v1::Request& request) {
  std::set<std::string> categories(request.categories().begin(), request.categories().end());
  for (const v1::PartialRefusal& refusal : request.partial_refusals()) {
    for (const std::string& category : refusal.categories()) categories.erase(category);
  }
  return categories;
}

std::set<std::string> AcceptedCategories(const v1::Request& request) {
  const std::set<std::string> served = CategoriesToServe(request);
  std::set<std::string> categories;
  for (const v1::FieldCorrection& field : request.correction().fields()) {
    if (field.decision() == v1::FIELD_DECISION_ACCEPTED && served.contains(field.category()))
      categories.insert(field.category());
  }
  return categories;
}

std::string ObjectionTimer(const NoticeId& id) {
  return absl::StrCat(kObjectionTimer, id.ToString());
}

}  // namespace dsr
