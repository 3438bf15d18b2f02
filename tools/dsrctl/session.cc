#include "dsrctl/session.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsrctl/uuid.h"
#include "google/protobuf/descriptor.h"

namespace dsr::dsrctl {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

}  // namespace

Session::Session(SessionOptions options, std::ostream& messages)
    : options_(std::move(options)), messages_(messages) {
  if (!options_.sleep) options_.sleep = absl::SleepFor;
}

absl::Status Session::Connect() {
  if (channel_ != nullptr) return absl::OkStatus();
  if (!options_.token_file.empty()) {
    const absl::StatusOr<std::string> token = ReadFile(options_.token_file);
    if (!token.ok()) return absl::InvalidArgumentError("the token file cannot be read");
    token_ = std::string(absl::StripAsciiWhitespace(*token));
    const bool one_word = !token_.empty() && std::all_of(token_.begin(), token_.end(), [](char c) {
      return absl::ascii_isgraph(static_cast<unsigned char>(c));
    });
    if (!one_word) return absl::InvalidArgumentError("the token file does not hold one token");
  }
  DSR_ASSIGN_OR_RETURN(channel_, OpenChannel(options_.server, options_.tls));
  return absl::OkStatus();
}

void Session::AddToken(grpc::ClientContext& context) const {
  if (!token_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

const std::string& Session::idempotency_key() {
  if (options_.idempotency_key.empty()) options_.idempotency_key = RandomUuid();
  return options_.idempotency_key;
}

void Session::AddIdempotencyKey(google::protobuf::Message& request) {
  const google::protobuf::FieldDescriptor* field =
      request.GetDescriptor()->FindFieldByName("idempotency_key");
  if (field == nullptr || !request.GetReflection()->GetString(request, field).empty()) return;
  const int index = keys_used_++;
  // The first call takes the key as given, so that the user's key is what the server stores.
  const std::string key = index == 0 ? idempotency_key() : DerivedUuid(idempotency_key(), index);
  if (options_.verbose) messages_ << "dsrctl: idempotency key " << key << "\n";
  request.GetReflection()->SetString(&request, field, key);
}

void Session::BackOff(int failures) {
  options_.sleep(std::min(kFirstPause * (1 << std::min(failures, 10)), kLongestPause));
}

absl::Status Session::Attempt(const std::function<grpc::Status(grpc::ClientContext&)>& call) {
  absl::Status status;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) {
      const absl::Duration asked = RetryAfter(status);
      if (asked > options_.timeout) break;
      if (options_.verbose) {
        messages_ << (asked > absl::ZeroDuration() ? "dsrctl: a limit is reached, trying again\n"
                                                   : "dsrctl: server unavailable, trying again\n");
      }
      asked > absl::ZeroDuration() ? options_.sleep(asked) : BackOff(attempt - 1);
    }
    // A context serves one attempt only.
    grpc::ClientContext context;
    AddToken(context);
    context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
    status = FromGrpcStatus(call(context));
    const bool may_pass = status.code() == absl::StatusCode::kUnavailable ||
                          ReasonOf(status) == v1::ERROR_REASON_RATE_LIMITED;
    if (!may_pass) break;
  }
  return status;
}

}  // namespace dsr::dsrctl
