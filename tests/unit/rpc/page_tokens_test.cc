#include "rpc/page_tokens.h"

#include <gtest/gtest.h>

#include <string>

#include "dsr/base/crypto.h"
#include "dsr/v1/request_service.pb.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

class PageTokensTest : public ::testing::Test {
 protected:
  PageTokensTest() { query_.set_type("deletion"); }

  const SecretKey key_ = *SecretKey::FromBytes(std::string(32, 'k'));
  const ServerSecrets secrets_{key_};
  const PageTokens tokens_{secrets_};
  v1::ListRequestsRequest query_;
};

TEST_F(PageTokensTest, AnEmptyTokenIsTheFirstPage) {
  EXPECT_THAT(tokens_.Read("ListRequests", query_, ""), IsOkAndHolds(std::string()));
}

TEST_F(PageTokensTest, GivesThePositionBackForTheSameQuery) {
  const std::string position("\0\xff row", 6);
  const std::string token = tokens_.Make("ListRequests", query_, position);

  query_.set_page_token(token);
  query_.set_page_size(7);

  EXPECT_THAT(tokens_.Read("ListRequests", query_, token), IsOkAndHolds(position));
}

TEST_F(PageTokensTest, RefusesATokenOfAnotherQueryOrMethod) {
  const std::string token = tokens_.Make("ListRequests", query_, "row");

  EXPECT_THAT(tokens_.Read("ListTasks", query_, token),
              ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  query_.set_type("access");
  EXPECT_THAT(tokens_.Read("ListRequests", query_, token),
              ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

TEST_F(PageTokensTest, RefusesEveryChangedCharacter) {
  const std::string token = tokens_.Make("ListRequests", query_, "row");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(tokens_.Read("ListRequests", query_, changed),
                ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID))
        << i;
  }
  EXPECT_THAT(tokens_.Read("ListRequests", query_, token.substr(1)),
              ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

TEST_F(PageTokensTest, RefusesATokenOfAnotherServer) {
  const SecretKey other_key = *SecretKey::FromBytes(std::string(32, 'o'));
  const ServerSecrets other(other_key);

  EXPECT_THAT(
      tokens_.Read("ListRequests", query_, PageTokens(other).Make("ListRequests", query_, "row")),
      ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

TEST_F(PageTokensTest, AResumeTokenNamesItsLeafAndIsNoPageToken) {
  const std::string token = tokens_.MakeResume(4711);

  EXPECT_THAT(tokens_.ReadResume(token), IsOkAndHolds(int64_t{4711}));
  EXPECT_THAT(tokens_.Read("WatchRequests", query_, token),
              ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
  EXPECT_THAT(tokens_.ReadResume("guess"), ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));
}

}  // namespace
}  // namespace dsr
