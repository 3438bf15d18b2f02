#include "dsr/base/notice_life.h"

#include "absl/strings/str_cat.h"

namespace dsr {

google::protobuf::Timestamp SinceWhen(const v1::Notice& notice) {
  const auto& former = notice.former_recipients();
  return former.empty() ? notice.create_time() : former.rbegin()->end_time();
}

bool AwaitsDecision(const v1::Notice& notice) {
  return notice.state() == v1::Notice::STATE_OBJECTED &&
         notice.objection().state() == v1::Objection::STATE_WAITING;
}

bool HasEnded(const v1::Notice& notice) {
  switch (notice.state()) {
    case v1::Notice::STATE_COMPLETED:
    case v1::Notice::STATE_EXEMPT:
    case v1::Notice::STATE_CANCELLED:
    case v1::Notice::STATE_SUPERSEDED:
    case v1::Notice::STATE_IMPOSSIBLE:
      return true;
    case v1::Notice::STATE_OBJECTED:
      return !AwaitsDecision(notice);
    default:
      return false;
  }
}

bool AwaitsDelivery(const v1::Notice& notice) {
  if (HasEnded(notice)) return false;
  return notice.state() == v1::Notice::STATE_PENDING || notice.redelivery() ||
         (notice.state() == v1::Notice::STATE_FAILED && notice.has_next_attempt_time());
}

bool NeedsPerson(const v1::Notice& notice) {
  if (HasEnded(notice)) return false;
  return notice.overdue() || notice.state() == v1::Notice::STATE_FAILED || AwaitsDecision(notice);
}

bool Allows(const v1::Notice& notice, NoticeStep step) {
  if (HasEnded(notice)) return false;
  const v1::Notice::State state = notice.state();
  const bool was_delivered =
      state == v1::Notice::STATE_SENT || state == v1::Notice::STATE_ACKNOWLEDGED;
  switch (step) {
    case NoticeStep::kDeliver:
      // Its recipient may fetch what could not be brought to it.
      return AwaitsDelivery(notice) || state == v1::Notice::STATE_FAILED;
    case NoticeStep::kGiveUp:
      return AwaitsDelivery(notice);
    case NoticeStep::kAcknowledge:
    case NoticeStep::kObject:
      return true;
    case NoticeStep::kComplete:
      return state == v1::Notice::STATE_ACKNOWLEDGED || state == v1::Notice::STATE_OBJECTED;
    case NoticeStep::kDecide:
      return AwaitsDecision(notice);
    case NoticeStep::kRetry:
      return state == v1::Notice::STATE_FAILED;
    case NoticeStep::kResend:
    case NoticeStep::kRemind:
      return was_delivered || state == v1::Notice::STATE_FAILED;
    case NoticeStep::kSupersede:
      return !notice.overdue() &&
             (state == v1::Notice::STATE_PENDING || state == v1::Notice::STATE_FAILED);
    case NoticeStep::kDeclareImpossible:
      return state == v1::Notice::STATE_FAILED || notice.overdue();
  }
  return false;
}

std::string OutboxLane(const v1::Notice& notice) {
  return notice.by_fallback() ? absl::StrCat(notice.recipient(), "/fallback") : notice.recipient();
}

}  // namespace dsr
