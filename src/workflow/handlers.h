// What each command does: one function a command. Each emits events and returns OK, or returns why
// the command is rejected; events emitted by then are dropped, unless it asked to keep them (a
// wrong code counts).
#ifndef DSR_WORKFLOW_HANDLERS_H_
#define DSR_WORKFLOW_HANDLERS_H_

#include "absl/status/status.h"
#include "dsr/workflow/command.h"
#include "workflow/deciding.h"

namespace dsr {

// handle_filing.cc
absl::Status Handle(Deciding& deciding, const FileRequest& command);

// handle_verification.cc
absl::Status Handle(Deciding& deciding, const StartVerification& command);
absl::Status Handle(Deciding& deciding, const SubmitCode& command);
// handle_evidence.cc
absl::Status Handle(Deciding& deciding, const RecordEvidence& command);
absl::Status Handle(Deciding& deciding, const DecideVerification& command);
absl::Status Handle(Deciding& deciding, const RevokeVerification& command);
// Records that a verification passed; takes the transition when all that is needed is proved. With
// `with_content` the command's sealed content belongs to that event.
void PassVerification(Deciding& deciding, const std::string& id, v1::AssuranceLevel level,
                      bool with_content);
// Goes back from where nothing may be done without proof when there is none any more, and keeps the
// timer `proof-end` at the next moment at which that may be.
void ReviewProof(Deciding& deciding);
// Refuses when no more codes may be guessed for the request, or within the policy's window for the
// subject.
absl::Status CheckGuessesLeft(const Circumstances& at);
// The same when no more codes may be sent.
absl::Status CheckCodesLeft(const Circumstances& at);
// Queues the code once the contact point is known, or it is certain that there is none.
void SendPendingCode(Deciding& deciding);

// handle_people.cc
absl::Status Handle(Deciding& deciding, const AssessRequest& command);
absl::Status Handle(Deciding& deciding, const DecideField& command);
absl::Status Handle(Deciding& deciding, const ConfirmPlan& command);
absl::Status Handle(Deciding& deciding, const ClearBlockers& command);
absl::Status Handle(Deciding& deciding, const ProposeRefusal& command);
absl::Status Handle(Deciding& deciding, const ApproveRefusal& command);
absl::Status Handle(Deciding& deciding, const RejectRefusal& command);
absl::Status Handle(Deciding& deciding, const ReviewDecision& command);
absl::Status Handle(Deciding& deciding, const WithdrawRequest& command);
absl::Status Handle(Deciding& deciding, const RespondToRequest& command);
absl::Status Handle(Deciding& deciding, const AssignRequest& command);
absl::Status Handle(Deciding& deciding, const HandOverRequest& command);
// Refuses whoever neither works on the request nor is a privacy officer.
absl::Status CheckHandOver(const Circumstances& at);

// handle_fees.cc
absl::Status Handle(Deciding& deciding, const QuoteFee& command);
// Refuses a fee that is settled already, and one that nobody could pay in time.
absl::Status CheckFeeQuotable(const Circumstances& at);
absl::Status Handle(Deciding& deciding, const SettleFee& command);
absl::Status Handle(Deciding& deciding, const DecideConflict& command);

// handle_company.cc
absl::Status Handle(Deciding& deciding, const ApproveDeletion& command);
absl::Status Handle(Deciding& deciding, const RecordAnnouncement& command);
absl::Status Handle(Deciding& deciding, const LiftRestriction& command);

// handle_tasks.cc
absl::Status Handle(Deciding& deciding, const CompleteTask& command);
absl::Status Handle(Deciding& deciding, const FailTask& command);
absl::Status Handle(Deciding& deciding, const RetryTask& command);
absl::Status Handle(Deciding& deciding, const CompletePackage& command);

// handle_notices.cc
absl::Status Handle(Deciding& deciding, const AcknowledgeNotice& command);
absl::Status Handle(Deciding& deciding, const CompleteNotice& command);
absl::Status Handle(Deciding& deciding, const ObjectToNotice& command);
absl::Status Handle(Deciding& deciding, const DecideObjection& command);
absl::Status Handle(Deciding& deciding, const RecordNoticeImpossible& command);

// handle_deliveries.cc
absl::Status Handle(Deciding& deciding, const RetryNotice& command);
absl::Status Handle(Deciding& deciding, const ResendNotice& command);
absl::Status Handle(Deciding& deciding, const RecordNoticeDelivery& command);
absl::Status Handle(Deciding& deciding, const RecordMessageDelivery& command);

// handle_downloads.cc
absl::Status Handle(Deciding& deciding, const BeginDownload& command);
absl::Status Handle(Deciding& deciding, const FinishDownload& command);
// Refuses when no grant is open, another caller took it up, or the proof is gone.
absl::Status CheckDownload(const Circumstances& at);

// handle_deadline.cc
absl::Status Handle(Deciding& deciding, const ExtendDeadline& command);
// Refuses where no clock of the request could be extended, or the date would not move.
absl::Status CheckExtension(const Circumstances& at);
absl::Status Handle(Deciding& deciding, const RecountDeadline& command);

// handle_migration.cc
absl::Status Handle(Deciding& deciding, const MigrateRequest& command);
// Refuses where the definitions in force are the request's own, or would answer later.
absl::Status CheckMigration(const Circumstances& at);

// handle_system.cc
absl::Status Handle(Deciding& deciding, const FireTimer& command);
absl::Status Handle(Deciding& deciding, const Reconsider& command);
absl::Status Handle(Deciding& deciding, const ApproveFileAccess& command);
absl::Status Handle(Deciding& deciding, const OpenFile& command);

}  // namespace dsr

#endif  // DSR_WORKFLOW_HANDLERS_H_
