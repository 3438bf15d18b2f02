// How a whole server brings notices to their recipients: by each way, until they arrive, and across
// its own violent end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/push_receiver.h"
#include "unit/delivery/subprocess.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

using Notices = v1::NoticeService;
using Registry = v1::RegistryService;

constexpr int kMostNoticeLooks = 20'000;

std::string IdOf(const v1::Notice& notice) {
  return notice.name().substr(notice.name().rfind('/') + 1);
}

v1::Delivery Webhook(const HttpStub& endpoint) {
  v1::Delivery delivery;
  delivery.mutable_webhook()->set_url(endpoint.url());
  delivery.mutable_webhook()->set_secret_id("ad-partner");
  return delivery;
}

v1::Delivery Letter() {
  v1::Delivery delivery;
  delivery.mutable_letter()->set_address("privacy@partner.example");
  return delivery;
}

class NoticeDeliveryTest : public ::testing::Test {
 protected:
  // `ad-partner`, with that way and that fallback.
  void Register(const v1::Delivery& delivery, const v1::Delivery& fallback = {}) {
    shop_.Register();
    v1::UpdateRecipientRequest in;
    in.set_idempotency_key(FreshKey());
    in.mutable_recipient()->set_name("recipients/ad-partner");
    *in.mutable_recipient()->mutable_delivery() = delivery;
    in.mutable_update_mask()->add_paths("delivery");
    if (fallback.way_case() != v1::Delivery::WAY_NOT_SET) {
      *in.mutable_recipient()->mutable_fallback() = fallback;
      in.mutable_update_mask()->add_paths("fallback");
    }
    ASSERT_THAT(server_.Call<Registry>("operator-1", &Registry::Stub::UpdateRecipient, in), IsOk());
  }

  // The letter that tells of the notice, as it was handed to the mail system.
  std::string ReadLetter(const v1::Notice& notice) {
    for (const auto& entry :
         std::filesystem::directory_iterator(server_.data_dir() + "/dev/spool")) {
      if (absl::StartsWith(entry.path().filename().string(), IdOf(notice))) {
        return *ReadFile(entry.path().string());
      }
    }
    return "";
  }

  v1::Notice Get(const std::string& name) {
    v1::GetNoticeRequest in;
    in.set_name(name);
    const auto notice = server_.Call<Notices>("caseworker-1", &Notices::Stub::GetNotice, in);
    EXPECT_THAT(notice, IsOk());
    return notice.ok() ? *notice : v1::Notice();
  }

  TestServer server_;
  Shop shop_{server_};
};

TEST_F(NoticeDeliveryTest, APushedNoticeIsDoneByTheAnswerInTheReply) {
  PushReceiver receiver;
  v1::DeliverNoticeResponse response;
  response.mutable_answer()->mutable_completed()->set_records(5);
  receiver.Answer(grpc::Status::OK, response);
  v1::Delivery push;
  push.mutable_push()->set_target(receiver.target());
  push.mutable_push()->set_secret_id("ad-partner");
  Register(push);

  const std::string request = shop_.ConfirmDeletion();

  const v1::Notice notice = shop_.AwaitNotice(request, v1::Notice::STATE_COMPLETED);
  EXPECT_EQ(notice.records(), 5);
  EXPECT_EQ(notice.sent_way(), v1::NOTICE_WAY_PUSH);
  ASSERT_THAT(receiver.requests(), SizeIs(1));
  EXPECT_EQ(receiver.requests()[0].notice_id(), IdOf(notice));
  v1::Notice told;
  ASSERT_TRUE(told.ParseFromString(receiver.requests()[0].notice()));
  EXPECT_THAT(told.subject_references(), ::testing::ElementsAre(kReference));
}

