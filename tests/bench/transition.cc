#include "bench/transition.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "contract/request_sample.h"
#include "dsr/base/crypto.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr int kTransitionsOfARequest = 4;

void Change(RequestSample& sample, int step, absl::Time now) {
  switch (step) {
    case 0:
      sample.AddTimer("deadline", now + absl::Hours(24 * 15));
      sample.AddTimer("reminder", now + absl::Hours(24 * 10));
      break;
    case 1:
      sample.AddTask("systems/shop", now);
      break;
    case 2:
      sample.request().set_phase(v1::PHASE_WORK);
      sample.RemoveTimer("reminder");
      sample.AddTimer("reminder", now + absl::Hours(24 * 12));
      break;
    default:
      sample.record().clear_tasks();
  }
}

}  // namespace

absl::Status WriteTransition(Transaction& transaction, const Transition& transition) {
  DSR_ASSIGN_OR_RETURN(const auto answer,
                       transaction.FindAnswer(transition.answer.caller, transition.answer.key));
  if (answer.has_value()) return absl::AlreadyExistsError("answered");
  DSR_RETURN_IF_ERROR(transaction.WriteDecision(transition.write));
  return transaction.PutAnswer(transition.answer);
}

std::deque<Transition> MakeTransitions(int writer, int count) {
  const absl::Time begin = absl::FromUnixSeconds(1'780'000'000);
  std::deque<Transition> transitions;
  std::unique_ptr<RequestSample> sample;
  for (int i = 0; i < count; ++i) {
    // A millisecond a decision, so that ids come in the order in which they are written.
    const absl::Time now = begin + absl::Milliseconds(i);
    const int step = i % kTransitionsOfARequest;
    if (step == 0) sample = std::make_unique<RequestSample>(writer, now);
    Change(*sample, step, now);
    Transition& transition = transitions.emplace_back();
    transition.write = sample->NextDecision(now);
    transition.record = sample->record();
    transition.write.record = &transition.record;
    const std::string key = Sha256(absl::StrCat("key", writer, "/", i)).substr(0, 16);
    transition.answer = {"agents/17", key, key, 0, std::string(40, 'a'), sample->id()};
  }
  return transitions;
}

}  // namespace dsr
