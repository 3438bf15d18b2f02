#include "app/account_merges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class AccountMergesTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::AccountMerge> Merge(const std::string& account, const std::string& into) {
    v1::MergeAccountsRequest in;
    in.set_subject_account(account);
    in.set_into_account(into);
    DSR_ASSIGN_OR_RETURN(const ExecutionResult result, World::Wait([&](ExecutionDone done) {
                           world_.registry->MergeAccounts(in, world_.As("registrar"),
                                                          std::move(done));
                         }));
    v1::AccountMerge merge;
    EXPECT_TRUE(merge.ParseFromString(result.answer));
    return merge;
  }

  // Registers a recipient that got data of the account, after all that were registered before.
  void AddRecipient(const std::string& id, const std::string& account) {
    world_.clock.Advance(absl::Seconds(1));
    world_.AddRecipient(id, account, {"orders"});
  }
  RequestId FileDeletion(const std::string& account) {
    storage::v1::RequestFiled filed = World::Filed("deletion", account);
    filed.add_categories("orders");
    filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_NO_CONSENT);
    const auto result = world_.File(std::move(filed), world_.As("intake"));
    EXPECT_THAT(result, IsOk());
    return *ParseRequestName(result->answer);
  }

  template <class Value>
  Value Read(const std::function<absl::StatusOr<Value>(ReadView&)>& read) {
    Value value;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(value, read(view));
      return absl::OkStatus();
    }),
                IsOk());
    return value;
  }
  std::vector<std::string> Recipients(const std::vector<v1::Disclosure>& disclosures) {
    std::vector<std::string> recipients;
    for (const v1::Disclosure& disclosure : disclosures) {
      recipients.push_back(disclosure.recipient());
    }
    return recipients;
  }
  // Who got data of the account's holder.
  std::vector<std::string> Told(const std::string& account) {
    return Recipients(Read<std::vector<v1::Disclosure>>([&](ReadView& view) {
      return world_.registry->ListDisclosures(view, account, std::nullopt, 100);
    }));
  }
  Facts FactsOf(const RequestId& request) {
    const storage::v1::RequestRecord record = world_.Record(request);
    return Read<Facts>([&](ReadView& view) -> absl::StatusOr<Facts> {
      DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
      return SubjectFacts(view, scope, request);
    });
  }
  std::vector<std::string> Siblings(const RequestId& request) {
    std::vector<std::string> names;
    const Facts facts = FactsOf(request);
    for (const storage::v1::RequestState& sibling : facts.siblings) {
      names.push_back(sibling.request().name());
    }
    return names;
  }
  std::string SubjectOf(const RequestId& request) {
    return world_.Record(request).state().request().subject();
  }
  void PlaceHold(const std::string& account) {
    v1::PlaceHoldRequest in;
    in.mutable_hold()->set_subject_account(account);
    in.mutable_hold()->set_ground(v1::HOLD_GROUND_LAWSUIT);
    in.mutable_hold()->set_law("Civil Procedure Law, article 84");
    in.mutable_hold()->set_reason("a lawsuit");
    ASSERT_THAT(World::Wait([&](ExecutionDone done) {
                  world_.holds->Place(in, world_.As("officer"), std::move(done));
                }),
                IsOk());
  }
  // The account is closed, together with those that are named.
  void Close(const std::vector<std::string>& accounts) {
    ASSERT_THAT(TransactAndWait(*world_.store,
                                [&](Transaction& transaction) -> absl::Status {
                                  for (const std::string& account : accounts) {
                                    DSR_ASSIGN_OR_RETURN(const auto subject,
                                                         transaction.FindSubject(
                                                             world_.secrets.AccountHash(account)));
                                    DSR_RETURN_IF_ERROR(transaction.RetireSubject(subject->id));
                                  }
                                  return absl::OkStatus();
                                }),
                IsOk());
  }

  World world_;
};

