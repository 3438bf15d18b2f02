// What the exploration of a workflow goes through: a request, the moment, and what is known beside.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Who asks, each with proofs of its own.
enum class Asker { kSubject, kChild, kGuardian, kCloseRelative, kAgent, kCompany };

// Such as `Guardian`.
std::string NameOf(Asker asker);

// Who may ask for this type.
std::vector<Asker> AskersOf(const v1::Workflow& workflow);

// What may come up beside the request, one bit each.
enum Beside : unsigned {
  kReader = 1,      // another open request of the same requester reads the same data
  kOpponent = 2,    // one by somebody else who may act for the subject
  kHold = 4,        // a hold without date on everything
  kDisclosure = 8,  // more data went to another recipient
  kDeath = 16,      // a relative showed that the subject has died
  kTwin = 32,       // the same was asked for before, and proved
  kTwinAnswered = 64,
};

struct Situation {
  storage::v1::RequestRecord record;
  absl::Time now;
  unsigned beside = 0;
  int way = -1;  // how it was come to; for people
};

// A request of the rulebook's type by `asker`, not filed yet.
storage::v1::RequestFiled FilingBy(Asker asker, const Rulebook& rulebook);

// The shop, one recipient of its data, and what came up.
Facts FactsBeside(unsigned beside, Asker asker, const Rulebook& rulebook);

// True for timers that bring a request to somebody's attention, or destroy a document, and change
// nothing that a decision depends on.
bool IsReminder(const storage::v1::PendingTimer& timer);

// All that a decision can depend on, without ids and times: equal for situations that need not be
// told apart.
std::string KeyOf(const Situation& at);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_
