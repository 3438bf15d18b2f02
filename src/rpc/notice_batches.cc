// The recipient's answers in batches: each entry is a call of its own, with its own key.
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/notice_answers.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kMostAnswers = 1000;

// The results of one batch; answers when the last is there. Each is written once, by one thread.
class Batch {
 public:
  Batch(std::shared_ptr<UnaryCall> call, int size) : call_(std::move(call)), left_(size) {
    for (int i = 0; i < size; ++i) results_.add_results();
  }

  void Succeed(int index, const std::string& notice) {
    if (!results_.mutable_results(index)->mutable_notice()->ParseFromString(notice)) {
      Fail(index, MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                            "the answer cannot be read"));
      return;
    }
    End();
  }
  void Fail(int index, const absl::Status& status) {
    v1::BatchAnswerNoticesResponse::Result& result = *results_.mutable_results(index);
    result.clear_notice();
    result.set_reason(ErrorReasonName(ReasonOf(status)));
    result.set_message(std::string(status.message()));
    End();
  }

 private:
  void End() {
    if (--left_ == 0) call_->Succeed(results_);
  }

  const std::shared_ptr<UnaryCall> call_;
  std::atomic<int> left_;
  v1::BatchAnswerNoticesResponse results_;
};

template <class In>
void AnswerOne(const std::shared_ptr<UnaryCall>& call, const std::shared_ptr<Batch>& batch,
               int index, const In& in) {
  const auto name = ParseNoticeName(in.name());
  if (!name.ok()) return batch->Fail(index, name.status());
  absl::StatusOr<CallContext> context = MutationContext(*call, in, AnswerNotice(in.name()));
  if (!context.ok()) return batch->Fail(index, context.status());
  PlannedCommand planned{.request = name->first, .command = ToCommand(in, name->second)};
  call->context().parts().executor.Execute(
      std::move(planned), *std::move(context),
      [batch, index](const absl::StatusOr<ExecutionResult>& result) {
        if (result.ok()) {
          batch->Succeed(index, result->answer);
        } else {
          batch->Fail(index, result.status());
        }
      });
}

template <class In>
void AnswerAll(const std::shared_ptr<UnaryCall>& call, const In& in) {
  FieldErrors errors;
  if (in.requests().empty()) errors.AddMissing("requests");
  CheckLength(in.requests_size(), "requests", kMostAnswers, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const auto batch = std::make_shared<Batch>(call, in.requests_size());
  for (int i = 0; i < in.requests_size(); ++i) AnswerOne(call, batch, i, in.requests(i));
}

}  // namespace

void AddNoticeBatches(RpcService& service) {
  service.Unary<v1::BatchAcknowledgeNoticesRequest>("BatchAcknowledgeNotices",
                                                    AnswerAll<v1::BatchAcknowledgeNoticesRequest>);
  service.Unary<v1::BatchCompleteNoticesRequest>("BatchCompleteNotices",
                                                 AnswerAll<v1::BatchCompleteNoticesRequest>);
}

}  // namespace dsr