TEST_F(AccountMergesTest, MergesAndAuditsItWithoutAnAccount) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::AccountMerge merge, Merge("canary-old", "canary-kept"));

  EXPECT_EQ(FromTimestamp(merge.merge_time()), world_.clock.Now());
  EXPECT_NE(merge.subject(), merge.into_subject());
  EXPECT_EQ(SubjectOf(world_.FileOne("access", "canary-old")), merge.into_subject());
  EXPECT_EQ(SubjectOf(world_.FileOne("access", "canary-kept")), merge.into_subject());
  EXPECT_EQ(world_.AuditRecords().back().kind(), "accounts_merged");
  EXPECT_EQ(world_.AuditRecords().back().about(),
            absl::StrCat(merge.subject(), " into ", merge.into_subject()));
  EXPECT_THAT(world_.FileBytes(), Not(HasSubstr("canary-")));
}

TEST_F(AccountMergesTest, ShowsWhatWasRecordedForEitherAccount) {
  AddRecipient("ads", "old");
  AddRecipient("pay", "kept");
  ASSERT_THAT(Told("old"), ElementsAre("recipients/ads"));

  ASSERT_THAT(Merge("old", "kept"), IsOk());
  AddRecipient("ship", "old");

  EXPECT_THAT(Told("old"), ElementsAre("recipients/ads", "recipients/pay", "recipients/ship"));
  EXPECT_THAT(Told("kept"), ElementsAre("recipients/ads", "recipients/pay", "recipients/ship"));
  const auto second = Read<std::vector<v1::Disclosure>>([&](ReadView& view) {
    return world_.registry->ListDisclosures(view, "kept", std::nullopt, 2);
  });
  EXPECT_THAT(Recipients(second), ElementsAre("recipients/ads", "recipients/pay"));
}

TEST_F(AccountMergesTest, LeavesARequestAsWideAsItWasFiled) {
  AddRecipient("ads", "old");
  AddRecipient("pay", "kept");
  const RequestId of_old = FileDeletion("old");
  const RequestId of_kept = FileDeletion("kept");
  const std::string subject = SubjectOf(of_old);

  ASSERT_THAT(Merge("old", "kept"), IsOk());
  const RequestId of_both = FileDeletion("old");

  EXPECT_EQ(SubjectOf(of_old), subject);
  EXPECT_THAT(Recipients(FactsOf(of_old).disclosures), ElementsAre("recipients/ads"));
  EXPECT_THAT(Recipients(FactsOf(of_kept).disclosures), ElementsAre("recipients/pay"));
  EXPECT_THAT(Recipients(FactsOf(of_both).disclosures),
              ElementsAre("recipients/ads", "recipients/pay"));
}

TEST_F(AccountMergesTest, MakesSiblingsOfTheRequestsThatAreAboutTheSameData) {
  const RequestId of_old = world_.FileOne("access", "old");
  const RequestId of_kept = world_.FileOne("access", "kept");
  ASSERT_THAT(Siblings(of_old), IsEmpty());

  ASSERT_THAT(Merge("old", "kept"), IsOk());
  EXPECT_THAT(Siblings(of_old), IsEmpty());
  EXPECT_THAT(Siblings(of_kept), IsEmpty());
  const RequestId of_both = world_.FileOne("access", "kept");

  EXPECT_THAT(Siblings(of_old), ElementsAre(RequestName(of_both)));
  EXPECT_THAT(Siblings(of_kept), ElementsAre(RequestName(of_both)));
  EXPECT_THAT(Siblings(of_both),
              ::testing::UnorderedElementsAre(RequestName(of_old), RequestName(of_kept)));
}

TEST_F(AccountMergesTest, FollowsAChainToItsEnd) {
  AddRecipient("ads", "first");
  AddRecipient("pay", "second");
  ASSERT_THAT(Merge("first", "second"), IsOk());
  const RequestId between = FileDeletion("second");
  ASSERT_THAT(Merge("second", "third"), IsOk());
  AddRecipient("ship", "third");

  EXPECT_THAT(Told("first"), ElementsAre("recipients/ads", "recipients/pay", "recipients/ship"));
  EXPECT_THAT(Recipients(FactsOf(between).disclosures),
              ElementsAre("recipients/ads", "recipients/pay"));
  // Into an account that was itself merged is into where that one went.
  DSR_ASSERT_OK_AND_ASSIGN(const v1::AccountMerge merge, Merge("fourth", "first"));
  EXPECT_EQ(merge.into_subject(), SubjectOf(world_.FileOne("access", "third")));
}

