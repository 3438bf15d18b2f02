// DownloadPackage: a package through its one-time grant.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "app/authorizer.h"
#include "app/grants.h"
#include "app/sealer.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/mutex.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/names.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int64_t kMostBytes = 256 << 10;
constexpr int kChunksAtOnce = 4;

// One download. Its steps run on one thread at a time; what a command became is told by another.
class PackageDownload : public std::enable_shared_from_this<PackageDownload> {
 public:
  PackageDownload(RpcContext& context, const std::weak_ptr<StreamCall>& call, const RequestId& id,
                  const v1::DownloadPackageRequest& in, Principal principal)
      : context_(context),
        call_(call),
        id_(id),
        grant_(in.grant()),
        offset_(in.offset()),
        principal_(std::move(principal)) {}

  void Produce(StreamCall& call) {
    const absl::Status status = Step(call);
    if (!status.ok()) call.End(status);
  }

 private:
  enum class Stage { kGrant, kBytes, kFinished };

  absl::Status Step(StreamCall& call) {
    {
      MutexLock lock(mutex_);
      DSR_RETURN_IF_ERROR(told_);
      if (is_telling_) {
        call.Park();
        return absl::OkStatus();
      }
    }
    switch (stage_) {
      case Stage::kGrant:
        DSR_RETURN_IF_ERROR(FindPackage());
        stage_ = Stage::kBytes;
        Tell(call, BeginDownload{});
        return absl::OkStatus();
      case Stage::kBytes:
        if (offset_ < package_.size_bytes() || !has_answered_) return Send(call);
        stage_ = Stage::kFinished;
        Tell(call, FinishDownload{});
        return absl::OkStatus();
      case Stage::kFinished:
        call.End(absl::OkStatus());
        return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  // Finds the package and checks the grant, before anything is bound to the caller.
  absl::Status FindPackage() {
    return context_.parts().store.Read([this](ReadView& view) -> absl::Status {
      absl::StatusOr<storage::v1::RequestRecord> found = view.FindRecord(id_);
      // A recipient sees no requests, and is not to learn here which there are.
      if (absl::IsNotFound(found.status()) && !principal_.recipient.empty()) return GrantInvalid();
      DSR_RETURN_IF_ERROR(found.status());
      const storage::v1::RequestRecord& record = *found;
      const storage::v1::RequestState& state = record.state();
      if (!MayFetchPackage(principal_, state.request()) ||
          !IsGrant(context_.parts().secrets, state.grant_id(), grant_)) {
        return GrantInvalid();
      }
      package_ = state.request().package();
      if (offset_ > package_.size_bytes()) {
        return MakeError(absl::StatusCode::kOutOfRange, v1::ERROR_REASON_OFFSET_WRONG,
                         "the package ends before that offset",
                         {{"expected_offset", absl::StrCat(package_.size_bytes())}});
      }
      DSR_ASSIGN_OR_RETURN(key_, context_.parts().keys.Key(state.key_number()));
      for (const v1::Task& task : record.tasks()) {
        const bool makes_package =
            task.kind() == v1::TASK_KIND_BUILD_PACKAGE || task.kind() == v1::TASK_KIND_BUILD_ANSWER;
        if (!makes_package || task.state() != v1::Task::STATE_COMPLETED) continue;
        std::pair<RequestId, TaskId> name;
        DSR_ASSIGN_OR_RETURN(name, ParseTaskName(task.name()));
        task_ = name.second;
      }
      return absl::OkStatus();
    });
  }

  // Gives a command and parks the stream until it is durable.
  void Tell(StreamCall& call, Command command) {
    {
      MutexLock lock(mutex_);
      is_telling_ = true;
    }
    PlannedCommand planned{.request = id_, .command = std::move(command)};
    context_.parts().executor.Execute(
        std::move(planned), CallContext{.principal = principal_},
        [self = shared_from_this()](const absl::StatusOr<ExecutionResult>& result) {
          {
            MutexLock lock(self->mutex_);
            self->is_telling_ = false;
            self->told_ = result.status();
          }
          if (const std::shared_ptr<StreamCall> waiting = self->call_.lock()) waiting->Ring();
        });
    call.Park();
  }

  absl::Status Send(StreamCall& call) {
    v1::DownloadPackageResponse response;
    response.set_offset(offset_);
    std::vector<PartChunk> chunks;
    DSR_RETURN_IF_ERROR(context_.parts().store.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(chunks, view.ReadChunks(task_, "", offset_, kChunksAtOnce));
      return absl::OkStatus();
    }));
    std::string& data = *response.mutable_data();
    for (const PartChunk& chunk : chunks) {
      DSR_ASSIGN_OR_RETURN(const std::string clear,
                           OpenChunk(*key_, task_.bytes(), "", chunk.offset, chunk.sealed));
      const int64_t begin = offset_ + static_cast<int64_t>(data.size()) - chunk.offset;
      if (begin < 0 || begin > static_cast<int64_t>(clear.size())) break;
      const int64_t room = kMostBytes - static_cast<int64_t>(data.size());
      data.append(clear, static_cast<size_t>(begin), static_cast<size_t>(room));
      if (static_cast<int64_t>(data.size()) == kMostBytes) break;
    }
    if (data.empty() && offset_ < package_.size_bytes()) {
      return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                       "a package is shorter than it should be");
    }
    if (!std::exchange(has_answered_, true)) *response.mutable_package() = package_;
    offset_ += static_cast<int64_t>(data.size());
    call.Write(response);
    return absl::OkStatus();
  }

  RpcContext& context_;
  const std::weak_ptr<StreamCall> call_;
  const RequestId id_;
  const std::string grant_;
  int64_t offset_;
  const Principal principal_;
  Stage stage_ = Stage::kGrant;
  bool has_answered_ = false;
  v1::Package package_;
  TaskId task_;
  std::optional<SecretKey> key_;
  Mutex mutex_;
  bool is_telling_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status told_ ABSL_GUARDED_BY(mutex_);
};

void DownloadPackage(const std::shared_ptr<StreamCall>& call,
                     const v1::DownloadPackageRequest& in) {
  const absl::StatusOr<RequestId> id = ParseRequestName(in.name());
  if (!id.ok()) return call->End(id.status());
  FieldErrors errors;
  if (in.grant().empty()) errors.AddMissing("grant");
  if (in.offset() < 0) errors.AddInvalid("offset", "is not negative");
  if (!errors.empty()) return call->End(errors.ToStatus());
  const auto download =
      std::make_shared<PackageDownload>(call->context(), call, *id, in, call->principal());
  call->Run([download](StreamCall& running) { download->Produce(running); });
}

}  // namespace

void AddPackageDownload(RpcService& service) {
  service.Stream<v1::DownloadPackageRequest>("DownloadPackage", DownloadPackage);
}

}  // namespace dsr
