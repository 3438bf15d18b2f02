// The Store contract: what is kept about subjects beside their requests (consents, holds), and
// subjects whose account was closed or merged into another's.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/store_contract.h"

namespace dsr {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Ne;
using ::testing::Not;
using ::testing::SizeIs;

// What the tests of consents do with them, and those of holds with holds: one contract, two tables.
struct Consents {
  using Resource = v1::Consent;

  static absl::Status Put(Transaction& t, const RecordId& id, const SubjectId& subject,
                          const v1::Consent& consent, absl::string_view sealed) {
    return t.PutConsent(id, subject, consent, sealed);
  }
  static absl::StatusOr<std::vector<v1::Consent>> List(ReadView& view, const SubjectId& subject,
                                                       const std::optional<RecordId>& after,
                                                       int limit) {
    return view.ListConsents(subject, after, limit);
  }
  static void End(v1::Consent& consent) { consent.set_state(v1::CONSENT_STATE_WITHDRAWN); }
};

struct Holds {
  using Resource = v1::Hold;

  static absl::Status Put(Transaction& t, const RecordId& id, const SubjectId& subject,
                          const v1::Hold& hold, absl::string_view sealed) {
    return t.PutHold(id, subject, hold, sealed);
  }
  static absl::StatusOr<std::vector<v1::Hold>> List(ReadView& view, const SubjectId& subject,
                                                    const std::optional<RecordId>& after,
                                                    int limit) {
    return view.ListHolds(subject, after, limit);
  }
  static void End(v1::Hold& hold) { hold.set_state(v1::Hold::STATE_LIFTED); }
};

class SubjectContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    ASSERT_THAT(Put(first_), IsOk());
    ASSERT_THAT(Put(second_), IsOk());
  }

  absl::Status Put(const SubjectRecord& subject) {
    return Write([&](Transaction& t) { return t.PutSubject(subject); });
  }
  absl::Status Retire(const SubjectId& subject) {
    return Write([&](Transaction& t) { return t.RetireSubject(subject); });
  }
  // Whom the account belongs to, if to anybody.
  std::optional<SubjectId> Holder(const std::string& account_hash) {
    const auto found = Read([&](ReadView& v) { return v.FindSubject(account_hash); });
    EXPECT_THAT(found, IsOk());
    return found.ok() && found->has_value() ? std::optional((*found)->id) : std::nullopt;
  }

  absl::Status Merge(const SubjectId& subject, const SubjectId& into, absl::Time time = kNow) {
    return Write([&](Transaction& t) { return t.PutMerge({subject, into, time}); });
  }
  auto MergedInto(const SubjectId& into) {
    return Read([&](ReadView& v) { return v.ListMergedInto(into); });
  }
  // Whose the subject's account became, if it was merged.
  std::optional<SubjectId> Target(const SubjectId& subject) {
    const auto found = Read([&](ReadView& v) { return v.FindMerge(subject); });
    EXPECT_THAT(found, IsOk());
    return found.ok() && found->has_value() ? std::optional((*found)->into) : std::nullopt;
  }

  static RecordId IdOf(int number) {
    return SampleId<RecordId>(kNow + absl::Milliseconds(number), number);
  }
  template <class Table>
  static typename Table::Resource Made(int number) {
    typename Table::Resource resource;
    resource.set_name(absl::StrCat("records/", IdOf(number).ToString()));
    resource.add_categories("orders");
    return resource;
  }
  template <class Table>
  absl::Status Put(int number, const SubjectId& subject) {
    return Write([&](Transaction& t) {
      return Table::Put(t, IdOf(number), subject, Made<Table>(number), "box");
    });
  }
  template <class Table>
  auto List(const SubjectId& subject, const std::optional<RecordId>& after = std::nullopt,
            int limit = 100) {
    return Read([&](ReadView& v) { return Table::List(v, subject, after, limit); });
  }

  template <class Table>
  void ListsThoseOfOneSubjectById();
  template <class Table>
  void ComesInPages();
  template <class Table>
  void ReplacesWhatHasThatId();
  template <class Table>
  void UndoesWhatAFailedBodyWrote();

  const SubjectRecord first_ = {SampleId<SubjectId>(kNow, 1), std::string(32, 'a'), 1};
  const SubjectRecord second_ = {SampleId<SubjectId>(kNow, 2), std::string(32, 'b'), 2};
  // Not put yet.
  const SubjectRecord third_ = {SampleId<SubjectId>(kNow, 3), std::string(32, 'c'), 3};
};

