#include <algorithm>
#include <map>
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

namespace dsr {
namespace {

using storage::v1::NewNotice;
using storage::v1::NoticesCreated;

constexpr int kMostSuccessions = 16;

// What one recipient got of the categories concerned, and what of it an authorisation of its own
// covers.
struct Received {
  std::set<std::string> categories;
  std::set<std::string> authorised;
  std::string proof;
  std::set<std::string> onward;
  std::vector<std::string> disclosure_ids;

  void AddDisclosure(const v1::Disclosure& disclosure, const std::string& id) {
    onward.insert(disclosure.onward_recipients().begin(), disclosure.onward_recipients().end());
    if (std::find(disclosure_ids.begin(), disclosure_ids.end(), id) == disclosure_ids.end()) {
      disclosure_ids.push_back(id);
    }
  }
};

std::set<std::string> ConcernedCategories(const Deciding& deciding, v1::NoticeKind kind) {
  if (deciding.request().has_consent_change()) return CategoriesLosingConsent(deciding);
  const v1::Request& request = deciding.request();
  if (kind != v1::NOTICE_KIND_CORRECT) {
    // Not the plan's: what none of our systems holds any more, a recipient may hold still.
    return kind == v1::NOTICE_KIND_RESUME_PROCESSING ? CategoriesToLift(deciding)
                                                     : CategoriesToServe(request);
  }
  return AcceptedCategories(request);
}

const v1::Recipient* FindRecipient(const Facts& facts, const std::string& name) {
  const auto found =
      std::find_if(facts.recipients.begin(), facts.recipients.end(),
                   [&](const v1::Recipient& recipient) { return recipient.name() == name; });
  return found == facts.recipients.end() ? nullptr : &*found;
}

// Who bears the duty today: the last of a chain of successors. A circle ends where it began.
std::string BearerOf(const Facts& facts, const std::string& name) {
  std::string bearer = name;
  for (int step = 0; step < kMostSuccessions; ++step) {
    const v1::Recipient* recipient = FindRecipient(facts, bearer);
    if (recipient == nullptr || recipient->successor().empty()) return bearer;
    bearer = recipient->successor();
  }
  return name;
}

// Of a consent that ends only those are told that rely on it; one that names none is relied on by
// all.
bool ReliesOn(const Deciding& deciding, const std::string& recipient) {
  if (!deciding.request().has_consent_change()) return true;
  const v1::Consent* consent =
      FindConsent(deciding.facts(), deciding.request().consent_change().consent());
  if (consent == nullptr || consent->recipients().empty()) return true;
  return std::find(consent->recipients().begin(), consent->recipients().end(), recipient) !=
         consent->recipients().end();
}

// Whoever a consent names relies on it, recorded disclosure or not (PIPL 15).
void AddNamedInConsent(const Deciding& deciding, std::map<std::string, Received>& received) {
  if (!deciding.request().has_consent_change()) return;
  const v1::Consent* consent =
      FindConsent(deciding.facts(), deciding.request().consent_change().consent());
  if (consent == nullptr) return;
  const std::set<std::string> losing = CategoriesLosingConsent(deciding);
  for (const std::string& recipient : consent->recipients()) {
    Received& entry = received[BearerOf(deciding.facts(), recipient)];
    entry.categories.insert(losing.begin(), losing.end());
  }
}

std::map<std::string, Received> Gather(const Deciding& deciding, v1::NoticeKind kind) {
  const std::set<std::string> concerned = ConcernedCategories(deciding, kind);
  const auto& covered_list = deciding.state().covered_disclosures();
  const std::set<std::string> covered(covered_list.begin(), covered_list.end());
  std::map<std::string, Received> received;
  for (const v1::Disclosure& disclosure : deciding.facts().disclosures) {
    const auto id = ParseDisclosureName(disclosure.name());
    // Who was told to stop is told again to resume.
    const bool is_covered = id.ok() && covered.contains(std::string(id->bytes()));
    if (!id.ok() || (is_covered && kind != v1::NOTICE_KIND_RESUME_PROCESSING)) continue;
    std::set<std::string> here;
    for (const std::string& category : disclosure.categories()) {
      if (concerned.contains(category)) here.insert(category);
    }
    if (here.empty() || !ReliesOn(deciding, disclosure.recipient())) continue;
    Received& entry = received[BearerOf(deciding.facts(), disclosure.recipient())];
    entry.AddDisclosure(disclosure, std::string(id->bytes()));
    entry.categories.insert(here.begin(), here.end());
    for (const std::string& category : disclosure.own_authorisation().categories()) {
      if (here.contains(category)) entry.authorised.insert(category);
    }
    if (disclosure.has_own_authorisation()) entry.proof = disclosure.own_authorisation().proof();
  }
  AddNamedInConsent(deciding, received);
  return received;
}

int TermDays(const v1::Policy& policy, v1::RecipientRelation relation, v1::NoticeKind kind) {
  for (const v1::NoticeTerm& term : policy.notice_terms()) {
    if (term.relation() == relation && term.kind() == kind) return term.civil_days();
  }
  return policy.response_days();
}

// The language that the recipient is told in, and the law as that language calls it.
struct LegalBasis {
  std::string language;
  std::string law;
};

LegalBasis BasisOf(const v1::Policy& policy, const v1::Recipient* recipient, v1::NoticeKind kind) {
  LegalBasis basis;
  if (recipient != nullptr) basis.language = recipient->language();
  if (basis.language.empty()) {
    const bool is_overseas = recipient != nullptr && recipient->jurisdiction() != "CN";
    basis.language = is_overseas ? "en" : "zh-CN";
  }
  for (const v1::NoticeLaw& rule : policy.notice_laws()) {
    if (rule.kind() == kind) basis.law = rule.law();
  }
  for (const v1::LawTitle& title : policy.laws()) {
    const auto called = title.titles().find(basis.language);
    if (title.law() == basis.law && called != title.titles().end()) {
      basis.law = called->second;
      break;
    }
  }
  return basis;
}

NewNotice& AddNotice(const Deciding& deciding, const std::string& recipient, int scope,
                     const std::set<std::string>& categories, NoticesCreated& created) {
  NewNotice& notice = *created.add_notices();
  const NoticeId id = deciding.Derive<NoticeId>(
      "notice", recipient, absl::StrCat(v1::NoticeKind_Name(created.kind()), "/", scope));
  notice.set_notice_id(std::string(id.bytes()));
  notice.set_recipient(recipient);
  notice.set_scope_version(scope);
  for (const std::string& category : categories) notice.add_categories(category);
  return notice;
}

// One notice for what must be told and, where an authorisation covers something, one record of the
// exemption.
void AddNotices(const Deciding& deciding, const std::string& name, const Received& received,
                NoticesCreated& created) {
  const v1::Recipient* recipient = FindRecipient(deciding.facts(), name);
  const auto relation =
      recipient == nullptr ? v1::RECIPIENT_RELATION_UNSPECIFIED : recipient->relation();
  const bool may_be_exempt = relation == v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER;
  const std::set<std::string> exempt =
      may_be_exempt ? received.authorised : std::set<std::string>();
  std::set<std::string> told;
  std::set_difference(received.categories.begin(), received.categories.end(), exempt.begin(),
                      exempt.end(), std::inserter(told, told.end()));
  const auto& scopes = deciding.state().scope_versions();
  int scope = scopes.contains(name) ? scopes.at(name) : 0;
  NewNotice* first = nullptr;
  if (!told.empty()) {
    NewNotice& notice = AddNotice(deciding, name, ++scope, told, created);
    const int days = TermDays(deciding.rulebook().policy, relation, created.kind());
    const absl::TimeZone zone = deciding.rulebook().zone;
    *notice.mutable_due_time() = ToTimestamp(EndOfDay(DayOf(deciding.now(), zone) + days, zone));
    notice.set_instruction(relation == v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
    for (const std::string& onward : received.onward) {
      if (onward != name) notice.add_onward_recipients(onward);
    }
    const LegalBasis basis = BasisOf(deciding.rulebook().policy, recipient, created.kind());
    notice.set_language(basis.language);
    notice.set_legal_basis(basis.law);
    first = &notice;
  }
  if (!exempt.empty()) {
    NewNotice& notice = AddNotice(deciding, name, ++scope, exempt, created);
    v1::Exemption& exemption = *notice.mutable_exemption();
    exemption.set_code(v1::Exemption::CODE_OWN_AUTHORISATION);
    exemption.set_proof(received.proof);
    for (const std::string& category : exempt) exemption.add_categories(category);
    if (first == nullptr) first = &notice;
  }
  if (first == nullptr) return;
  for (const std::string& id : received.disclosure_ids) *first->add_disclosure_ids() = id;
}

// Adds that `recipient` got `category`, and by which disclosures.
void AddCategory(const Deciding& deciding, const std::string& recipient,
                 const std::string& category, Received& entry) {
  entry.categories.insert(category);
  for (const v1::Disclosure& disclosure : deciding.facts().disclosures) {
    const auto& shared = disclosure.categories();
    if (disclosure.recipient() != recipient) continue;
    if (std::find(shared.begin(), shared.end(), category) == shared.end()) continue;
    const auto id = ParseDisclosureName(disclosure.name());
    if (id.ok()) entry.AddDisclosure(disclosure, std::string(id->bytes()));
  }
}

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

void EmitNotices(Deciding& deciding, v1::NoticeKind kind,
                 const std::map<std::string, Received>& all_received) {
  storage::v1::Event event;
  NoticesCreated& created = *event.mutable_notices_created();
  created.set_kind(kind);
  for (const auto& [name, received] : all_received) AddNotices(deciding, name, received, created);
  if (created.notices_size() > 0) deciding.Emit(std::move(event));
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
  std::map<std::string, Received> received = Gather(deciding, kind);
  if (kind == v1::NOTICE_KIND_RESUME_PROCESSING) {
    for (const std::string& recipient : CancelStops(deciding)) received.erase(recipient);
  }
  EmitNotices(deciding, kind, received);
}

void NotifyOfFinalErasure(Deciding& deciding, const std::set<std::string>& categories) {
  std::map<std::string, Received> received = Gather(deciding, v1::NOTICE_KIND_DELETE);
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
