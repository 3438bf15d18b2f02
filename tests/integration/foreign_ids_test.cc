// Ids that belong to others: each call that names one is told what it is told of an id that nobody
// has (RELIABILITY.md section 8, API Top 10: 1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/errors.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using Notices = v1::NoticeService;
using Requests = v1::RequestService;
using Tasks = v1::TaskService;

// Of the form of an id, and nobody's.
constexpr char kNobodysId[] = "01kjj5zzzz0000000000000000";

class ForeignIdsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    shop_.RegisterSystem("orders", {"orders"}, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE});
    shop_.RegisterRecipient("logistics", "browsing");
    request_ = shop_.ConfirmDeletion();
  }

  // A call as `principal` that names a resource.
  using CallOn = std::function<absl::Status(const std::string& name)>;

  // The error of a call, with the name of what it was about taken out.
  static std::string Told(const absl::Status& status, const std::string& name) {
    std::string told = absl::StrCat(absl::StatusCodeToString(status.code()), " ", status.message());
    if (const auto info = ErrorInfoOf(status); info.has_value()) {
      absl::StrAppend(&told, " ", info->reason());
      for (const char* key : {"resource", "method", "state", "action"}) {
        const auto found = info->metadata().find(key);
        if (found != info->metadata().end()) absl::StrAppend(&told, " ", key, "=", found->second);
      }
    }
    return absl::StrReplaceAll(told, {{name, "NAME"}});
  }

  void ExpectNoDifference(const std::string& foreign, const std::vector<CallOn>& calls) {
    // Nobody's id in a request that exists, and one in a request that does not.
    const std::string in_the_request =
        absl::StrCat(foreign.substr(0, foreign.rfind('/') + 1), kNobodysId);
    std::string in_none = in_the_request;
    in_none.replace(in_none.find('/') + 1, 26, kNobodysId);
    for (size_t i = 0; i < calls.size(); ++i) {
      SCOPED_TRACE(absl::StrCat("call ", i));
      const absl::Status told = calls[i](foreign);
      EXPECT_THAT(told, StatusIs(absl::StatusCode::kNotFound));
      EXPECT_EQ(Told(told, foreign), Told(calls[i](in_the_request), in_the_request));
      EXPECT_EQ(Told(told, foreign), Told(calls[i](in_none), in_none));
    }
  }

  TestServer server_;
  Shop shop_{server_};
  std::string request_;
};

TEST_F(ForeignIdsTest, AWorkerCannotTellAnotherSystemsTaskFromNone) {
  v1::ListTasksRequest list;
  list.set_parent(request_);
  const auto tasks = server_.Call<Tasks>("caseworker-1", &Tasks::Stub::ListTasks, list);
  ASSERT_THAT(tasks, IsOk());
  std::string foreign;
  for (const v1::Task& task : tasks->tasks()) {
    if (task.system() == "systems/browsing" && task.state() == v1::Task::STATE_OPEN)
      foreign = task.name();
  }
  ASSERT_NE(foreign, "");
  const std::string lease(32, 'a');

  ExpectNoDifference(
      foreign,
      {[&](const std::string& name) {
         v1::CompleteTaskRequest in;
         in.set_name(name);
         in.set_lease_token(lease);
         in.set_idempotency_key(FreshKey());
         *in.mutable_result() = RecordsOf("browsing", 1);
         return server_.Call<Tasks>("system-orders", &Tasks::Stub::CompleteTask, in).status();
       },
       [&](const std::string& name) {
         v1::FailTaskRequest in;
         in.set_name(name);
         in.set_lease_token(lease);
         in.set_idempotency_key(FreshKey());
         in.set_code("out-of-order");
         return server_.Call<Tasks>("system-orders", &Tasks::Stub::FailTask, in).status();
       },
       [&](const std::string& name) {
         v1::ExtendLeaseRequest in;
         in.set_name(name);
         in.set_lease_token(lease);
         in.mutable_lease()->set_seconds(60);
         return server_.Call<Tasks>("system-orders", &Tasks::Stub::ExtendLease, in).status();
       },
       [&](const std::string& name) {
         v1::UploadPartRequest in;
         in.set_name(name);
         in.set_lease_token(lease);
         in.set_category("browsing");
         in.set_data("{}");
         return server_.Call<Tasks>("system-orders", &Tasks::Stub::UploadPart, in).status();
       }});
}

TEST_F(ForeignIdsTest, ARecipientCannotTellAnothersNoticeFromNone) {
  const std::vector<v1::Notice> notices = shop_.PullNotices("logistics");
  ASSERT_EQ(notices.size(), 1u);

  ExpectNoDifference(
      notices.front().name(),
      {[&](const std::string& name) {
         v1::GetNoticeRequest in;
         in.set_name(name);
         return server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::GetNotice, in)
             .status();
       },
       [&](const std::string& name) {
         v1::AcknowledgeNoticeRequest in;
         in.set_name(name);
         in.set_idempotency_key(FreshKey());
         return server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::AcknowledgeNotice, in)
             .status();
       },
       [&](const std::string& name) {
         v1::CompleteNoticeRequest in;
         in.set_name(name);
         in.set_idempotency_key(FreshKey());
         return server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::CompleteNotice, in)
             .status();
       },
       [&](const std::string& name) {
         v1::ObjectToNoticeRequest in;
         in.set_name(name);
         in.set_idempotency_key(FreshKey());
         in.mutable_objection()->set_ground("own-retention-law");
         in.mutable_objection()->set_law("Anti-Money Laundering Law, article 34");
         return server_.Call<Notices>("recipient-ad-partner", &Notices::Stub::ObjectToNotice, in)
             .status();
       }});
  // It is its owner's still.
  shop_.EndNotice("logistics", notices.front().name());
}

TEST_F(ForeignIdsTest, ARecipientCannotTellWhoseDownloadARequestIs) {
  const auto told = [&](const std::string& name) {
    grpc::ClientContext context;
    server_.Prepare(context, "recipient-ad-partner");
    v1::DownloadPackageRequest in;
    in.set_name(name);
    in.set_grant(std::string(26, 'a'));
    const auto stub = Requests::NewStub(server_.channel());
    const auto reader = stub->DownloadPackage(&context, in);
    v1::DownloadPackageResponse piece;
    while (reader->Read(&piece)) {
    }
    return FromGrpc(reader->Finish());
  };
  const std::string nobodys = absl::StrCat("requests/", kNobodysId);

  EXPECT_FALSE(told(request_).ok());
  EXPECT_EQ(Told(told(request_), request_), Told(told(nobodys), nobodys));
}

}  // namespace
}  // namespace dsr
