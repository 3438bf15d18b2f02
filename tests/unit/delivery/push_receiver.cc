#include "unit/delivery/push_receiver.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace dsr {

PushReceiver::PushReceiver(const std::shared_ptr<grpc::ServerCredentials>& credentials,
                           const std::string& host)
    : host_(host) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat(host_, ":0"), credentials, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

std::string PushReceiver::target() const { return absl::StrCat(host_, ":", port_); }

void PushReceiver::Answer(const grpc::Status& status, v1::DeliverNoticeResponse response) {
  MutexLock lock(mutex_);
  status_ = status;
  response_ = std::move(response);
}

std::vector<v1::DeliverNoticeRequest> PushReceiver::requests() {
  MutexLock lock(mutex_);
  return requests_;
}

std::set<std::string> PushReceiver::peers() {
  MutexLock lock(mutex_);
  return peers_;
}

grpc::Status PushReceiver::DeliverNotice(grpc::ServerContext* call,
                                         const v1::DeliverNoticeRequest* request,
                                         v1::DeliverNoticeResponse* response) {
  MutexLock lock(mutex_);
  requests_.push_back(*request);
  peers_.insert(call->peer());
  *response = response_;
  return status_;
}

}  // namespace dsr
