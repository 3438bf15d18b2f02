// The engine: decides what a command does to a request. Pure: no clock, no randomness, no database,
// no network; equal arguments, equal result. It never sees a personal field.
#ifndef DSR_WORKFLOW_ENGINE_H_
#define DSR_WORKFLOW_ENGINE_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/v1/hold.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/v1/verification.pb.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Who acts: a principal of the token file, or a part of dsrd (`system:scheduler`,
// `system:dispatcher`, `system:packager`), which has no roles and may do what only the system does.
struct Actor {
  std::string name;
  std::vector<std::string> roles;

  bool HasRole(absl::string_view role) const;
};

// So many siblings a decision looks at; older ones no longer count.
inline constexpr int kMostSiblings = 200;

// What a decision needs to know beyond the request. Read in the deciding transaction.
struct Facts {
  std::vector<v1::DataSystem> systems;
  std::vector<v1::Recipient> recipients;
  // All disclosures of the subject, without personal fields, oldest first. Here and below the
  // subject is also whoever had an account that was merged into its own before the request was
  // filed.
  std::vector<v1::Disclosure> disclosures;
  // The subject's consents and active holds, without personal fields, oldest first.
  std::vector<v1::Consent> consents;
  std::vector<v1::Hold> holds;
  // Other requests of the subject, and requests that are also about it, because its account was
  // merged before they were filed. Without personal fields, newest first, at most kMostSiblings.
  std::vector<storage::v1::RequestState> siblings;
};

// The circumstances of one decision.
struct DecisionContext {
  Actor actor;
  absl::Time now;        // read on the writer thread; not before the request's last event
  RequestId request;     // the request decided about
  std::string fresh_id;  // 16 random bytes for whatever grants something
  const Facts* facts;    // not null; outlives the call
  // The definitions now in force for the request's type; read by MigrateRequest and RecountDeadline
  // only, null where nobody asks for it. Outlives the call.
  const Rulebook* in_force = nullptr;
};

// The events of an accepted command, at least one, in order. Sequences, times and actors are filled
// in. Where the command carried sealed content, exactly one event, of the kind the content was
// sealed for, is `content_event`.
struct Accepted {
  std::vector<storage::v1::Event> events;
  int content_event = -1;  // index in events, -1 for none
};

// Why a command was rejected, and what that itself makes happen: at least an ActionRejected or
// CodeRejected event. Both are stored; the status becomes the caller's error after the commit.
struct Rejected {
  absl::Status reason;
  std::vector<storage::v1::Event> events;
};

using Decision = std::variant<Accepted, Rejected>;

// Decides `command` for `record` (default-constructed for FileRequest) under `rulebook`.
//
// The first transition of the present state for the command's trigger whose guards hold is taken,
// its effects run, and then transitions on FACTS_CHANGED until none holds (at most 16). Rejects
// with: ACTION_NOT_ALLOWED, NOT_VERIFIED, SECOND_PERSON_NEEDED, POINT_OF_NO_RETURN, ALREADY_ENDED,
// REPRESENTATION_MISSING, CODE_WRONG, CODE_EXPIRED, ATTEMPTS_EXHAUSTED, GROUND_MISSING,
// FIELD_INVALID, ROLE_MISSING, RESOURCE_NOT_FOUND. A FireTimer that is no longer pending is
// accepted with no event.
Decision Decide(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
                const Command& command, const DecisionContext& context);

// Tells what is still to be proved before the request can go on: nothing when it is proved, or
// answered.
std::vector<v1::MissingProof> MissingProofs(const Rulebook& rulebook,
                                            const storage::v1::RequestRecord& record,
                                            const DecisionContext& context);

// Tells for every action of the request's workflow whether `context.actor` may do it now, and if
// not why not. Agrees with what Decide would do.
std::vector<v1::AllowedAction> AllowedActions(const Rulebook& rulebook,
                                              const storage::v1::RequestRecord& record,
                                              const DecisionContext& context);

// Applies one event to `record`. Pure and total over every event ever stored; reads no definition.
// Personal fields present in the event are carried over, so that folding opened events gives the
// full resource, and folding stored ones the clear one.
//
// Works on a record that holds only those tasks, notices and messages that the event is about.
void Evolve(storage::v1::RequestRecord& record, const storage::v1::Event& event);

}  // namespace dsr

#endif  // DSR_WORKFLOW_ENGINE_H_
