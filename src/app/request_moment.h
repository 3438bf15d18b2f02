// A request as it stood at an instant, told from what reports read of it.
#ifndef DSR_APP_REQUEST_MOMENT_H_
#define DSR_APP_REQUEST_MOMENT_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "dsr/store/records.h"
#include "dsr/v1/common.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// Nothing that happened after the instant is told by it, so that a report of the past stays the
// same. Borrows the row.
class RequestMoment {
 public:
  // Nothing when it was not filed by then, or nobody is owed an answer.
  static std::optional<RequestMoment> Of(const SlaRow& row, absl::Time as_of);

  const SlaRow& row() const { return *row_; }
  absl::Time due() const { return due_; }
  // InfinitePast where there was no target.
  absl::Time target() const { return target_; }
  bool is_answered() const { return is_answered_; }
  // In time, when it is answered.
  bool is_in_time() const { return row_->answered < due_; }
  // The due time had passed without an answer; an answer after it takes nothing back.
  // Nothing falls due while the time stands still.
  bool is_breached() const {
    return due_ <= (is_answered_ ? row_->answered : as_of_) && !IsPaused();
  }
  bool was_withdrawn() const { return is_answered_ && row_->outcome == v1::OUTCOME_WITHDRAWN; }
  bool is_verified() const;
  // The due time was moved to a later one.
  bool was_extended() const { return was_extended_; }
  // Whoever worked on it; empty for nobody.
  std::string Owner() const;
  v1::Phase Phase() const;
  // UNSPECIFIED while none was quoted; QUOTED once one was, whatever came of it.
  v1::Fee::State Fee() const;
  // What it waited for when it was due; UNSPECIFIED while that was not recorded.
  v1::BreachCause Cause() const;
  // How long it was in a phase, before the answer. Nothing when it never was.
  std::optional<absl::Duration> TimeIn(v1::Phase phase) const;

 private:
  RequestMoment(const SlaRow& row, absl::Time as_of);
  void FindDue();
  bool IsPaused() const;

  const SlaRow* row_;
  absl::Time as_of_;
  int64_t micros_;  // of as_of_
  bool is_answered_;
  absl::Time due_ = absl::InfiniteFuture();
  absl::Time target_ = absl::InfinitePast();
  bool was_extended_ = false;
};

}  // namespace dsr

#endif  // DSR_APP_REQUEST_MOMENT_H_
