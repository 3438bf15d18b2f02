#include "app/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RegistryTest : public ::testing::Test {
 protected:
  static v1::CreateRecipientRequest NewRecipient(const std::string& id) {
    v1::CreateRecipientRequest in;
    in.set_recipient_id(id);
    in.mutable_recipient()->set_title("Pay Ltd");
    in.mutable_recipient()->set_relation(v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR);
    in.mutable_recipient()->set_jurisdiction("CN");
    in.mutable_recipient()->mutable_delivery()->mutable_pull();
    return in;
  }

  absl::StatusOr<v1::Recipient> Create(const v1::CreateRecipientRequest& in, CallContext context) {
    DSR_ASSIGN_OR_RETURN(const ExecutionResult result, World::Wait([&](ExecutionDone done) {
                           world_.registry->CreateRecipient(in, context, std::move(done));
                         }));
    v1::Recipient recipient;
    EXPECT_TRUE(recipient.ParseFromString(result.answer));
    return recipient;
  }

  absl::StatusOr<v1::Recipient> Update(const v1::UpdateRecipientRequest& in) {
    DSR_ASSIGN_OR_RETURN(const ExecutionResult result, World::Wait([&](ExecutionDone done) {
                           world_.registry->UpdateRecipient(in, world_.As("operator"),
                                                            std::move(done));
                         }));
    v1::Recipient recipient;
    EXPECT_TRUE(recipient.ParseFromString(result.answer));
    return recipient;
  }

  v1::Disclosure NewDisclosure(const std::string& account, const std::string& recipient) {
    v1::Disclosure disclosure;
    disclosure.set_subject_account(account);
    disclosure.set_recipient(recipient);
    disclosure.add_categories("orders");
    *disclosure.mutable_disclose_time() = ToTimestamp(world_.clock.Now());
    disclosure.set_purpose("delivery");
    disclosure.set_method("api");
    disclosure.set_basis("contract");
    disclosure.set_recipient_reference("reference-canary");
    return disclosure;
  }

  absl::StatusOr<ExecutionResult> Record(const v1::BatchCreateDisclosuresRequest& in) {
    return World::Wait([&](ExecutionDone done) {
      world_.registry->BatchCreateDisclosures(in, world_.As("registrar"), std::move(done));
    });
  }

  absl::StatusOr<ExecutionResult> RecordConsents(const v1::BatchCreateConsentsRequest& in) {
    return World::Wait([&](ExecutionDone done) {
      world_.registry->BatchCreateConsents(in, world_.As("registrar"), std::move(done));
    });
  }

  // Names the successor of a recipient; empty for none.
  absl::Status Succeed(const std::string& id, const std::string& successor) {
    v1::UpdateRecipientRequest in;
    in.mutable_recipient()->set_name("recipients/" + id);
    in.mutable_recipient()->set_successor(successor);
    in.mutable_update_mask()->add_paths("successor");
    const absl::StatusOr<v1::Recipient> updated = Update(in);
    if (updated.ok()) {
      EXPECT_EQ(updated->successor(), successor);
    }
    return updated.status();
  }

  // The fields that an error names.
  static std::vector<std::string> Fields(const absl::Status& status) {
    std::vector<std::string> fields;
    const v1::BadRequest wrong = BadRequestOf(status).value_or(v1::BadRequest());
    for (const auto& violation : wrong.field_violations()) fields.push_back(violation.field());
    return fields;
  }

  std::vector<v1::Disclosure> Disclosures(const std::string& account) {
    std::vector<v1::Disclosure> found;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(found,
                           world_.registry->ListDisclosures(view, account, std::nullopt, 100));
      return absl::OkStatus();
    }),
                IsOk());
    return found;
  }

  World world_;
};

TEST_F(RegistryTest, RegistersOnceAndAuditsIt) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient recipient,
                           Create(NewRecipient("pay"), world_.As("operator")));

  EXPECT_EQ(recipient.name(), "recipients/pay");
  EXPECT_THAT(recipient.etag(), Not(IsEmpty()));
  EXPECT_EQ(FromTimestamp(recipient.create_time()), world_.clock.Now());
  EXPECT_EQ(world_.AuditRecords().back().kind(), "recipient_created");
  EXPECT_EQ(world_.AuditRecords().back().about(), "recipients/pay");
  EXPECT_THAT(Create(NewRecipient("pay"), world_.As("operator")),
              ReasonIs(v1::ERROR_REASON_RESOURCE_EXISTS));
}

TEST_F(RegistryTest, GivesTheStoredAnswerToARepeatedCall) {
  const CallContext context = world_.As("operator");
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient first, Create(NewRecipient("pay"), context));
  world_.clock.Advance(absl::Hours(1));
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient second, Create(NewRecipient("pay"), context));

  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_THAT(world_.AuditRecords(), SizeIs(1));
}

