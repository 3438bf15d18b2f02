// Effects: what transitions do.
#ifndef DSR_WORKFLOW_EFFECTS_H_
#define DSR_WORKFLOW_EFFECTS_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "dsr/v1/workflow.pb.h"
#include "workflow/deciding.h"

namespace dsr {

// Carries out one effect: emits its events.
void RunEffect(Deciding& deciding, const v1::Effect& effect);

// Queues a message; returns its id's 16 bytes. `verification_id` and `send_number` for codes only.
std::string QueueMessage(Deciding& deciding, absl::string_view template_id, bool to_requester,
                         absl::string_view verification_id = "", int send_number = 0);

// Queues a message again, for the other address that is known for the same person.
void QueueOnSecondChannel(Deciding& deciding, const v1::Message& failed);

// Takes back all tasks that are open or failed, but those that undo something; `spares_lookup`: and
// but the lookup of the contact point.
void CancelTasks(Deciding& deciding, bool spares_lookup = false);

// Takes back the lookup of the contact point.
void CancelLookups(Deciding& deciding);

// Begins a round of tasks of `kind` (effects_tasks.cc).
void CreateTasks(Deciding& deciding, v1::TaskKind kind);
// The request's categories that nothing else keeps restricted, or erases.
std::set<std::string> CategoriesToLift(const Deciding& deciding);
// Gives open and failed ERASE tasks other instructions where holds came or went since.
void InstructErasure(Deciding& deciding);
// Has what is kept restricted released: it is neither erased nor restricted any more.
void ReleaseRetained(Deciding& deciding);
// Begins a round of ERASE tasks for retained records whose term is over.
void EraseRetained(Deciding& deciding);
// Sets the timer `retention-end` to when the next retained records may go; ends it when none wait.
// Records that a task is already erasing do not wait.
void KeepRetentionTimer(Deciding& deciding);

// Tells the successor of every recipient that was taken over what its open notices say (PIPL 22).
void MoveNotices(Deciding& deciding);
// Tells a recipient that objected until a day, now past, the same again (LAW.md case 20).
void RemindObjector(Deciding& deciding, const v1::Notice& objected);
// Ends all open notices; whoever has one already is told to go on as before.
void CancelNotices(Deciding& deciding);
// Takes out of a correction that is being assessed what a deletion has erased since it was filed
// (LAW.md case 32). Returns whether there was anything.
bool SupersedeFields(Deciding& deciding);
// Links the request to another for the same (LAW.md case 25).
void LinkTo(Deciding& deciding, const v1::Request& first);
// Changes the consent that the request names; records the transfer's disclosure
// (effects_consent.cc).
void ChangeConsent(Deciding& deciding);
void RecordDisclosure(Deciding& deciding);
// The subject's consent of that name, or null.
const v1::Consent* FindConsent(const Facts& facts, const std::string& name);
// The categories that the request takes out of its consent.
std::set<std::string> CategoriesLosingConsent(const Deciding& deciding);
// Computes the deletion plan (effects_plan.cc).
void ComputePlan(Deciding& deciding);
// Makes notices for disclosures that no notice of this request covers yet (effects_notices.cc).
void NotifyRecipients(Deciding& deciding, v1::NoticeKind kind);
// The same for deletion, now that the last records of `categories` are erased: recipients that
// objected to deleting them until a day that has passed are told again.
void NotifyOfFinalErasure(Deciding& deciding, const std::set<std::string>& categories);

}  // namespace dsr

#endif  // DSR_WORKFLOW_EFFECTS_H_
