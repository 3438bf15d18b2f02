#include "server/limits_config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "rpc/method_roles.h"

namespace dsr {
namespace {

using EachCalls = config::v1::CallLimits;

constexpr int kMostRate = 1'000'000;
constexpr int kMostConcurrent = 100'000;

absl::Status WrongLimit(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("configuration: limits.", message));
}

absl::Status CheckLimit(absl::string_view key, int value, int least, int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return WrongLimit(absl::StrCat(key, " must be from ", least, " to ", most));
}

absl::Status CompleteCalls(EachCalls& calls) {
  if (!calls.principal().empty() && !calls.role().empty())
    return WrongLimit("calls: an entry has a principal or a role, not both");
  if (!calls.role().empty() && !IsRole(calls.role()))
    return WrongLimit(absl::StrCat("calls: there is no role `", calls.role(), "`"));
  if (calls.per_second() == 0) calls.set_per_second(100);
  if (calls.burst() == 0) calls.set_burst(std::max(calls.per_second() / 5, 1));
  if (calls.concurrent() == 0) calls.set_concurrent(16);
  DSR_RETURN_IF_ERROR(CheckLimit("calls.per_second", calls.per_second(), 1, kMostRate));
  DSR_RETURN_IF_ERROR(CheckLimit("calls.burst", calls.burst(), 1, kMostRate));
  return CheckLimit("calls.concurrent", calls.concurrent(), 1, kMostConcurrent);
}

}  // namespace

absl::Status CompleteLimits(config::v1::Limits& limits) {
  for (EachCalls& calls : *limits.mutable_calls()) DSR_RETURN_IF_ERROR(CompleteCalls(calls));
  // Each stands for a fleet of workers.
  for (const char* role : {"data_system", "recipient"}) {
    EachCalls& calls = *limits.add_calls();
    calls.set_role(role);
    calls.set_per_second(500);
    calls.set_burst(100);
    calls.set_concurrent(128);
  }
  DSR_RETURN_IF_ERROR(CompleteCalls(*limits.add_calls()));
  if (limits.unknown_calls_per_second() == 0) limits.set_unknown_calls_per_second(5);
  if (!limits.has_filings_per_subject_day()) limits.set_filings_per_subject_day(20);
  if (!limits.has_codes_per_subject_hour()) limits.set_codes_per_subject_hour(10);
  if (limits.codes_per_principal_hour() == 0) limits.set_codes_per_principal_hour(600);
  if (limits.codes_per_hour() == 0) limits.set_codes_per_hour(3000);
  DSR_RETURN_IF_ERROR(
      CheckLimit("unknown_calls_per_second", limits.unknown_calls_per_second(), 1, 1000));
  DSR_RETURN_IF_ERROR(
      CheckLimit("filings_per_subject_day", limits.filings_per_subject_day(), 0, 200));
  DSR_RETURN_IF_ERROR(
      CheckLimit("codes_per_subject_hour", limits.codes_per_subject_hour(), 0, 1000));
  DSR_RETURN_IF_ERROR(
      CheckLimit("codes_per_principal_hour", limits.codes_per_principal_hour(), 1, kMostRate));
  return CheckLimit("codes_per_hour", limits.codes_per_hour(), 1, kMostRate);
}

}  // namespace dsr