TEST_F(RegistryTest, ChangesOnlyTheFieldsOfTheMask) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient created,
                           Create(NewRecipient("pay"), world_.As("operator")));
  v1::UpdateRecipientRequest in;
  in.mutable_recipient()->set_name("recipients/pay");
  in.mutable_recipient()->set_title("Pay Holding");
  in.mutable_recipient()->set_jurisdiction("SG");
  in.mutable_update_mask()->add_paths("title");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient updated, Update(in));

  EXPECT_EQ(updated.title(), "Pay Holding");
  EXPECT_EQ(updated.jurisdiction(), "CN");
  EXPECT_NE(updated.etag(), created.etag());
}

TEST_F(RegistryTest, ChangesTheFieldsThatAreSetWhereThereIsNoMask) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::UpdateRecipientRequest in;
  in.mutable_recipient()->set_name("recipients/pay");
  in.mutable_recipient()->set_jurisdiction("SG");

  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient updated, Update(in));

  EXPECT_EQ(updated.title(), "Pay Ltd");
  EXPECT_EQ(updated.jurisdiction(), "SG");
}

TEST_F(RegistryTest, RefusesAnUpdateOfWhatChangedSince) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::Recipient created,
                           Create(NewRecipient("pay"), world_.As("operator")));
  v1::UpdateRecipientRequest in;
  *in.mutable_recipient() = created;
  in.mutable_recipient()->set_title("Pay Holding");
  ASSERT_THAT(Update(in), IsOk());

  EXPECT_THAT(Update(in), ReasonIs(v1::ERROR_REASON_ETAG_MISMATCH));
}

TEST_F(RegistryTest, RefusesAnUpdateThatWouldMakeItInvalid) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::UpdateRecipientRequest in;
  in.mutable_recipient()->set_name("recipients/pay");
  in.mutable_update_mask()->add_paths("*");

  EXPECT_THAT(Update(in), StatusIs(absl::StatusCode::kInvalidArgument));
  in.mutable_update_mask()->set_paths(0, "no_such_field");
  EXPECT_THAT(Update(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  in.mutable_recipient()->set_name("recipients/unknown");
  EXPECT_THAT(Update(in), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(RegistryTest, RecordsDisclosuresSealedAndFindsThemByAccount) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest in;
  *in.add_disclosures() = NewDisclosure("account-canary", "recipients/pay");
  *in.add_disclosures() = NewDisclosure("account-canary", "recipients/pay");
  *in.add_disclosures() = NewDisclosure("other-canary", "recipients/pay");

  DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult result, Record(in));

  v1::BatchCreateDisclosuresResponse response;
  ASSERT_TRUE(response.ParseFromString(result.answer));
  EXPECT_THAT(response.disclosures(), SizeIs(3));
  EXPECT_THAT(result.answer, Not(HasSubstr("canary")));
  EXPECT_THAT(Disclosures("account-canary"), SizeIs(2));
  EXPECT_THAT(Disclosures("other-canary"), SizeIs(1));
  EXPECT_THAT(Disclosures("unknown"), IsEmpty());
  EXPECT_THAT(world_.FileBytes(), Not(HasSubstr("canary")));
}

TEST_F(RegistryTest, OpensADisclosureWithItsSubjectsKey) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest in;
  *in.add_disclosures() = NewDisclosure("account-1", "recipients/pay");
  ASSERT_THAT(Record(in), IsOk());
  v1::Disclosure disclosure = Disclosures("account-1").front();

  ASSERT_THAT(world_.store->Read(
                  [&](ReadView& view) { return world_.reader->OpenDisclosure(view, disclosure); }),
              IsOk());

  EXPECT_EQ(disclosure.subject_account(), "account-1");
  EXPECT_EQ(disclosure.recipient_reference(), "reference-canary");
}

TEST_F(RegistryTest, RecordsAllDisclosuresOrNone) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest in;
  *in.add_disclosures() = NewDisclosure("account-1", "recipients/pay");
  *in.add_disclosures() = NewDisclosure("account-1", "recipients/nobody");

  const absl::Status status = Record(in).status();

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "disclosures[1].recipient");
  EXPECT_THAT(Disclosures("account-1"), IsEmpty());
}

