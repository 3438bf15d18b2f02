// One decision in the making: the request as the events so far leave it, and those events.
#ifndef DSR_WORKFLOW_DECIDING_H_
#define DSR_WORKFLOW_DECIDING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dsr/storage/v1/event.pb.h"
#include "dsr/storage/v1/state.pb.h"
#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"
#include "workflow/proof.h"

namespace dsr {

// Not thread-safe; lives for one Decide. Borrows the rulebook and context.
class Deciding {
 public:
  Deciding(const Rulebook& rulebook, const storage::v1::RequestRecord& record,
           const DecisionContext& context)
      : rulebook_(rulebook), context_(context), record_(record) {}

  const Rulebook& rulebook() const { return rulebook_; }
  const DecisionContext& context() const { return context_; }
  const Facts& facts() const { return *context_.facts; }
  absl::Time now() const { return context_.now; }
  const storage::v1::RequestRecord& record() const { return record_; }
  // For look-ups that return mutable children; changed by Emit only.
  storage::v1::RequestRecord& mutable_record() { return record_; }
  const storage::v1::RequestState& state() const { return record_.state(); }
  const v1::Request& request() const { return record_.state().request(); }
  Circumstances circumstances() const {
    return Circumstances{.rulebook = rulebook_, .state = record_.state(), .context = context_};
  }

  // Fills in sequence, time and actor, applies the event, and keeps it. Returns its index.
  int Emit(storage::v1::Event event);

  // Emits the event that the command's sealed content belongs to.
  void EmitContent(storage::v1::Event event) { content_event_ = Emit(std::move(event)); }

  // Emits the answer; it belongs to the sealed content where the command is a person's answer.
  void EmitAnswer(storage::v1::Event event) {
    if (answer_takes_content_) {
      EmitContent(std::move(event));
    } else {
      Emit(std::move(event));
    }
  }
  void LetAnswerTakeContent() { answer_takes_content_ = true; }

  // Events emitted so far, and further ones, outlast a rejection of the command; without this call
  // they are dropped.
  void KeepEventsWhenRejected() { keeps_events_when_rejected_ = true; }
  bool keeps_events_when_rejected() const { return keeps_events_when_rejected_; }

  Accepted Accept() && { return Accepted{std::move(events_), content_event_}; }
  Rejected Reject(absl::Status reason) && {
    return Rejected{std::move(reason), std::move(events_)};
  }

  // A stable id for what the present decision makes: derived from request, now and `parts`.
  template <class StrongId>
  StrongId Derive(absl::string_view kind, absl::string_view a, absl::string_view b) const {
    return StrongId::Derive(context_.now, {context_.request.bytes(), kind, a, b});
  }

 private:
  const Rulebook& rulebook_;
  const DecisionContext& context_;
  storage::v1::RequestRecord record_;
  std::vector<storage::v1::Event> events_;
  int content_event_ = -1;
  bool answer_takes_content_ = false;
  bool keeps_events_when_rejected_ = false;
};

}  // namespace dsr

#endif  // DSR_WORKFLOW_DECIDING_H_