TEST_F(NoticeDeliveryTest, ALetterIsSignedAndItsAnswerRecordedByAPersonEndsTheDuty) {
  Register(Letter());
  const std::string request = shop_.ConfirmDeletion();

  const v1::Notice sent = shop_.AwaitNotice(request, v1::Notice::STATE_SENT);

  const std::string letter = ReadLetter(sent);
  EXPECT_TRUE(absl::StrContains(letter, "To: privacy@partner.example\r\n"));
  const TempDir files;
  ASSERT_THAT(WriteFileAtomically(files.File("letter"), letter), IsOk());
  Subprocess check({DSR_OPENSSL, "cms", "-verify", "-in", files.File("letter"), "-CAfile",
                    server_.data_dir() + "/dev/letters.pem", "-no_check_time", "-out",
                    files.File("content")});
  ASSERT_EQ(check.Finish(), 0);
  const std::string told = *ReadFile(files.File("content"));
  std::string text;
  ASSERT_TRUE(absl::Base64Unescape(told.substr(told.find("\r\n\r\n")), &text));
  EXPECT_TRUE(absl::StrContains(text, kReference));
  EXPECT_FALSE(absl::StrContains(text, kAccount));

  v1::RecordNoticeAnswerRequest in;
  in.set_name(sent.name());
  in.set_idempotency_key(FreshKey());
  in.mutable_answer()->mutable_completed()->set_records(3);
  in.set_evidence("letter of 2026-03-05, file 17/4");
  ASSERT_THAT(server_.Call<Notices>("caseworker-1", &Notices::Stub::RecordNoticeAnswer, in),
              IsOk());
  shop_.Work("browsing", [](const v1::Task&) { return RecordsOf("browsing", 42); });
  EXPECT_EQ(shop_.Get(request).phase(), v1::PHASE_CLOSED);
}

TEST_F(NoticeDeliveryTest, WhereTheEndpointIsGoneALetterIsSentInItsPlace) {
  HttpStub endpoint;
  endpoint.Reset({.status = 410});
  Register(Webhook(endpoint), Letter());

  const v1::Notice sent = shop_.AwaitNotice(shop_.ConfirmDeletion(), v1::Notice::STATE_SENT);

  EXPECT_TRUE(sent.by_fallback());
  EXPECT_EQ(sent.sent_way(), v1::NOTICE_WAY_LETTER);
  EXPECT_TRUE(absl::StrContains(ReadLetter(sent), "multipart/signed"));
  EXPECT_THAT(endpoint.requests(), SizeIs(1));
  EXPECT_EQ(Get(sent.name()).failed_attempts(0).code(), "http-410");
}

TEST_F(NoticeDeliveryTest, AnEndpointThatIsDownForDaysIsTriedDailyUntilItAnswers) {
  HttpStub endpoint;
  endpoint.Reset({.status = 500});
  Register(Webhook(endpoint));
  const std::string request = shop_.ConfirmDeletion();
  v1::ListNoticesRequest in;
  in.set_parent(request);
  v1::Notice notice;
  for (int look = 0; look < kMostNoticeLooks && notice.state() != v1::Notice::STATE_FAILED;
       ++look) {
    const auto listed = server_.Call<Notices>("caseworker-1", &Notices::Stub::ListNotices, in);
    ASSERT_THAT(listed, IsOk());
    notice = listed->notices(0);
    // So little that all looks end before the notice is due.
    server_.clock().Advance(absl::Minutes(1));
  }
  ASSERT_EQ(notice.state(), v1::Notice::STATE_FAILED);
  const size_t before_its_end = endpoint.Reset({}).size();
  EXPECT_GE(before_its_end, 5u);

  for (int look = 0; look < kMostNoticeLooks && endpoint.requests().empty(); ++look) {
    server_.clock().Advance(absl::Minutes(1));
    Get(notice.name());
  }

  const v1::Notice sent = shop_.AwaitNotice(request, v1::Notice::STATE_SENT);
  EXPECT_EQ(endpoint.requests()[0].headers["webhook-id"], IdOf(sent));
  EXPECT_LT(FromTimestamp(sent.send_time()), FromTimestamp(sent.due_time()));
}

