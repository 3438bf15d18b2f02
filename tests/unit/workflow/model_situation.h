// What the exploration of a workflow goes through: a request, the moment, and what is known beside.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"
#include "unit/workflow/model.h"

namespace dsr {

// What may be known beside the request, one bit each.
enum Beside : unsigned {
  kReader = 1,         // another open request of the subject reads the same data
  kOpponent = 2,       // a guardian's does
  kHold = 4,           // a hold without date on everything
  kDeath = 8,          // a relative showed that the subject has died
  kTwin = 16,          // the same was asked for before, and proved
  kAnsweredTwin = 32,  // and answered since
  kErased = 64,        // a deletion has erased the data since
};

struct Situation {
  storage::v1::RequestRecord record;  // with no message but those that a decision reads
  absl::Time now;
  unsigned beside = 0;
  int way = -1;  // how it was come to, for people
};

// True for an agent and a guardian.
bool IsRepresentative(Aspect aspect);

// The request that is explored, not filed yet.
storage::v1::RequestFiled FilingFor(Aspect aspect, const std::shared_ptr<const Rulebook>& rulebook);

// The shop, one recipient of its data, and what is known beside the request.
Facts FactsOf(unsigned beside, Aspect aspect, const Rulebook& rulebook);

// The timer's name, without the id of a notice.
std::string NameOf(const storage::v1::PendingTimer& timer);

// True for timers that bring a request to somebody's attention and change nothing that a decision
// depends on.
bool IsReminder(const storage::v1::PendingTimer& timer);

// All that a decision can depend on, without ids and times: equal for situations that need not be
// told apart. Reminders are told apart in Aspect::kWork only.
std::string KeyOf(const Situation& at, Aspect aspect, const Rulebook& rulebook);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_SITUATION_H_
