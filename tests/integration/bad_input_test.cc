// Calls that are wrong in themselves: the documented code and reason through real gRPC, and nothing
// half-done.
#include "integration/bad_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/base/clock.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Registry = v1::RegistryService;
using Requests = v1::RequestService;

v1::BatchCreateDisclosuresRequest Disclosures(int count, const Clock& clock) {
  v1::BatchCreateDisclosuresRequest batch;
  batch.set_idempotency_key(FreshKey());
  for (int i = 0; i < count; ++i) {
    v1::Disclosure& disclosure = *batch.add_disclosures();
    disclosure.set_subject_account("a");
    disclosure.set_recipient("recipients/ad-partner");
    disclosure.add_categories("browsing");
    *disclosure.mutable_disclose_time() = ToTimestamp(clock.Now());
    disclosure.set_purpose("p");
    disclosure.set_method("m");
    disclosure.set_basis("b");
  }
  return batch;
}

TEST_F(BadInputTest, AnUnknownTypeIsRefusedWithTheTypesThatAreKnown) {
  v1::CreateRequestRequest call = DeletionCall();
  call.mutable_request()->set_type("abolition");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_REQUEST_TYPE_UNKNOWN));
  ASSERT_TRUE(ErrorInfoOf(status).has_value());
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "dsrd");
  EXPECT_THAT(ErrorInfoOf(status)->metadata().at("known_types"), ::testing::HasSubstr("deletion"));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AllMissingFieldsAreNamedAtOnce) {
  v1::CreateRequestRequest call;
  call.set_idempotency_key(FreshKey());

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.type", "request.subject_account",
                                                     "request.requester", "request.channel"));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AMissingOrMalformedIdempotencyKeyIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  call.clear_idempotency_key();
  EXPECT_THAT(File(call), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));

  for (const char* key :
       {"1", "123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400g"}) {
    call.set_idempotency_key(key);
    const absl::Status status = File(call).status();
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << key;
    EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("idempotency_key")) << key;
  }
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, MalformedFieldsAreNamedAndTheirValuesNotRepeated) {
  v1::CreateRequestRequest call = DeletionCall();
  v1::Request& request = *call.mutable_request();
  request.set_channel("by Carrier Pigeon");
  request.set_language("tlh");
  request.mutable_requester()->set_relation(static_cast<v1::Relation>(77));
  request.mutable_requester()->mutable_reply_to()->set_channel("telegraph");
  request.mutable_received_time()->set_nanos(-1);

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(
      FieldsOf(status),
      UnorderedElementsAre("request.channel", "request.language", "request.requester.relation",
                           "request.requester.reply_to.channel", "request.received_time"));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("Pigeon")));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AnAddressThatNothingCanBeSentToIsRefused) {
  struct Address {
    const char* channel;
    const char* address;
  };
  for (const Address& given : {Address{"email", "nobody"}, Address{"email", "a@b\r\nBcc: c@d"},
                               Address{"sms", "abc"}, Address{"email", "  "}}) {
    v1::CreateRequestRequest call = DeletionCall();
    v1::Contact& reply_to = *call.mutable_request()->mutable_requester()->mutable_reply_to();
    reply_to.set_channel(given.channel);
    reply_to.set_address(given.address);

    EXPECT_THAT(FieldsOf(File(call).status()),
                ::testing::Contains("request.requester.reply_to.address"));
  }
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AReceiptInTheFutureIsRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  *call.mutable_request()->mutable_received_time() =
      ToTimestamp(server_.clock().Now() + absl::Seconds(1));

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.received_time"));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AMalformedNameIsRefusedAndAnUnknownOneNotFound) {
  v1::GetRequestRequest in;
  in.set_name("requests/../../etc");
  EXPECT_THAT(server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  in.set_name("requests/01kjj5zzzz0000000000000000");
  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::GetRequest, in).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(BadInputTest, ADisclosureToAnUnknownRecipientRecordsNoneOfItsBatch) {
  shop_.Register();
  v1::BatchCreateDisclosuresRequest batch = Disclosures(2, server_.clock());
  batch.mutable_disclosures(1)->set_recipient("recipients/nobody");

  const absl::Status status =
      server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch)
          .status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("disclosures[1].recipient"));
  v1::ListDisclosuresRequest list;
  list.set_subject_account("a");
  const auto rows = server_.Call<Registry>("caseworker-1", &Registry::Stub::ListDisclosures, list);
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->disclosures_size(), 0);
}

TEST_F(BadInputTest, TextThatIsNotUtf8IsRefused) {
  v1::CreateRequestRequest call = DeletionCall("\xff\xfe");

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AFiveMegabyteMessageIsRefused) {
  v1::CreateRequestRequest call = DeletionCall(std::string(5 << 20, 'a'));

  const absl::Status status = File(call).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_MESSAGE_TOO_LARGE));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, TenThousandListEntriesAreRefused) {
  v1::CreateRequestRequest call = DeletionCall();
  for (int i = 0; i < 10'000; ++i) call.mutable_request()->add_categories("orders");
  absl::Status status = File(call).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LIST_TOO_LONG));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("request.categories"));

  status = server_
               .Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures,
                               Disclosures(10'000, server_.clock()))
               .status();
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LIST_TOO_LONG));
  EXPECT_EQ(OpenRequests(), 0);
}

TEST_F(BadInputTest, AThousandWrongEntriesGiveAnErrorThatFitsIntoItsHeader) {
  shop_.Register();
  v1::BatchCreateDisclosuresRequest batch = Disclosures(1000, server_.clock());
  for (v1::Disclosure& disclosure : *batch.mutable_disclosures()) disclosure.clear_purpose();

  const absl::Status status =
      server_.Call<Registry>("registrar-1", &Registry::Stub::BatchCreateDisclosures, batch)
          .status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_THAT(FieldsOf(status), Contains("disclosures[0].purpose"));
}

TEST_F(BadInputTest, APageTokenOfAnotherQueryIsRefused) {
  for (int i = 0; i < 3; ++i) shop_.File(DeletionCall());
  v1::ListRequestsRequest in;
  in.set_page_size(2);
  in.set_type("deletion");
  const auto first = server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->requests_size(), 2);
  in.set_page_token(first->next_page_token());

  in.set_type("access");
  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_PAGE_TOKEN_INVALID));

  in.set_type("deletion");
  const auto second = server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->requests_size(), 1);
  EXPECT_THAT(second->next_page_token(), IsEmpty());
}

TEST_F(BadInputTest, AFilterThatIsLongerThanAnyNameIsRefused) {
  v1::ListRequestsRequest in;
  in.set_assignee(std::string(101, 'a'));
  in.set_channel(std::string(41, 'a'));
  in.set_subject_account(std::string(201, 'a'));

  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("assignee", "channel", "subject_account"));
}

TEST_F(BadInputTest, ANegativePageSizeIsRefused) {
  v1::ListRequestsRequest in;
  in.set_page_size(-1);

  const absl::Status status =
      server_.Call<Requests>("caseworker-1", &Requests::Stub::ListRequests, in).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(FieldsOf(status), UnorderedElementsAre("page_size"));
}

}  // namespace
}  // namespace dsr
