// What must be so after a step.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "app/account_merges.h"
#include "app/decision_facts.h"
#include "app/integrity_checker.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "google/protobuf/util/message_differencer.h"
#include "scenarios/scenario_runner.h"
#include "store/sqlite/database_reader.h"

namespace dsr {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::v1::Expect;
using testing::v1::Step;

// `notice-overdue-{id}` and the like.
std::string WithoutId(const std::string& timer) {
  for (const absl::string_view kind : {"notice-overdue", "notice-reminder", "evidence-purge"}) {
    if (absl::StartsWith(timer, kind)) return std::string(kind);
  }
  return timer;
}

bool KeepsDocument(const storage::v1::RequestRecord& record) {
  const auto& proofs = record.state().verifications();
  return std::any_of(proofs.begin(), proofs.end(), [](const v1::Verification& proof) {
    return std::any_of(proof.evidence().begin(), proof.evidence().end(),
                       [](const v1::Evidence& evidence) {
                         return !evidence.document_sha256().empty() && !evidence.document_purged();
                       });
  });
}

template <class Children, class Child>
bool HasLike(const Children& children, const Child& like) {
  return std::any_of(children.begin(), children.end(), [&](const Child& child) {
    MessageDifferencer differencer;
    differencer.set_scope(MessageDifferencer::PARTIAL);
    return differencer.Compare(like, child);
  });
}

template <class Children>
std::string Listed(const Children& children) {
  std::string list;
  for (const auto& child : children) absl::StrAppend(&list, "\n", child.ShortDebugString());
  return list;
}

}  // namespace

void ScenarioRunner::Check(const Step& step, const absl::Status& status) {
  const std::string reason = status.ok() ? "" : ErrorReasonName(ReasonOf(status));
  ASSERT_EQ(reason, step.refused()) << status;
  const Expect& then = step.then();
  if (!then.field().empty()) {
    EXPECT_NE(absl::StrCat(status.ToString()).find(then.field()), std::string::npos) << status;
  }
  if (!requests_.contains(on_)) return;
  const storage::v1::RequestRecord record = Record();
  const v1::Request& request = record.state().request();
  if (!then.state().empty()) {
    EXPECT_EQ(request.state(), then.state());
  }
  if (then.has_request()) {
    v1::Request wanted = then.request();
    if (requests_.contains(wanted.duplicate_of()))
      wanted.set_duplicate_of(RequestName(requests_[wanted.duplicate_of()]));
    std::string difference;
    MessageDifferencer differencer;
    differencer.set_scope(MessageDifferencer::PARTIAL);
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(wanted, request)) << difference;
  }
  std::multiset<std::string> messages;
  for (const v1::Message& message : record.messages()) messages.insert(message.template_());
  const std::multiset<std::string> wanted_messages(then.messages().begin(), then.messages().end());
  for (const std::string& wanted : then.messages())
    EXPECT_EQ(messages.count(wanted), wanted_messages.count(wanted)) << wanted;
  for (const std::string& unwanted : then.no_messages())
    EXPECT_EQ(messages.count(unwanted), 0u) << unwanted;
  if (!then.notices().empty()) {
    std::multiset<std::string> notices;
    for (const v1::Notice& notice : record.notices()) {
      notices.insert(
          absl::StrCat(notice.recipient(), " ",
                       absl::StripPrefix(v1::Notice::State_Name(notice.state()), "STATE_")));
    }
    std::multiset<std::string> wanted(then.notices().begin(), then.notices().end());
    wanted.erase("nobody");
    EXPECT_EQ(notices, wanted);
  }
  if (!then.open_tasks().empty()) {
    std::multiset<std::string> open;
    for (const v1::Task& task : record.tasks()) {
      if (task.state() == v1::Task::STATE_OPEN)
        open.insert(std::string(absl::StripPrefix(v1::TaskKind_Name(task.kind()), "TASK_KIND_")));
    }
    std::multiset<std::string> wanted(then.open_tasks().begin(), then.open_tasks().end());
    wanted.erase("nothing");
    EXPECT_EQ(open, wanted);
  }
  for (const std::string& fact : then.facts()) {
    const std::map<std::string, bool> known = {
        {"breached", request.breached()},           {"not_breached", !request.breached()},
        {"incident", !request.incidents().empty()}, {"no_incident", request.incidents().empty()},
        {"repeated", request.repeated()},           {"not_repeated", !request.repeated()},
        {"document", KeepsDocument(record)},        {"no_document", !KeepsDocument(record)}};
    EXPECT_TRUE(known.contains(fact) && known.at(fact)) << fact;
  }
  CheckChildren(then, record);
  CheckMissing(then);
}

