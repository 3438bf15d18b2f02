#include "sample_shop/notice_receiver.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "sample_shop/http_server.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kKey = "0123456789abcdef01234567";
constexpr char kBody[] =
    R"({"type":"dsr.notice.delete","timestamp":"2026-03-01T08:00:00Z","data":{)"
    R"("notice":"requests/r1/notices/n1","categories":["browsing"],"subject_references":["ad-x"]}})";

class NoticeReceiverTest : public ::testing::Test {
 protected:
  NoticeReceiverTest()
      : inbox_(shop_.OpenRecipients()),
        receiver_({{"ad-partner", "whsec_" + Base64Encode(kKey)}},
                  std::make_unique<RecipientInbox>(shop_.OpenRecipients()), clock_,
                  [this] { ++received_; }) {}

  WebhookHeaders Sign(absl::string_view body) const {
    const std::string seconds = absl::StrCat(absl::ToUnixSeconds(clock_.Now()));
    return {.id = "msg-1",
            .timestamp = seconds,
            .signature =
                "v1," + Base64Encode(HmacSha256(kKey, absl::StrCat("msg-1.", seconds, ".", body)))};
  }

  std::vector<InboxNotice> Open() { return *inbox_.Open("ad-partner"); }

  TestShop shop_;
  SimulatedClock clock_{TestNow()};
  int received_ = 0;
  RecipientInbox inbox_;
  NoticeReceiver receiver_;
};

TEST_F(NoticeReceiverTest, StoresASignedNotice) {
  EXPECT_EQ(receiver_.Receive("/recipients/ad-partner/notices", Sign(kBody), kBody), 204);

  ASSERT_THAT(Open(), SizeIs(1));
  EXPECT_EQ(Open()[0].notice, "requests/r1/notices/n1");
  EXPECT_EQ(received_, 1);
}

TEST_F(NoticeReceiverTest, StoresANoticeOnceThoughItComesTwice) {
  EXPECT_EQ(receiver_.Receive("/recipients/ad-partner/notices", Sign(kBody), kBody), 204);
  ASSERT_THAT(inbox_.End("requests/r1/notices/n1"), IsOk());

  EXPECT_EQ(receiver_.Receive("/recipients/ad-partner/notices", Sign(kBody), kBody), 204);

  EXPECT_THAT(Open(), IsEmpty());
}

TEST_F(NoticeReceiverTest, RefusesATamperedNoticeAndStoresNothing) {
  const std::string tampered = absl::StrCat(kBody, " ");

  EXPECT_EQ(receiver_.Receive("/recipients/ad-partner/notices", Sign(kBody), tampered), 401);
  EXPECT_THAT(Open(), IsEmpty());
  EXPECT_EQ(received_, 0);
}

TEST_F(NoticeReceiverTest, KnowsNoOtherRecipientsAndPaths) {
  EXPECT_EQ(receiver_.Receive("/recipients/nobody/notices", Sign(kBody), kBody), 404);
  EXPECT_EQ(receiver_.Receive("/recipients/ad-partner", Sign(kBody), kBody), 404);
  EXPECT_EQ(receiver_.Receive("/", Sign(kBody), kBody), 404);
}

TEST_F(NoticeReceiverTest, RefusesASignedBodyThatIsNoNotice) {
  for (const std::string body :
       {"", "no json", "[]", "{}", R"({"type":"other","data":{"notice":"n"}})",
        R"({"type":"dsr.notice.delete","data":{}})",
        R"({"type":"dsr.notice.delete","data":"n"})"}) {
    EXPECT_EQ(receiver_.Receive("/recipients/ad-partner/notices", Sign(body), body), 400) << body;
  }
  EXPECT_THAT(Open(), IsEmpty());
}

// Sends one request and returns the HTTP status of the answer.
int64_t Send(int port, absl::string_view path, const WebhookHeaders& headers, const char* body) {
  CURL* curl = curl_easy_init();
  curl_slist* list = nullptr;
  for (const std::string& header : {absl::StrCat("webhook-id: ", headers.id),
                                    absl::StrCat("webhook-timestamp: ", headers.timestamp),
                                    absl::StrCat("webhook-signature: ", headers.signature),
                                    std::string("Content-Type: application/json")}) {
    list = curl_slist_append(list, header.c_str());
  }
  const std::string url = absl::StrCat("http://127.0.0.1:", port, path);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  if (body != nullptr) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  long status = -1;
  if (curl_easy_perform(curl) == CURLE_OK) {
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  }
  curl_slist_free_all(list);
  curl_easy_cleanup(curl);
  return status;
}

TEST_F(NoticeReceiverTest, AnswersOverHttp) {
  DSR_ASSERT_OK_AND_ASSIGN(
      const auto server,
      HttpServer::Start(
          0, [this](absl::string_view path, const WebhookHeaders& headers, absl::string_view body) {
            return receiver_.Receive(path, headers, body);
          }));
  const std::string too_long(100 * 1024, 'x');
  constexpr char kPath[] = "/recipients/ad-partner/notices";

  EXPECT_GT(server->port(), 0);
  EXPECT_EQ(Send(server->port(), kPath, Sign(kBody), kBody), 204);
  EXPECT_EQ(Send(server->port(), kPath, Sign("other"), kBody), 401);
  EXPECT_EQ(Send(server->port(), "/", Sign(kBody), kBody), 404);
  EXPECT_EQ(Send(server->port(), kPath, Sign(kBody), nullptr), 405);
  EXPECT_EQ(Send(server->port(), kPath, Sign(too_long), too_long.c_str()), 413);
  EXPECT_THAT(Open(), SizeIs(1));
}

}  // namespace
}  // namespace dsr::sample_shop
