#include "integration/raw_call.h"

#include <grpc/support/time.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "integration/leak_watch.h"
#include "integration/service_files.h"
#include "rpc/method_roles.h"

namespace dsr {
namespace {

using google::protobuf::MethodDescriptor;

// A stream that was taken may have nothing to say.
constexpr int kStreamMillis = 2000;

struct RoleHolder {
  const char* principal;
  std::vector<std::string> roles;
};

// Of server/dev_setup.cc.
const std::vector<RoleHolder>& RoleHolders() {
  static const auto* const kHolders = new std::vector<RoleHolder>{
      {"officer-1", {"privacy_officer"}},   {"caseworker-1", {"caseworker"}},
      {"operator-1", {"operator"}},         {"registrar-1", {"registrar", "operator"}},
      {"auditor-1", {"auditor"}},           {"session-tool", {"session_asserter", "intake"}},
      {"verifier-1", {"verifier"}},         {"reviewer-1", {"reviewer"}},
      {"system-profile", {"data_system"}},  {"recipient-ad-partner", {"recipient"}},
      {"children-1", {"children_privacy"}}, {"authority-1", {"identity_authority"}},
  };
  return *kHolders;
}

}  // namespace

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const google::protobuf::FileDescriptor* file : ServiceFiles()) {
    const google::protobuf::ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) methods.push_back(service.method(i));
  }
  return methods;
}

std::string CallerOf(absl::string_view method) {
  for (const RoleHolder& holder : RoleHolders()) {
    const Principal principal{.name = holder.principal, .roles = holder.roles};
    if (CheckRole(principal, method).ok()) return holder.principal;
  }
  std::fprintf(stderr, "nobody may call %s\n", std::string(method).c_str());
  std::abort();
}

std::unique_ptr<google::protobuf::Message> RequestOf(const MethodDescriptor& method) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(method.input_type())
          ->New());
}

absl::Status CallRaw(const ApiClient& client, absl::string_view principal,
                     const MethodDescriptor& method, const google::protobuf::Message& request) {
  RememberPersonal(request);
  grpc::ClientContext context;
  client.Prepare(context, principal);
  if (method.server_streaming()) {
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(kStreamMillis, GPR_TIMESPAN)));
  }
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(client.channel());
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  const auto call = stub.PrepareCall(&context, path, &queue);
  // One step after the other, so that any tag tells that the last one is done.
  const auto await = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  await();
  const grpc::Slice slice(request.SerializeAsString());
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  await();
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  const bool is_answered = await();
  // A stream that has begun may go on for ever.
  if (is_answered && method.server_streaming()) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  await();
  const bool has_begun =
      method.server_streaming() && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  if (is_answered || has_begun) return absl::OkStatus();
  return FromGrpc(status);
}

}  // namespace dsr
