#include "delivery/recipient_circuits.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/string_view.h"

namespace dsr {
namespace {

bool IsAmong(absl::string_view code, std::initializer_list<absl::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Nothing that the recipient does or could do.
bool IsOurOwnFailure(absl::string_view code) {
  return IsAmong(code, {"secret-unknown", "url-refused", "target-refused", "no-webhook", "no-push",
                        "no-delivery", "way-unsupported", "internal"});
}

bool AsksForTime(const DeliveryResult& result) {
  return result.retry_after > absl::ZeroDuration() &&
         IsAmong(result.code,
                 {"http-429", "http-503", "grpc-resource-exhausted", "grpc-unavailable"});
}

}  // namespace

RecipientCircuits::RecipientCircuits(NoticeTransport& transport, double scale)
    : transport_(transport), scale_(scale) {}

DeliveryResult RecipientCircuits::Deliver(const NoticeAttempt& attempt) {
  if (attempt.is_test()) return Test(attempt);
  DeliveryResult result;
  const std::optional<Pass> pass = Admit(attempt, result);
  if (!pass.has_value()) return result;
  result = transport_.Deliver(attempt);
  Record(attempt, *pass, result);
  return result;
}

DeliveryResult RecipientCircuits::Test(const NoticeAttempt& attempt) {
  DeliveryResult result = transport_.Deliver(attempt);
  if (!result.delivered || attempt.forges) return result;
  MutexLock lock(mutex_);
  circuits_[Key(attempt.recipient.name(), attempt.is_fallback())] =
      Circuit{.etag = attempt.recipient.etag(), .was_tried = true};
  return result;
}

std::optional<RecipientCircuits::Pass> RecipientCircuits::Admit(const NoticeAttempt& attempt,
                                                                DeliveryResult& refusal) {
  MutexLock lock(mutex_);
  Circuit& circuit = circuits_[Key(attempt.recipient.name(), attempt.is_fallback())];
  if (circuit.etag != attempt.recipient.etag()) {
    circuit = Circuit{.etag = attempt.recipient.etag()};
  }
  switch (circuit.state) {
    case State::kClosed:
      return Pass{};
    case State::kGone:
      refusal = DeliveryResult::Failure("endpoint-gone", true);
      return std::nullopt;
    case State::kOpen:
      break;
  }
  if (attempt.now >= circuit.open_until && !circuit.is_probing) {
    circuit.is_probing = true;
    return Pass{.is_probe = true};
  }
  const bool is_over = attempt.now >= circuit.open_until;
  refusal = DeliveryResult::Failure(circuit.is_throttled && !is_over ? "throttled" : "circuit-open",
                                    false);
  refusal.was_tried = false;
  refusal.retry_after = is_over ? kProbePause * scale_ : circuit.open_until - attempt.now;
  return std::nullopt;
}

void RecipientCircuits::Record(const NoticeAttempt& attempt, const Pass& pass,
                               const DeliveryResult& result) {
  MutexLock lock(mutex_);
  Circuit& circuit = circuits_[Key(attempt.recipient.name(), attempt.is_fallback())];
  // What became of the old registration says nothing about the new one.
  if (circuit.etag != attempt.recipient.etag()) return;
  circuit.was_tried = true;
  if (pass.is_probe) circuit.is_probing = false;
  if (!result.delivered) return RecordFailure(circuit, attempt.now, pass, result);
  circuit.failures = 0;
  circuit.reach.consecutive_failures = 0;
  // One that was begun before it said so does not bring it back.
  if (circuit.state != State::kGone) circuit.state = State::kClosed;
}

void RecipientCircuits::RecordFailure(Circuit& circuit, absl::Time now, const Pass& pass,
                                      const DeliveryResult& result) const {
  circuit.reach.last_failure_time = now;
  circuit.reach.last_failure_code = result.code;
  ++circuit.reach.consecutive_failures;
  if (circuit.state == State::kGone || IsOurOwnFailure(result.code)) return;
  ++circuit.failures;
  if (result.code == "http-410") {
    circuit.state = State::kGone;
    return;
  }
  if (AsksForTime(result)) {
    const absl::Time until = now + std::min(result.retry_after, kMostThrottle);
    if (circuit.state == State::kOpen && circuit.open_until >= until) return;
    circuit.state = State::kOpen;
    circuit.is_throttled = true;
    circuit.open_until = until;
    circuit.pause = std::max(circuit.pause, kLeastPause * scale_);
    return;
  }
  const bool opens = circuit.state == State::kClosed && circuit.failures >= kMostFailures;
  // The others were begun before it opened, and tell nothing new.
  if (!opens && !pass.is_probe) return;
  const bool failed_again = circuit.state == State::kOpen;
  circuit.pause =
      failed_again ? std::min(circuit.pause * 2, kMostPause * scale_) : kLeastPause * scale_;
  circuit.state = State::kOpen;
  circuit.is_throttled = false;
  circuit.open_until = now + circuit.pause;
}

RecipientReach RecipientCircuits::HealthOf(const std::string& recipient) const {
  MutexLock lock(mutex_);
  for (const bool is_fallback : {false, true}) {
    const auto found = circuits_.find(Key(recipient, is_fallback));
    if (found == circuits_.end() || !found->second.was_tried) continue;
    const Circuit& circuit = found->second;
    RecipientReach reach = circuit.reach;
    reach.reach = circuit.reach.consecutive_failures == 0 ? v1::RecipientHealth::REACH_GOOD
                                                          : v1::RecipientHealth::REACH_FAILING;
    if (circuit.state == State::kOpen) reach.reach = v1::RecipientHealth::REACH_PAUSED;
    if (circuit.state == State::kGone) reach.reach = v1::RecipientHealth::REACH_GONE;
    return reach;
  }
  return {};
}

}  // namespace dsr
