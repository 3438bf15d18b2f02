#include "app/integrity_report.h"

#include <algorithm>
#include <iterator>

namespace dsr {
namespace {

constexpr size_t kMostFindings = 1000;

struct InvariantWords {
  const char* words;
  bool is_visible = true;
};

// By number.
constexpr InvariantWords kInvariants[] = {
    {"pages and rows fit together"},
    {"nothing acknowledged is lost", false},
    {"nothing is disclosed, changed or told before verification"},
    {"each open request has its deadline timer, kept data its end"},
    {"each ended request has its answer; late means breached"},
    {"each recipient is told once, or a reason is recorded"},
    {"rows are the fold of the events; states change along the workflow"},
    {"one idempotency key has one answer"},
    {"tasks and notices end once"},
    {"nothing under a hold is erased"},
    {"nothing is erased that an older request needs", false},
    {"a refusal has a ground and two persons"},
    {"who reviews did not decide before"},
    {"the audit log is whole, one leaf an event"},
    {"nothing personal stands in the clear"},
    {"notices carry nothing personal in the clear"},
    {"due dates move by events only"},
    {"a withdrawal comes before the point of no return"},
    {"nobody delays others", false},
    {"what is to be sent is in the outbox, and nothing else"},
    {"one writer at a time", false},
};
static_assert(std::size(kInvariants) == kLastInvariant + 1);

}  // namespace

IntegrityReport::IntegrityReport() {
  for (int invariant = 0; invariant <= kLastInvariant; ++invariant) {
    results_.push_back({.invariant = invariant,
                        .words = kInvariants[invariant].words,
                        .is_visible = kInvariants[invariant].is_visible});
  }
}

void IntegrityReport::Count(int invariant, int64_t checked) {
  results_[static_cast<size_t>(invariant)].checked += checked;
}

void IntegrityReport::Expect(bool holds, int invariant, absl::string_view about, int64_t sequence,
                             absl::string_view words) {
  Count(invariant);
  if (holds) return;
  ++results_[static_cast<size_t>(invariant)].findings;
  if (findings_.size() >= kMostFindings) return;
  findings_.push_back({invariant, std::string(about), sequence, std::string(words)});
}

}  // namespace dsr
