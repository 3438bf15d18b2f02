#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/notice_making.h"
#include "workflow/notice_scope.h"

namespace dsr {
namespace {

using storage::v1::NewNotice;
using storage::v1::NoticesCreated;

// Those whose latest notice about one of `categories` they objected to until a day that has passed:
// neither their law nor ours keeps it any more.
void AddFormerObjectors(const Deciding& deciding, const std::set<std::string>& categories,
                        std::map<std::string, Received>& received) {
  const absl::CivilDay today = DayOf(deciding.now(), deciding.rulebook().zone);
  std::map<std::pair<std::string, std::string>, const v1::Notice*> latest;
  for (const v1::Notice& notice : deciding.record().notices()) {
    if (notice.kind() != v1::NOTICE_KIND_DELETE) continue;
    for (const std::string& category : notice.categories()) {
      if (!categories.contains(category)) continue;
      // Ids of one moment are in no order.
      const v1::Notice*& last = latest[{notice.recipient(), category}];
      if (last == nullptr || notice.scope_version() > last->scope_version()) last = &notice;
    }
  }
  for (const auto& [about, notice] : latest) {
    const v1::Objection& objection = notice->objection();
    if (notice->state() != v1::Notice::STATE_OBJECTED || !objection.has_until()) continue;
    if (ToCivilDay(objection.until()) >= today) continue;
    const auto& [recipient, category] = about;
    AddCategory(deciding, recipient, category, received[recipient]);
  }
}

// Ends `old` where one of `made` tells the same.
void EmitSuperseded(Deciding& deciding, const v1::Notice& old,
                    const google::protobuf::RepeatedPtrField<storage::v1::NewNotice>& made) {
  const auto name = ParseNoticeName(old.name());
  const auto by = std::find_if(made.begin(), made.end(), [&](const auto& notice) {
    return notice.recipient() == old.recipient() && !notice.has_exemption();
  });
  if (!name.ok() || by == made.end()) return;
  const auto& said = by->categories();
  if (!std::all_of(old.categories().begin(), old.categories().end(), [&](const auto& category) {
        return std::find(said.begin(), said.end(), category) != said.end();
      })) {
    return;
  }
  storage::v1::Event event;
  event.mutable_notice_superseded()->set_notice_id(std::string(name->second.bytes()));
  event.mutable_notice_superseded()->set_by_notice_id(by->notice_id());
  deciding.Emit(std::move(event));
}

// The notices to `recipient` that are not delivered yet, and about nothing but `categories`: one
// that is about these takes their place.
std::vector<v1::Notice> Supersedable(const Deciding& deciding, v1::NoticeKind kind,
                                     const std::string& recipient,
                                     const std::set<std::string>& categories) {
  std::vector<v1::Notice> found;
  for (const v1::Notice& notice : deciding.record().notices()) {
    if (notice.kind() != kind || notice.recipient() != recipient ||
        !Allows(notice, NoticeStep::kSupersede)) {
      continue;
    }
    const auto& said = notice.categories();
    if (std::all_of(said.begin(), said.end(),
                    [&](const std::string& category) { return categories.contains(category); })) {
      found.push_back(notice);
    }
  }
  return found;
}

// What takes another's place tells all that the other would have.
void TakeOver(const Deciding& deciding, const std::string& recipient, const v1::Notice& old,
              Received& received) {
  for (const std::string& category : old.categories()) {
    AddCategory(deciding, recipient, category, received);
    if (old.by_category()) received.shared.insert(category);
  }
}

void EmitNotices(Deciding& deciding, v1::NoticeKind kind,
                 std::map<std::string, Received> all_received) {
  storage::v1::Event event;
  NoticesCreated& created = *event.mutable_notices_created();
  created.set_kind(kind);
  std::vector<v1::Notice> old;
  for (auto& [name, received] : all_received) {
    const std::vector<v1::Notice> here = Supersedable(deciding, kind, name, received.categories);
    for (const v1::Notice& notice : here) TakeOver(deciding, name, notice, received);
    old.insert(old.end(), here.begin(), here.end());
    AddNotices(deciding, name, received, created);
  }
  if (created.notices_size() == 0) return;
  const auto made = created.notices();
  deciding.Emit(std::move(event));
  for (const v1::Notice& notice : old) EmitSuperseded(deciding, notice, made);
}

void EmitCancelled(Deciding& deciding, const NoticeId& id) {
  storage::v1::Event event;
  event.mutable_notice_cancelled()->set_notice_id(std::string(id.bytes()));
  deciding.Emit(std::move(event));
}

// Whoever objected is not told again.
void EmitObjectionForgotten(Deciding& deciding, const NoticeId& id) {
  storage::v1::Event event;
  event.mutable_timer_ended()->set_name(ObjectionTimer(id));
  deciding.Emit(std::move(event));
}

// Ends the request's open notices to stop, which must not arrive after the one to resume. Returns
// those that had not been told: they need not hear of it at all.
std::set<std::string> CancelStops(Deciding& deciding) {
  std::set<std::string> untold;
  std::set<std::string> told;
  // By value: each event changes what it is about.
  const auto notices = deciding.record().notices();
  for (const v1::Notice& notice : notices) {
    const auto name = ParseNoticeName(notice.name());
    if (notice.kind() != v1::NOTICE_KIND_STOP_PROCESSING || !name.ok()) continue;
    (notice.state() == v1::Notice::STATE_PENDING ? untold : told).insert(notice.recipient());
    if (notice.objection().has_until()) EmitObjectionForgotten(deciding, name->second);
    if (!HasEnded(notice)) EmitCancelled(deciding, name->second);
  }
  for (const std::string& recipient : told) untold.erase(recipient);
  return untold;
}

}  // namespace

void NotifyRecipients(Deciding& deciding, v1::NoticeKind kind) {
  std::map<std::string, Received> received = GatherRecipients(deciding, kind);
  if (kind == v1::NOTICE_KIND_RESUME_PROCESSING) {
    for (const std::string& recipient : CancelStops(deciding)) received.erase(recipient);
  }
  EmitNotices(deciding, kind, received);
}

void NotifyOfFinalErasure(Deciding& deciding, const std::set<std::string>& categories) {
  std::map<std::string, Received> received = GatherRecipients(deciding, v1::NOTICE_KIND_DELETE);
  AddFormerObjectors(deciding, categories, received);
  EmitNotices(deciding, v1::NOTICE_KIND_DELETE, received);
}

void RemindObjector(Deciding& deciding, const v1::Notice& objected) {
  std::set<std::string> categories(objected.categories().begin(), objected.categories().end());
  // What it was told about since is another notice's matter.
  for (const v1::Notice& notice : deciding.record().notices()) {
    if (notice.recipient() != objected.recipient() || notice.kind() != objected.kind() ||
        notice.scope_version() <= objected.scope_version()) {
      continue;
    }
    for (const std::string& category : notice.categories()) categories.erase(category);
  }
  const std::string bearer = BearerOf(deciding.facts(), objected.recipient());
  std::map<std::string, Received> received;
  for (const std::string& category : categories)
    AddCategory(deciding, objected.recipient(), category, received[bearer]);
  EmitNotices(deciding, objected.kind(), received);
}

void CancelNotices(Deciding& deciding) {
  std::map<std::string, Received> told;
  // By value: each event changes what it is about.
  const auto notices = deciding.record().notices();
  for (const v1::Notice& notice : notices) {
    const auto name = ParseNoticeName(notice.name());
    if (name.ok() && notice.objection().has_until()) EmitObjectionForgotten(deciding, name->second);
    if (HasEnded(notice) || !name.ok() || notice.kind() == v1::NOTICE_KIND_RESUME_PROCESSING)
      continue;
    if (notice.state() == v1::Notice::STATE_SENT ||
        notice.state() == v1::Notice::STATE_ACKNOWLEDGED) {
      told[notice.recipient()].categories.insert(notice.categories().begin(),
                                                 notice.categories().end());
    }
    EmitCancelled(deciding, name->second);
  }
  EmitNotices(deciding, v1::NOTICE_KIND_RESUME_PROCESSING, told);
}

void MoveNotices(Deciding& deciding) {
  const Facts& facts = deciding.facts();
  const absl::TimeZone zone = deciding.rulebook().zone;
  // By value: each event changes what it is about.
  const auto notices = deciding.record().notices();
  for (const v1::Notice& notice : notices) {
    if (HasEnded(notice)) continue;
    const std::string bearer = BearerOf(facts, notice.recipient());
    const auto name = ParseNoticeName(notice.name());
    if (bearer == notice.recipient() || !name.ok()) continue;
    const v1::Recipient* recipient = FindRecipient(facts, bearer);
    const auto relation =
        recipient == nullptr ? v1::RECIPIENT_RELATION_UNSPECIFIED : recipient->relation();
    const int days = TermDays(deciding.rulebook().policy, relation, notice.kind());
    const auto& scopes = deciding.state().scope_versions();
    storage::v1::Event event;
    storage::v1::NoticeMoved& moved = *event.mutable_notice_moved();
    moved.set_notice_id(std::string(name->second.bytes()));
    moved.set_recipient(bearer);
    *moved.mutable_due_time() = ToTimestamp(EndOfDay(DayOf(deciding.now(), zone) + days, zone));
    moved.set_instruction(relation == v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
    moved.set_scope_version((scopes.contains(bearer) ? scopes.at(bearer) : 0) + 1);
    const LegalBasis basis = BasisOf(deciding.rulebook().policy, recipient, notice.kind());
    moved.set_language(basis.language);
    moved.set_legal_basis(basis.law);
    deciding.Emit(std::move(event));
  }
}

}  // namespace dsr