TEST_F(RegistryTest, OnwardRecipientsAreOthersAndRegistered) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  ASSERT_THAT(Create(NewRecipient("carrier"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest in;
  for (const char* onward : {"recipients/carrier", "recipients/nobody", "recipients/pay"}) {
    v1::Disclosure& disclosure = *in.add_disclosures();
    disclosure = NewDisclosure("account-1", "recipients/pay");
    disclosure.add_onward_recipients(onward);
  }

  EXPECT_THAT(Fields(Record(in).status()), ElementsAre("disclosures[2].onward_recipients"));
  in.mutable_disclosures()->RemoveLast();
  EXPECT_THAT(Fields(Record(in).status()), ElementsAre("disclosures[1].onward_recipients"));
  in.mutable_disclosures()->RemoveLast();
  EXPECT_THAT(Record(in), IsOk());
}

TEST_F(RegistryTest, NamesEveryRowOfABatchWhoseRecipientIsNotRegistered) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest disclosures;
  for (int i = 0; i < 1000; ++i) {
    const char* recipient = i % 2 == 0 ? "recipients/nobody" : "recipients/pay";
    *disclosures.add_disclosures() = NewDisclosure("account-1", recipient);
  }
  v1::BatchCreateConsentsRequest consents;
  for (const char* recipient : {"recipients/nobody", "recipients/pay", "recipients/no-one"}) {
    v1::Consent& consent = *consents.add_consents();
    consent.set_subject_account("account-1");
    consent.set_purpose("ads");
    consent.add_categories("orders");
    consent.add_recipients(recipient);
    *consent.mutable_give_time() = ToTimestamp(world_.clock.Now());
    consent.set_evidence("form 7");
  }

  const absl::Status refused = Record(disclosures).status();
  const absl::Status refused_consents = RecordConsents(consents).status();

  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  ASSERT_THAT(Fields(refused), SizeIs(500));
  EXPECT_EQ(Fields(refused).back(), "disclosures[998].recipient");
  EXPECT_EQ(BadRequestOf(refused)->field_violations(0).description(), "is not registered");
  EXPECT_THAT(Fields(refused_consents),
              ElementsAre("consents[0].recipients", "consents[2].recipients"));
  EXPECT_THAT(Disclosures("account-1"), IsEmpty());
}

TEST_F(RegistryTest, ASuccessorIsARegisteredRecipientAndNotOneWhoseDutiesComeBack) {
  for (const char* id : {"one", "two", "three"}) {
    ASSERT_THAT(Create(NewRecipient(id), world_.As("operator")), IsOk());
  }
  v1::CreateRecipientRequest orphan = NewRecipient("four");
  orphan.mutable_recipient()->set_successor("recipients/nobody");
  ASSERT_THAT(Succeed("one", "recipients/two"), IsOk());
  ASSERT_THAT(Succeed("two", "recipients/three"), IsOk());

  EXPECT_THAT(Fields(Create(orphan, world_.As("operator")).status()),
              ElementsAre("recipient.successor"));
  EXPECT_THAT(Fields(Succeed("three", "recipients/nobody")), ElementsAre("recipient.successor"));
  EXPECT_THAT(Fields(Succeed("three", "recipients/three")), ElementsAre("recipient.successor"));
  EXPECT_THAT(Fields(Succeed("three", "recipients/one")), ElementsAre("recipient.successor"));
}

TEST_F(RegistryTest, ASuccessorCanBeTakenBack) {
  ASSERT_THAT(Create(NewRecipient("one"), world_.As("operator")), IsOk());
  ASSERT_THAT(Create(NewRecipient("two"), world_.As("operator")), IsOk());
  ASSERT_THAT(Succeed("one", "recipients/two"), IsOk());

  EXPECT_THAT(Succeed("one", ""), IsOk());

  EXPECT_THAT(Succeed("two", "recipients/one"), IsOk());
}

TEST_F(RegistryTest, ADisclosureRecordedBeforeAndARequestFiledAfterAreOneSubject) {
  ASSERT_THAT(Create(NewRecipient("pay"), world_.As("operator")), IsOk());
  v1::BatchCreateDisclosuresRequest in;
  *in.add_disclosures() = NewDisclosure("account-1", "recipients/pay");
  ASSERT_THAT(Record(in), IsOk());
  const RequestId id = world_.FileOne("access", "account-1");

  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const auto subject,
                         view.FindSubject(world_.secrets.AccountHash("account-1")));
    EXPECT_EQ(std::string(subject->id.bytes()), world_.Record(id).state().subject_id());
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(RegistryTest, NamesEveryWrongFieldOfABatch) {
  v1::BatchCreateDisclosuresRequest in;
  v1::Disclosure& disclosure = *in.add_disclosures() = NewDisclosure("", "pay");
  disclosure.add_categories("no-such-category");
  *disclosure.mutable_disclose_time() = ToTimestamp(world_.clock.Now() + absl::Seconds(1));
  disclosure.set_purpose(std::string(201, 'x'));

  const absl::Status status = Record(in).status();

  EXPECT_THAT(Fields(status),
              ElementsAre("disclosures[0].subject_account", "disclosures[0].recipient",
                          "disclosures[0].categories[1]", "disclosures[0].disclose_time",
                          "disclosures[0].purpose"));
}

TEST_F(RegistryTest, RefusesIdsThatAreNoNames) {
  for (const char* id : {"", "Pay", "1pay", "pay_ltd", "a/b"}) {
    EXPECT_THAT(Create(NewRecipient(id), world_.As("operator")),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << id;
  }
  EXPECT_THAT(Create(NewRecipient(std::string(41, 'a')), world_.As("operator")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RegistryTest, NobodyElseIsTheSystemThatDsrdIs) {
  v1::CreateDataSystemRequest in;
  in.set_data_system_id("dsrd");
  in.mutable_data_system()->set_title("Impostor");
  in.mutable_data_system()->add_task_kinds(v1::TASK_KIND_RESOLVE_CONTACT);

  EXPECT_THAT(World::Wait([&](ExecutionDone done) {
                world_.registry->CreateDataSystem(in, world_.As("operator"), std::move(done));
              }),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

}  // namespace
}  // namespace dsr