// Consents and holds

template <class Table>
void SubjectContract::ListsThoseOfOneSubjectById() {
  EXPECT_THAT(List<Table>(first_.id), IsOkAndHolds(IsEmpty()));
  for (const int number : {3, 1, 2}) ASSERT_THAT(Put<Table>(number, first_.id), IsOk());
  ASSERT_THAT(Put<Table>(4, second_.id), IsOk());

  Reopen();

  EXPECT_THAT(List<Table>(first_.id),
              IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(1)), EqualsProto(Made<Table>(2)),
                                       EqualsProto(Made<Table>(3)))));
  EXPECT_THAT(List<Table>(second_.id), IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(4)))));
  EXPECT_THAT(List<Table>(SampleId<SubjectId>(kNow, 9)), IsOkAndHolds(IsEmpty()));
}

TEST_P(SubjectContract, ListsTheConsentsOfOneSubjectById) {
  ListsThoseOfOneSubjectById<Consents>();
}

TEST_P(SubjectContract, ListsTheHoldsOfOneSubjectById) { ListsThoseOfOneSubjectById<Holds>(); }

template <class Table>
void SubjectContract::ComesInPages() {
  for (int number = 0; number < 5; ++number) ASSERT_THAT(Put<Table>(number, first_.id), IsOk());

  EXPECT_THAT(List<Table>(first_.id, std::nullopt, 2),
              IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(0)), EqualsProto(Made<Table>(1)))));
  EXPECT_THAT(List<Table>(first_.id, IdOf(1), 2),
              IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(2)), EqualsProto(Made<Table>(3)))));
  EXPECT_THAT(List<Table>(first_.id, IdOf(3), 2),
              IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(4)))));
  EXPECT_THAT(List<Table>(first_.id, IdOf(4), 2), IsOkAndHolds(IsEmpty()));
}

TEST_P(SubjectContract, ListsConsentsInPages) { ComesInPages<Consents>(); }

TEST_P(SubjectContract, ListsHoldsInPages) { ComesInPages<Holds>(); }

template <class Table>
void SubjectContract::ReplacesWhatHasThatId() {
  ASSERT_THAT(Put<Table>(1, first_.id), IsOk());
  ASSERT_THAT(Put<Table>(2, first_.id), IsOk());
  typename Table::Resource ended = Made<Table>(1);
  Table::End(ended);

  ASSERT_THAT(Write([&](Transaction& t) { return Table::Put(t, IdOf(1), first_.id, ended, ""); }),
              IsOk());

  EXPECT_THAT(List<Table>(first_.id),
              IsOkAndHolds(ElementsAre(EqualsProto(ended), EqualsProto(Made<Table>(2)))));
}

TEST_P(SubjectContract, ReplacesAConsentInItsPlace) { ReplacesWhatHasThatId<Consents>(); }

TEST_P(SubjectContract, ReplacesAHoldInItsPlace) { ReplacesWhatHasThatId<Holds>(); }