TEST_F(AccountMergesTest, RefusesACircleByNameOfTheField) {
  ASSERT_THAT(Merge("first", "second"), IsOk());
  ASSERT_THAT(Merge("second", "third"), IsOk());

  for (const auto& [account, into] : {std::pair("third", "first"), std::pair("third", "third")}) {
    const absl::Status refused = Merge(account, into).status();

    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
    EXPECT_EQ(BadRequestOf(refused)->field_violations(0).field(), "into_account");
  }
  v1::MergeAccountsRequest empty;
  EXPECT_THAT(World::Wait([&](ExecutionDone done) {
                world_.registry->MergeAccounts(empty, world_.As("registrar"), std::move(done));
              }),
              ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
}

TEST_F(AccountMergesTest, MergesAgainIntoTheSameOnlyAndTellsTheFirstTime) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::AccountMerge first, Merge("old", "kept"));
  world_.clock.Advance(absl::Hours(1));

  DSR_ASSERT_OK_AND_ASSIGN(const v1::AccountMerge again, Merge("old", "kept"));

  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  const absl::Status refused = Merge("old", "third").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_ALREADY_ENDED));
}

TEST_F(AccountMergesTest, OpensWhatWasSealedWithTheKeyOfTheMergedSubject) {
  AddRecipient("ads", "old");
  ASSERT_THAT(Merge("old", "kept"), IsOk());

  const auto opened = Read<v1::Disclosure>([&](ReadView& view) -> absl::StatusOr<v1::Disclosure> {
    DSR_ASSIGN_OR_RETURN(std::vector<v1::Disclosure> all,
                         world_.registry->ListDisclosures(view, "kept", std::nullopt, 9));
    EXPECT_THAT(all, SizeIs(1));
    DSR_RETURN_IF_ERROR(world_.reader->OpenDisclosure(view, all.front()));
    return all.front();
  });

  EXPECT_EQ(opened.subject_account(), "old");
}

TEST_F(AccountMergesTest, HeedsAHoldPlacedSinceInRequestsOfBefore) {
  PlaceHold("kept");
  const RequestId of_old = FileDeletion("old");
  world_.clock.Advance(absl::Hours(1));
  ASSERT_THAT(Merge("old", "kept"), IsOk());
  EXPECT_THAT(FactsOf(of_old).holds, IsEmpty());
  world_.clock.Advance(absl::Hours(1));

  PlaceHold("old");

  EXPECT_THAT(FactsOf(of_old).holds, SizeIs(1));
  v1::ListHoldsRequest in;
  in.set_request(RequestName(of_old));
  EXPECT_THAT(Read<std::vector<v1::Hold>>(
                  [&](ReadView& view) { return world_.holds->List(view, in, std::nullopt, 9); }),
              SizeIs(1));
  v1::ListHoldsRequest of_account;
  of_account.set_subject_account("old");
  EXPECT_THAT(Read<std::vector<v1::Hold>>([&](ReadView& view) {
                return world_.holds->List(view, of_account, std::nullopt, 9);
              }),
              SizeIs(2));
}

TEST_F(AccountMergesTest, IsItselfAgainWhenOnlyTheOtherAccountIsClosed) {
  AddRecipient("ads", "old");
  AddRecipient("pay", "kept");
  const std::string before = SubjectOf(world_.FileOne("access", "old"));
  ASSERT_THAT(Merge("old", "kept"), IsOk());

  Close({"kept"});

  // What closed it did not reach what was recorded of this one, so that must stay in reach.
  EXPECT_EQ(SubjectOf(world_.FileOne("access", "old")), before);
  EXPECT_THAT(Told("old"), ElementsAre("recipients/ads"));
  EXPECT_THAT(Told("kept"), IsEmpty());
  EXPECT_THAT(Merge("old", "new"), IsOk());
}

TEST_F(AccountMergesTest, BelongsToNobodyWhenBothAreClosed) {
  AddRecipient("ads", "old");
  const std::string before = SubjectOf(world_.FileOne("access", "old"));
  DSR_ASSERT_OK_AND_ASSIGN(const v1::AccountMerge merge, Merge("old", "kept"));

  Close({"old", "kept"});

  EXPECT_THAT(Told("old"), IsEmpty());
  const std::string returned = SubjectOf(world_.FileOne("access", "old"));
  EXPECT_NE(returned, before);
  EXPECT_NE(returned, merge.into_subject());
}

}  // namespace
}  // namespace dsr
