// The groups of commands, one function a file.
#ifndef DSR_TOOLS_DSRCTL_COMMANDS_H_
#define DSR_TOOLS_DSRCTL_COMMANDS_H_

#include "dsrctl/command.h"

namespace CLI {
class App;
}  // namespace CLI

namespace dsr::dsrctl {

// Adds `dsrctl request ...`: filing, reading and listing; then everything that changes a request;
// then its timeline; then watch and download, which stream.
void AddRequestCommands(CommandTree& tree);
void AddRequestActions(Group& requests);
void AddTimeline(Group& requests);
void AddRequestStreams(Group& requests);

// `dsrctl queue`, and who is absent.
void AddQueueCommand(CommandTree& tree);
void AddStaffCommands(CommandTree& tree);
void AddVerificationCommands(CommandTree& tree);
void AddTaskCommands(CommandTree& tree);
// `system`, `recipient`, `disclosure`, `consent` and `account`.
void AddRegistryCommands(CommandTree& tree);
void AddDisclosureCommands(CommandTree& tree);
void AddConsentCommands(CommandTree& tree);
void AddAccountCommands(CommandTree& tree);
void AddDeletionCommands(CommandTree& tree);
void AddHoldCommands(CommandTree& tree);
// `dsrctl notice ...`: telling and answering; then certificates; then the ledger.
void AddNoticeCommands(CommandTree& tree);
void AddOnboarding(Group& recipients);
void AddCertificateCommands(Group& notices);
void AddLedgerCommands(Group& notices);
void AddMessageCommands(CommandTree& tree);
void AddDeadlineCommands(CommandTree& tree);
void AddWorkflowCommands(CommandTree& tree);
void AddReportCommands(CommandTree& tree);
// Adds `dsrctl audit ...`; then verifying; then proofs.
void AddAuditCommands(CommandTree& tree);
void AddAuditVerify(Group& group);
void AddAuditProofs(Group& group);
void AddAdminCommands(CommandTree& tree);
void AddBackupCommands(CommandTree& tree);
void AddFsckCommand(CommandTree& tree);
// `dsrctl token ...`: making; then listing and ending.
void AddTokenCommands(CommandTree& tree);
void AddTokenUpkeep(Group& tokens);
void AddApiCommands(CommandTree& tree);
// Describes the whole of `root`, which outlives the tree.
void AddCompletionCommands(CommandTree& tree, const CLI::App& root);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_COMMANDS_H_