void ScenarioRunner::CheckChildren(const Expect& then, const storage::v1::RequestRecord& record) {
  for (const v1::Notice& like : then.told())
    EXPECT_TRUE(HasLike(record.notices(), like)) << Listed(record.notices());
  for (const v1::Task& like : then.asked())
    EXPECT_TRUE(HasLike(record.tasks(), like)) << Listed(record.tasks());
  for (const v1::Verification& like : then.proofs()) {
    EXPECT_TRUE(HasLike(record.state().verifications(), like))
        << Listed(record.state().verifications());
  }
  if (then.fired().empty()) return;
  std::vector<std::string> fired;
  for (const StoredEvent& stored : world_.Events(requests_[on_])) {
    storage::v1::Event event;
    event.ParseFromString(stored.clear);
    if (event.timer_ended().fired()) fired.push_back(WithoutId(event.timer_ended().name()));
  }
  if (fired.empty()) fired.emplace_back("none");
  EXPECT_EQ(fired, std::vector<std::string>(then.fired().begin(), then.fired().end()));
}

void ScenarioRunner::CheckMissing(const Expect& then) {
  if (then.missing().empty() && then.allowed().empty() && then.forbidden().empty()) return;
  const storage::v1::RequestRecord record = Record();
  const absl::Status read = world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const auto rulebook,
                         world_.rulebooks->RulebookFor(view, record.state().request().pins()));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
    DSR_ASSIGN_OR_RETURN(const Facts facts, SubjectFacts(view, scope, requests_[on_]));
    const DecisionContext context = ContextFor(facts);
    std::set<std::string> missing;
    for (const v1::MissingProof& one : MissingProofs(*rulebook, record, context)) {
      EXPECT_FALSE(one.explanation().empty());
      if (one.evidence() != v1::EVIDENCE_KIND_UNSPECIFIED) {
        missing.insert(std::string(
            absl::StripPrefix(v1::EvidenceKind_Name(one.evidence()), "EVIDENCE_KIND_")));
      } else {
        missing.insert(one.purpose() == v1::VERIFICATION_PURPOSE_IDENTITY ? "IDENTITY"
                                                                          : "REPRESENTATION");
      }
    }
    std::set<std::string> wanted(then.missing().begin(), then.missing().end());
    const bool asks = !wanted.empty();
    wanted.erase("NOTHING");
    if (asks) {
      EXPECT_EQ(missing, wanted);
    }
    std::set<std::string> unknown(then.allowed().begin(), then.allowed().end());
    unknown.insert(then.forbidden().begin(), then.forbidden().end());
    for (const v1::AllowedAction& told : AllowedActions(*rulebook, record, context)) {
      unknown.erase(told.action());
      const auto& allowed = then.allowed();
      const auto& forbidden = then.forbidden();
      if (std::find(allowed.begin(), allowed.end(), told.action()) != allowed.end()) {
        EXPECT_TRUE(told.allowed()) << told.action() << ": " << told.explanation();
      }
      if (std::find(forbidden.begin(), forbidden.end(), told.action()) != forbidden.end()) {
        EXPECT_FALSE(told.allowed()) << told.action();
        EXPECT_FALSE(told.explanation().empty()) << told.action();
      }
    }
    EXPECT_TRUE(unknown.empty()) << *unknown.begin() << " is no action of this type";
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
}

void ScenarioRunner::CheckFile() {
  const auto file = sqlite::DatabaseReader::Open(world_.dir.File("dsr.db"));
  ASSERT_TRUE(file.ok()) << file.status();
  const auto report = CheckIntegrity(**file, [](int64_t) {});
  ASSERT_TRUE(report.ok()) << report.status();
  for (const IntegrityFinding& finding : report->findings()) {
    ADD_FAILURE() << "I" << finding.invariant << " " << finding.about << " event "
                  << finding.sequence << ": " << finding.words;
  }
}

}  // namespace dsr
