#include "app/answer_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "app/transfer_disclosure.h"
#include "dsr/workflow/definitions.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kNothing[] = "We hold nothing of this kind.";
constexpr char kLaw[] = "E-Commerce Law, article 31";

class AnswerPagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Finding> findings;
    DSR_ASSERT_OK_AND_ASSIGN(const DefinitionFiles files,
                             LoadDefinitionFiles(DSR_SOURCE_DIR "/workflows", &findings));
    DSR_ASSERT_OK_AND_ASSIGN(rulebook_,
                             MakeRulebook(v1::Pins(), files.workflows.at("access"), files.policy,
                                          files.calendar, files.templates));
    request_.set_language("en");
    for (const char* category : {"orders", "payments"}) request_.add_categories(category);
  }

  v1::CategoryOutcome& AddOutcome(v1::Disposition disposition, int records, int retained = 0) {
    v1::CategoryOutcome& outcome = *request_.add_outcomes();
    outcome.set_category("orders");
    outcome.set_disposition(disposition);
    outcome.set_records(records);
    outcome.set_retained_records(retained);
    return outcome;
  }
  void RefusePayments() {
    v1::PartialRefusal& refusal = *request_.add_partial_refusals();
    refusal.add_categories("payments");
    refusal.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
    refusal.set_reason("they are those of <another> person");
  }
  v1::Disclosure& AddDisclosure(const std::string& category) {
    v1::Disclosure& disclosure = disclosures_.emplace_back();
    disclosure.set_recipient("recipients/bank");
    disclosure.add_categories(category);
    return disclosure;
  }

  std::string Standing(const std::string& category, bool has_records = false) const {
    return AnswerPages(*rulebook_, request_).CategoryStanding(category, has_records);
  }
  std::string Recipients() const {
    return AnswerPages(*rulebook_, request_).Recipients(disclosures_, {});
  }

  std::shared_ptr<const Rulebook> rulebook_;
  v1::Request request_;
  std::vector<v1::Disclosure> disclosures_;
};

TEST_F(AnswerPagesTest, ShowsRestrictedRecordsAsHeldWithTheirLawAndTheirLastDay) {
  v1::CategoryOutcome& kept = AddOutcome(v1::DISPOSITION_RESTRICTED, 0, 2);
  kept.set_law(kLaw);
  kept.mutable_retained_until()->set_year(2029);
  kept.mutable_retained_until()->set_month(1);
  kept.mutable_retained_until()->set_day(2);

  const std::string english = Standing("orders");
  request_.set_language("zh-CN");
  const std::string chinese = Standing("orders");

  EXPECT_THAT(english, Not(HasSubstr(kNothing)));
  EXPECT_THAT(english, HasSubstr("2 records in storage only"));
  EXPECT_THAT(english, HasSubstr("<dt>Until</dt><dd>2 January 2029</dd>"));
  EXPECT_THAT(english, HasSubstr("<dt>Law</dt><dd>E-Commerce Law, article 31</dd>"));
  EXPECT_THAT(chinese, HasSubstr("2条仅作存储"));
  EXPECT_THAT(chinese, HasSubstr("2029年1月2日"));
  EXPECT_THAT(chinese, HasSubstr("《中华人民共和国电子商务法》第三十一条"));
}

TEST_F(AnswerPagesTest, ShowsWhatIsTechnicallyHardToEraseAsHeldWithoutADay) {
  AddOutcome(v1::DISPOSITION_RESTRICTED, 0, 1).set_hard_reason("backup tapes");

  const std::string page = Standing("orders");

  EXPECT_THAT(page, Not(HasSubstr(kNothing)));
  EXPECT_THAT(page, HasSubstr("1 record in storage only"));
  EXPECT_THAT(page, HasSubstr("not known yet"));
  EXPECT_THAT(page, HasSubstr("backup tapes"));
}

TEST_F(AnswerPagesTest, NamesNoLastDayWhereAHoldOfAnotherSystemHasNone) {
  v1::CategoryOutcome& ends = AddOutcome(v1::DISPOSITION_RESTRICTED, 0, 2);
  ends.mutable_retained_until()->set_year(2029);
  ends.mutable_retained_until()->set_month(1);
  ends.mutable_retained_until()->set_day(2);
  AddOutcome(v1::DISPOSITION_RESTRICTED, 0, 1).set_law("a court's order");

  EXPECT_THAT(Standing("orders"), HasSubstr("<dt>Until</dt><dd>not known yet</dd>"));
}

TEST_F(AnswerPagesTest, TellsOfARefusedCategoryTheGroundAndTheReason) {
  RefusePayments();

  const std::string page = Standing("payments");

  EXPECT_THAT(page, Not(HasSubstr(kNothing)));
  EXPECT_THAT(page, HasSubstr("Not provided."));
  EXPECT_THAT(page, HasSubstr("the lawful rights of others"));
  EXPECT_THAT(page, HasSubstr("they are those of &lt;another&gt; person"));
}

TEST_F(AnswerPagesTest, SaysThatNothingIsHeldOnlyWhereNothingIs) {
  EXPECT_THAT(Standing("payments"), HasSubstr(kNothing));
  EXPECT_THAT(Standing("payments", /*has_records=*/true), IsEmpty());
  AddOutcome(v1::DISPOSITION_PROVIDED, 3);
  EXPECT_THAT(Standing("orders"), Not(HasSubstr(kNothing)));
  EXPECT_THAT(Standing("orders"), HasSubstr("3 records"));
}

TEST_F(AnswerPagesTest, ListsNoRecipientOfARefusedCategory) {
  RefusePayments();
  AddDisclosure("payments").set_purpose("to settle accounts");
  EXPECT_THAT(Recipients(), HasSubstr("None"));

  AddDisclosure("orders").set_purpose("to deliver");

  EXPECT_THAT(Recipients(), HasSubstr("to deliver"));
  EXPECT_THAT(Recipients(), Not(HasSubstr("to settle accounts")));
}

TEST_F(AnswerPagesTest, TellsATransferInTheReadersLanguage) {
  v1::Disclosure& transfer = AddDisclosure("orders");
  transfer.set_purpose(kTransferPurpose);
  transfer.set_method(kTransferMethod);
  transfer.set_basis(kTransferBasis);
  request_.set_language("zh-CN");

  const std::string table = Recipients();

  EXPECT_THAT(table, HasSubstr("<td>应您的请求转移</td><td>数据包</td>"));
  EXPECT_THAT(table, Not(HasSubstr("transfer")));
}

TEST_F(AnswerPagesTest, TellsAnotherHandlerNeitherRefusalsNorHoldsNorWhoElseReceivedTheData) {
  request_.mutable_transfer()->set_recipient("recipients/bank");
  RefusePayments();
  AddOutcome(v1::DISPOSITION_RESTRICTED, 0, 2).set_law("a court's order");
  AddDisclosure("orders").set_purpose("to deliver");

  EXPECT_THAT(AnswerPages(*rulebook_, request_).Categories(), ::testing::ElementsAre("orders"));
  EXPECT_THAT(Standing("orders"), HasSubstr("Not included."));
  EXPECT_THAT(Standing("orders"), Not(HasSubstr("court")));
  EXPECT_THAT(Recipients(), IsEmpty());
}

}  // namespace
}  // namespace dsr
