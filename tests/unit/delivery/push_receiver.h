// A recipient's own gRPC server, which notices are pushed to.
#ifndef DSR_TESTS_UNIT_DELIVERY_PUSH_RECEIVER_H_
#define DSR_TESTS_UNIT_DELIVERY_PUSH_RECEIVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "dsr/base/mutex.h"
#include "dsr/v1/notice_receiver.grpc.pb.h"

namespace dsr {

// Answers notices with what is set, and keeps what it was sent. Thread-safe.
class PushReceiver : public v1::NoticeReceiver::Service {
 public:
  // Listens on a free port of this machine.
  explicit PushReceiver(const std::shared_ptr<grpc::ServerCredentials>& credentials =
                            grpc::InsecureServerCredentials(),
                        const std::string& host = "127.0.0.1");

  int port() const { return port_; }
  // `host:port`.
  std::string target() const;
  // Sets what is answered from now on.
  void Answer(const grpc::Status& status, v1::DeliverNoticeResponse response = {});
  void Stop() { server_->Shutdown(); }
  // What it was sent.
  std::vector<v1::DeliverNoticeRequest> requests();
  // The connections that it came by.
  std::set<std::string> peers();

  grpc::Status DeliverNotice(grpc::ServerContext* call, const v1::DeliverNoticeRequest* request,
                             v1::DeliverNoticeResponse* response) override;

 private:
  Mutex mutex_;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  v1::DeliverNoticeResponse response_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::DeliverNoticeRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> peers_ ABSL_GUARDED_BY(mutex_);
  const std::string host_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_DELIVERY_PUSH_RECEIVER_H_