TEST_F(NoticeDeliveryTest, WhatCouldNotBeBroughtToARecipientIsSentWhenItFetchesIt) {
  HttpStub endpoint;
  endpoint.Reset({.status = 410});
  Register(Webhook(endpoint));
  const std::string request = shop_.ConfirmDeletion();
  shop_.AwaitNotice(request, v1::Notice::STATE_FAILED);

  ASSERT_THAT(shop_.PullNotices("ad-partner"), SizeIs(1));

  const v1::Notice sent = shop_.AwaitNotice(request, v1::Notice::STATE_SENT);
  EXPECT_EQ(sent.sent_way(), v1::NOTICE_WAY_PULL);
}

TEST(NoticeDrainTest, AServerKilledInTheMiddleLosesNoNoticeAndSendsNoneUnderAnotherId) {
  constexpr size_t kRecipients = 40;
  constexpr size_t kAnswered = 15;
  const TempDir folder;
  HttpStub endpoint;
  endpoint.Reset({.most_answers = kAnswered});
  ApiClient client;
  Shop shop(client);
  const std::vector<std::string> arguments = {
      "--dev",    "--data-dir", folder.path(), "--definitions", DSR_SOURCE_DIR "/workflows",
      "--listen", "127.0.0.1:0"};
  std::vector<HttpRequest> seen;
  std::string request;
  {
    DsrdProcess dsrd(arguments);
    client.Connect(folder.path(), dsrd.AwaitPort());
    shop.RegisterSystem("profile", {}, {v1::TASK_KIND_RESOLVE_CONTACT});
    shop.RegisterSystem("browsing", {"browsing"}, {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE});
    for (size_t i = 0; i < kRecipients; ++i) {
      shop.RegisterRecipient(absl::StrCat("r-", i), "browsing", Webhook(endpoint));
    }
    request = shop.ConfirmDeletion();
    for (int look = 0; look < kMostNoticeLooks && endpoint.requests().size() <= kAnswered; ++look) {
      shop.Get(request);
    }
    dsrd.Signal(SIGKILL);
    dsrd.Wait();
    seen = endpoint.Reset({});
    ASSERT_GT(seen.size(), kAnswered);
    ASSERT_LT(seen.size(), kRecipients);
  }

  // What it had claimed when it ended is due again two minutes later.
  std::vector<std::string> later = arguments;
  later.push_back("--time-offset=2m");
  DsrdProcess again(later);
  client.Connect(folder.path(), again.AwaitPort());
  v1::ListNoticesRequest in;
  in.set_parent(request);
  in.set_page_size(100);
  std::set<std::string> sent;
  for (int look = 0; look < kMostNoticeLooks && sent.size() < kRecipients; ++look) {
    const auto listed = client.Call<Notices>("caseworker-1", &Notices::Stub::ListNotices, in);
    ASSERT_THAT(listed, IsOk());
    ASSERT_THAT(listed->notices(), SizeIs(kRecipients));
    for (const v1::Notice& notice : listed->notices()) {
      if (notice.state() == v1::Notice::STATE_SENT) sent.insert(IdOf(notice));
    }
  }

  EXPECT_THAT(sent, SizeIs(kRecipients));
  for (HttpRequest& later_request : endpoint.Reset({})) seen.push_back(std::move(later_request));
  std::map<std::string, std::set<std::string>> bodies;
  for (const HttpRequest& one : seen) bodies[one.headers.at("webhook-id")].insert(one.body);
  EXPECT_THAT(bodies, SizeIs(kRecipients));
  for (const auto& [id, told] : bodies) {
    EXPECT_TRUE(sent.contains(id)) << id;
    EXPECT_THAT(told, SizeIs(1)) << "told differently the second time";
  }
}

}  // namespace
}  // namespace dsr
