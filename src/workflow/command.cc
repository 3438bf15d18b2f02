#include "dsr/workflow/command.h"

#include <algorithm>
#include <type_traits>

#include "dsr/base/is_one_of.h"

namespace dsr {
namespace {

struct NameOf {
  absl::string_view operator()(const FileRequest&) const { return "CreateRequest"; }
  absl::string_view operator()(const StartVerification&) const { return "StartVerification"; }
  absl::string_view operator()(const SubmitCode&) const { return "SubmitCode"; }
  absl::string_view operator()(const RecordEvidence&) const { return "RecordEvidence"; }
  absl::string_view operator()(const DecideVerification&) const { return "DecideVerification"; }
  absl::string_view operator()(const RevokeVerification&) const { return "RevokeVerification"; }
  absl::string_view operator()(const QuoteFee&) const { return "QuoteFee"; }
  absl::string_view operator()(const SettleFee&) const { return "SettleFee"; }
  absl::string_view operator()(const DecideConflict&) const { return "DecideConflict"; }
  absl::string_view operator()(const ApproveDeletion&) const { return "ApproveDeletion"; }
  absl::string_view operator()(const RecordAnnouncement&) const { return "RecordAnnouncement"; }
  absl::string_view operator()(const LiftRestriction&) const { return "LiftRestriction"; }
  absl::string_view operator()(const Reconsider&) const { return "Reconsider"; }
  absl::string_view operator()(const ApproveFileAccess&) const { return "ApproveFileAccess"; }
  absl::string_view operator()(const OpenFile&) const { return "GetRequest"; }
  absl::string_view operator()(const AssessRequest&) const { return "AssessRequest"; }
  absl::string_view operator()(const DecideField&) const { return "DecideField"; }
  absl::string_view operator()(const ConfirmPlan&) const { return "ConfirmPlan"; }
  absl::string_view operator()(const ClearBlockers&) const { return "ResolveBlocker"; }
  absl::string_view operator()(const ProposeRefusal&) const { return "ProposeRefusal"; }
  absl::string_view operator()(const ApproveRefusal&) const { return "ApproveRefusal"; }
  absl::string_view operator()(const RejectRefusal&) const { return "RejectRefusal"; }
  absl::string_view operator()(const ReviewDecision&) const { return "ReviewDecision"; }
  absl::string_view operator()(const WithdrawRequest&) const { return "WithdrawRequest"; }
  absl::string_view operator()(const RespondToRequest&) const { return "RespondToRequest"; }
  absl::string_view operator()(const AssignRequest&) const { return "AssignRequest"; }
  absl::string_view operator()(const HandOverRequest&) const { return "HandOverRequest"; }
  absl::string_view operator()(const CompleteTask&) const { return "CompleteTask"; }
  absl::string_view operator()(const FailTask&) const { return "FailTask"; }
  absl::string_view operator()(const RetryTask&) const { return "RetryTask"; }
  absl::string_view operator()(const CompletePackage&) const { return "CompletePackage"; }
  absl::string_view operator()(const AcknowledgeNotice&) const { return "AcknowledgeNotice"; }
  absl::string_view operator()(const CompleteNotice&) const { return "CompleteNotice"; }
  absl::string_view operator()(const ObjectToNotice&) const { return "ObjectToNotice"; }
  absl::string_view operator()(const DecideObjection&) const { return "DecideObjection"; }
  absl::string_view operator()(const RecordNoticeImpossible&) const {
    return "RecordNoticeImpossible";
  }
  absl::string_view operator()(const RetryNotice&) const { return "RetryNotice"; }
  absl::string_view operator()(const ResendNotice&) const { return "ResendNotice"; }
  absl::string_view operator()(const RecordNoticeDelivery&) const { return "RecordNoticeDelivery"; }
  absl::string_view operator()(const RecordMessageDelivery&) const {
    return "RecordMessageDelivery";
  }
  absl::string_view operator()(const FireTimer&) const { return "FireTimer"; }
  absl::string_view operator()(const MigrateRequest&) const { return "MigrateRequest"; }
  absl::string_view operator()(const ExtendDeadline&) const { return "ExtendDeadline"; }
  absl::string_view operator()(const RecountDeadline&) const { return "RecountDeadline"; }
  absl::string_view operator()(const BeginDownload&) const { return "DownloadPackage"; }
  absl::string_view operator()(const FinishDownload&) const { return "FinishDownload"; }
};

bool AsksWhetherTold(const v1::Workflow& workflow) {
  const auto& rules = workflow.transitions();
  return std::any_of(rules.begin(), rules.end(), [](const v1::Transition& rule) {
    return std::any_of(rule.guards().begin(), rule.guards().end(), [](const v1::Guard& guard) {
      return guard.kind() == v1::GUARD_KIND_SUBJECT_TOLD;
    });
  });
}

}  // namespace

bool ChangesFacts(const Command& command, const v1::Workflow& workflow) {
  return std::visit(
      [&workflow](const auto& given) {
        using Given = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<Given, RecordMessageDelivery>)
          return AsksWhetherTold(workflow);
        // A reply may bring the end of the duty with it.
        if constexpr (std::is_same_v<Given, RecordNoticeDelivery>) return given.answer.has_value();
        return !kIsOneOf<Given, AssignRequest, HandOverRequest, MigrateRequest, ExtendDeadline,
                         RecountDeadline, ApproveFileAccess, OpenFile, AcknowledgeNotice,
                         RetryNotice, ResendNotice, FinishDownload>;
      },
      command);
}

absl::string_view CommandName(const Command& command) { return std::visit(NameOf(), command); }

}  // namespace dsr