template <class Table>
void SubjectContract::UndoesWhatAFailedBodyWrote() {
  ASSERT_THAT(Put<Table>(1, first_.id), IsOk());
  typename Table::Resource ended = Made<Table>(1);
  Table::End(ended);

  const absl::Status status = Write([&](Transaction& t) {
    EXPECT_THAT(Table::Put(t, IdOf(1), first_.id, ended, ""), IsOk());
    EXPECT_THAT(Table::Put(t, IdOf(2), first_.id, Made<Table>(2), "box"), IsOk());
    // It sees what it wrote itself.
    EXPECT_THAT(Table::List(t, first_.id, std::nullopt, 9),
                IsOkAndHolds(ElementsAre(EqualsProto(ended), EqualsProto(Made<Table>(2)))));
    return absl::CancelledError("no");
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(List<Table>(first_.id), IsOkAndHolds(ElementsAre(EqualsProto(Made<Table>(1)))));
}

TEST_P(SubjectContract, UndoesTheConsentsOfABodyThatFails) {
  UndoesWhatAFailedBodyWrote<Consents>();
}

TEST_P(SubjectContract, UndoesTheHoldsOfABodyThatFails) { UndoesWhatAFailedBodyWrote<Holds>(); }

TEST_P(SubjectContract, FindsAHoldAndWhoseItIs) {
  ASSERT_THAT(Put<Holds>(1, first_.id), IsOk());
  ASSERT_THAT(Put<Holds>(2, second_.id), IsOk());

  const auto found = Read([](ReadView& v) { return v.FindHold(IdOf(2)); });
  const auto unknown = Read([](ReadView& v) { return v.FindHold(IdOf(3)); });

  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->first, second_.id);
  EXPECT_THAT(found->second, EqualsProto(Made<Holds>(2)));
  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(unknown.status(), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

// Closed accounts

TEST_P(SubjectContract, FindsARetiredSubjectByIdAndUnderNoAccount) {
  ASSERT_THAT(Retire(first_.id), IsOk());

  Reopen();

  EXPECT_THAT(Holder(first_.account_hash), Eq(std::nullopt));
  EXPECT_THAT(Holder(second_.account_hash), Eq(second_.id));
  const auto retired = Read([&](ReadView& v) { return v.FindSubjectById(first_.id); });
  ASSERT_THAT(retired, IsOk());
  EXPECT_EQ(retired->key_number, first_.key_number);
  // Whoever has the rows cannot tell that two subjects had the same account.
  EXPECT_NE(retired->account_hash, first_.account_hash);
  EXPECT_THAT(Holder(retired->account_hash), Ne(second_.id));
}

TEST_P(SubjectContract, KnowsAReturningAccountAsANewSubjectWithoutAPast) {
  RequestSample request(1, kNow);
  request.SetSubject(first_.id);
  ASSERT_THAT(Write(request.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Put<Holds>(1, first_.id), IsOk());
  ASSERT_THAT(Put<Consents>(2, first_.id), IsOk());
  ASSERT_THAT(Retire(first_.id), IsOk());
  const SubjectRecord returned = {SampleId<SubjectId>(kNow, 3), first_.account_hash, 3};

  ASSERT_THAT(Put(returned), IsOk());

  EXPECT_THAT(Holder(first_.account_hash), Eq(returned.id));
  EXPECT_THAT(List<Holds>(returned.id), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(List<Consents>(returned.id), IsOkAndHolds(IsEmpty()));
  const auto requests_of = [&](const SubjectId& subject) {
    return Read([&](ReadView& v) {
      RequestQuery query;
      query.subject = subject;
      return v.ListRequests(query);
    });
  };
  EXPECT_THAT(requests_of(returned.id), IsOkAndHolds(IsEmpty()));
  // What the company must keep about the former subject stays with it.
  EXPECT_THAT(requests_of(first_.id), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(List<Holds>(first_.id), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(List<Consents>(first_.id), IsOkAndHolds(SizeIs(1)));
}

TEST_P(SubjectContract, NeverGivesTheKeyOfARetiredSubjectToAnother) {
  ASSERT_THAT(Retire(second_.id), IsOk());

  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }),
              IsOkAndHolds(second_.key_number));
  EXPECT_THAT(Put({SampleId<SubjectId>(kNow, 3), second_.account_hash, second_.key_number}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Holder(second_.account_hash), Eq(std::nullopt));
}

TEST_P(SubjectContract, RetiresASubjectOnceAndLeavesItsSuccessorAlone) {
  ASSERT_THAT(Retire(first_.id), IsOk());
  const SubjectRecord returned = {SampleId<SubjectId>(kNow, 3), first_.account_hash, 3};
  ASSERT_THAT(Put(returned), IsOk());

  EXPECT_THAT(Retire(first_.id), IsOk());

  EXPECT_THAT(Holder(first_.account_hash), Eq(returned.id));
}

TEST_P(SubjectContract, RetiresEveryoneWhoHadAnAccountInTurn) {
  std::vector<SubjectRecord> holders = {first_};
  for (int number = 3; number < 6; ++number) {
    ASSERT_THAT(Retire(holders.back().id), IsOk());
    holders.push_back({SampleId<SubjectId>(kNow, number), first_.account_hash, number});
    ASSERT_THAT(Put(holders.back()), IsOk());
  }

  EXPECT_THAT(Holder(first_.account_hash), Eq(holders.back().id));
  std::vector<absl::Status> found;
  for (const SubjectRecord& holder : holders) {
    found.push_back(Read([&](ReadView& v) { return v.FindSubjectById(holder.id); }).status());
  }
  EXPECT_THAT(found, Each(IsOk()));
}

TEST_P(SubjectContract, RetiresNobodyByABodyThatFails) {
  const absl::Status status = Write([&](Transaction& t) {
    EXPECT_THAT(t.RetireSubject(first_.id), IsOk());
    // It sees what it wrote itself.
    const auto holder = t.FindSubject(first_.account_hash);
    EXPECT_TRUE(holder.ok() && !holder->has_value());
    return absl::CancelledError("no");
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Holder(first_.account_hash), Eq(first_.id));
}

// Merged accounts

TEST_P(SubjectContract, KeepsAMergeAndFindsItFromBothEnds) {
  ASSERT_THAT(Put(third_), IsOk());
  ASSERT_THAT(Merge(second_.id, first_.id), IsOk());
  ASSERT_THAT(Merge(third_.id, second_.id, kNow + absl::Hours(1)), IsOk());

  Reopen();

  const auto merge = Read([&](ReadView& v) { return v.FindMerge(third_.id); });
  ASSERT_THAT(merge, IsOk());
  ASSERT_TRUE(merge->has_value());
  EXPECT_EQ((*merge)->subject, third_.id);
  EXPECT_EQ((*merge)->into, second_.id);
  EXPECT_EQ((*merge)->time, kNow + absl::Hours(1));
  EXPECT_THAT(MergedInto(first_.id), IsOkAndHolds(ElementsAre(second_.id)));
  EXPECT_THAT(MergedInto(second_.id), IsOkAndHolds(ElementsAre(third_.id)));
  EXPECT_THAT(MergedInto(third_.id), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Target(first_.id), Eq(std::nullopt));
}

TEST_P(SubjectContract, FindsAMergedSubjectUnderItsAccountAsBefore) {
  ASSERT_THAT(Merge(second_.id, first_.id), IsOk());

  EXPECT_THAT(Holder(second_.account_hash), Eq(second_.id));
  EXPECT_THAT(Holder(first_.account_hash), Eq(first_.id));
}

TEST_P(SubjectContract, ListsThoseMergedIntoOneById) {
  ASSERT_THAT(Put(third_), IsOk());
  ASSERT_THAT(Merge(third_.id, first_.id), IsOk());
  ASSERT_THAT(Merge(second_.id, first_.id), IsOk());

  EXPECT_THAT(MergedInto(first_.id), IsOkAndHolds(ElementsAre(std::min(second_.id, third_.id),
                                                              std::max(second_.id, third_.id))));
}

TEST_P(SubjectContract, PutsALaterMergeInThePlaceOfTheEarlier) {
  ASSERT_THAT(Put(third_), IsOk());
  ASSERT_THAT(Merge(third_.id, first_.id), IsOk());

  ASSERT_THAT(Merge(third_.id, second_.id), IsOk());

  EXPECT_THAT(Target(third_.id), Eq(second_.id));
  EXPECT_THAT(MergedInto(first_.id), IsOkAndHolds(IsEmpty()));
}

TEST_P(SubjectContract, TellsWhoseAccountIsClosedAndKeepsItsMerges) {
  ASSERT_THAT(Merge(second_.id, first_.id), IsOk());

  ASSERT_THAT(Retire(first_.id), IsOk());

  const auto is_retired = [&](const SubjectId& id) {
    const auto found = Read([&](ReadView& v) { return v.FindSubjectById(id); });
    EXPECT_THAT(found, IsOk());
    return found.ok() && found->is_retired;
  };
  EXPECT_TRUE(is_retired(first_.id));
  EXPECT_FALSE(is_retired(second_.id));
  EXPECT_THAT(Target(second_.id), Eq(first_.id));
  EXPECT_THAT(MergedInto(first_.id), IsOkAndHolds(ElementsAre(second_.id)));
}

TEST_P(SubjectContract, MergesNobodyByABodyThatFails) {
  const absl::Status status = Write([&](Transaction& t) {
    EXPECT_THAT(t.PutMerge({second_.id, first_.id, kNow}), IsOk());
    // It sees what it wrote itself.
    EXPECT_THAT(t.ListMergedInto(first_.id), IsOkAndHolds(ElementsAre(second_.id)));
    return absl::CancelledError("no");
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Target(second_.id), Eq(std::nullopt));
}

// Keys

TEST_P(SubjectContract, GivesAContentKeyAndTakesItAway) {
  ASSERT_THAT(Write([&](Transaction& t) { return t.SetContentKey(first_.id, 50); }), IsOk());
  Reopen();
  const auto key_of = [&](const SubjectId& id) {
    const auto found = Read([&](ReadView& v) { return v.FindSubjectById(id); });
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->content_key_number : -1;
  };
  EXPECT_EQ(key_of(first_.id), 50);
  EXPECT_EQ(key_of(second_.id), 0);
  EXPECT_THAT(Write([&](Transaction& t) { return t.SetContentKey(second_.id, 50); }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  const auto by_key = Read([&](ReadView& v) { return v.FindSubjectByKey(50); });
  ASSERT_THAT(by_key, IsOk());
  ASSERT_TRUE(by_key->has_value());
  EXPECT_EQ((*by_key)->id, first_.id);

  ASSERT_THAT(Write([&](Transaction& t) { return t.SetContentKey(first_.id, 0); }), IsOk());

  EXPECT_EQ(key_of(first_.id), 0);
  const auto own_key = Read([&](ReadView& v) { return v.FindSubjectByKey(first_.key_number); });
  ASSERT_THAT(own_key, IsOk());
  EXPECT_EQ((*own_key)->id, first_.id);
}

TEST_P(SubjectContract, RemembersDestroyedKeysInTheirOrder) {
  const auto shred = [&](int64_t position, int64_t number) {
    return Write([&](Transaction& t) { return t.PutShred({position, number, kNow}); });
  };
  ASSERT_THAT(shred(1, 900), IsOk());
  ASSERT_THAT(shred(2, 70), IsOk());
  EXPECT_THAT(shred(2, 71), Not(IsOk()));
  EXPECT_THAT(shred(3, 70), Not(IsOk()));

  Reopen();

  EXPECT_THAT(Read([](ReadView& v) { return v.CountShreds(); }), IsOkAndHolds(2));
  EXPECT_THAT(Read([](ReadView& v) { return v.IsShredded(70); }), IsOkAndHolds(true));
  EXPECT_THAT(Read([](ReadView& v) { return v.IsShredded(71); }), IsOkAndHolds(false));
  const auto rest = Read([](ReadView& v) { return v.ListShreds(1, 10); });
  ASSERT_THAT(rest, IsOk());
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ(rest->front().key_number, 70);
  EXPECT_EQ(rest->front().time, kNow);
  // A number that was destroyed is not free again.
  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(900));
}

INSTANTIATE_TEST_SUITE_P(Backends, SubjectContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
