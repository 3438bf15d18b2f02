#include "delivery/transport_checker.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "absl/strings/string_view.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

// Whoever refuses a signature answers so; that nobody answered says nothing about it.
bool IsRefusal(const DeliveryResult& result) {
  static constexpr absl::string_view kRefusals[] = {"http-400",
                                                    "http-401",
                                                    "http-403",
                                                    "http-422",
                                                    "grpc-unauthenticated",
                                                    "grpc-permission-denied",
                                                    "grpc-invalid-argument"};
  return !result.delivered &&
         std::find(std::begin(kRefusals), std::end(kRefusals), result.code) != std::end(kRefusals);
}

}  // namespace

void TransportChecker::AddReach(v1::RecipientHealth& health) {
  const RecipientReach reach = circuits_.HealthOf(health.recipient());
  health.set_reach(reach.reach);
  health.set_consecutive_failures(reach.consecutive_failures);
  health.set_last_failure_code(reach.last_failure_code);
  if (reach.last_failure_time > absl::InfinitePast())
    *health.mutable_last_failure_time() = ToTimestamp(reach.last_failure_time);
}

v1::TestRecipientResponse TransportChecker::Test(const v1::Recipient& recipient,
                                                 const v1::Delivery& way) {
  v1::TestRecipientResponse response;
  const v1::Notice test;
  const auto begin = std::chrono::steady_clock::now();
  const DeliveryResult result =
      circuits_.Deliver({.recipient = recipient, .way = way, .notice = test, .now = clock_.Now()});
  const absl::Duration took = absl::FromChrono(std::chrono::steady_clock::now() - begin);
  response.set_delivered(result.delivered);
  response.set_code(result.code);
  response.set_answer_understood(result.answer.has_value());
  response.mutable_duration()->set_seconds(absl::ToInt64Seconds(took));
  response.mutable_duration()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(took % absl::Seconds(1))));
  // An endpoint that takes nothing at all would seem to check signatures.
  if (!result.delivered) return response;
  const DeliveryResult forged = circuits_.Deliver(
      {.recipient = recipient, .way = way, .notice = test, .now = clock_.Now(), .forges = true});
  response.set_forgery_refused(IsRefusal(forged));
  return response;
}

}  // namespace dsr
