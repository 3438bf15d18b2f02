// The Store contract: subjects, registry, definitions, parts, answers and the audit log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/store_contract.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordContract : public StoreContract {
 protected:
  void PutSubjects(const std::vector<SubjectRecord>& subjects) {
    for (const SubjectRecord& subject : subjects) {
      ASSERT_THAT(Write([&](Transaction& t) { return t.PutSubject(subject); }), IsOk());
    }
  }
};

// Subjects, registry, definitions

TEST_P(RecordContract, KnowsASubjectByItsAccountAndById) {
  const SubjectRecord subject = {SampleId<SubjectId>(kNow, 1), std::string(32, 'h'), 7};
  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(0));

  PutSubjects({subject});

  const auto by_account = Read([&](ReadView& v) { return v.FindSubject(subject.account_hash); });
  ASSERT_THAT(by_account, IsOk());
  ASSERT_TRUE(by_account->has_value());
  EXPECT_EQ((*by_account)->id, subject.id);
  EXPECT_EQ((*by_account)->key_number, 7);
  const auto by_id = Read([&](ReadView& v) { return v.FindSubjectById(subject.id); });
  ASSERT_THAT(by_id, IsOk());
  EXPECT_EQ(by_id->account_hash, subject.account_hash);
  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(7));
  const auto unknown = Read([](ReadView& v) { return v.FindSubject(std::string(32, 'x')); });
  ASSERT_THAT(unknown, IsOk());
  EXPECT_FALSE(unknown->has_value());
}

TEST_P(RecordContract, GivesNoAccountAndNoKeyToTwoSubjects) {
  PutSubjects({{SampleId<SubjectId>(kNow, 1), std::string(32, 'h'), 7}});
  const SubjectRecord same_account = {SampleId<SubjectId>(kNow, 2), std::string(32, 'h'), 8};
  const SubjectRecord same_key = {SampleId<SubjectId>(kNow, 3), std::string(32, 'i'), 7};

  for (const SubjectRecord& subject : {same_account, same_key}) {
    EXPECT_THAT(Write([&](Transaction& t) { return t.PutSubject(subject); }),
                StatusIs(absl::StatusCode::kAlreadyExists));
  }
}

TEST_P(RecordContract, KeepsTheRegistryAndCountsItsChanges) {
  v1::DataSystem shop;
  shop.set_name("systems/shop");
  shop.set_title("Shop");
  v1::DataSystem mail;
  mail.set_name("systems/mail");
  v1::Recipient courier;
  courier.set_name("recipients/courier");
  EXPECT_THAT(Read([](ReadView& v) { return v.RegistryVersion(); }), IsOkAndHolds(0));

  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(shop); }), IsOk());
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(mail); }), IsOk());
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutRecipient(courier); }), IsOk());
  shop.set_title("Web shop");
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(shop); }), IsOk());

  EXPECT_THAT(Read([](ReadView& v) { return v.RegistryVersion(); }), IsOkAndHolds(4));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindDataSystem("systems/shop"); }),
              IsOkAndHolds(EqualsProto(shop)));
  EXPECT_THAT(Read([](ReadView& v) { return v.ListDataSystems(); }),
              IsOkAndHolds(ElementsAre(EqualsProto(mail), EqualsProto(shop))));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindRecipient("recipients/courier"); }),
              IsOkAndHolds(EqualsProto(courier)));
  EXPECT_THAT(Read([](ReadView& v) { return v.ListRecipients(); }),
              IsOkAndHolds(ElementsAre(EqualsProto(courier))));
}

TEST_P(RecordContract, KeepsDisclosuresWithTheirBoxesApart) {
  const auto subject = SampleId<SubjectId>(kNow, 1);
  PutSubjects({{subject, std::string(32, 'h'), 1},
               {SampleId<SubjectId>(kNow, 2), std::string(32, 'i'), 2}});
  std::vector<RecordId> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(SampleId<RecordId>(kNow + absl::Milliseconds(i), i));
    v1::Disclosure disclosure;
    disclosure.set_name(absl::StrCat("disclosures/", ids.back().ToString()));
    ASSERT_THAT(Write([&](Transaction& t) {
                  return t.PutDisclosure(ids.back(), subject, disclosure, absl::StrCat("box", i));
                }),
                IsOk());
  }

  const auto page = Read([&](ReadView& v) { return v.ListDisclosures(subject, ids[0], 1); });

  ASSERT_THAT(page, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(page->front().name(), absl::StrCat("disclosures/", ids[1].ToString()));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListDisclosures(subject, std::nullopt, 9); }),
              IsOkAndHolds(SizeIs(3)));
  EXPECT_THAT(Read([&](ReadView& v) {
                return v.ListDisclosures(SampleId<SubjectId>(kNow, 2), std::nullopt, 9);
              }),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindDisclosureBox(ids[2]); }),
              IsOkAndHolds(Pair(subject, "box2")));
}

TEST_P(RecordContract, KeepsEveryVersionOfADefinitionAndRefusesOtherContentUnderOne) {
  Definition definition = {DefinitionKind::kWorkflow, {}, "states { name: \"a\" }"};
  definition.ref.set_name("deletion");
  definition.ref.set_version(1);
  definition.ref.set_sha256(HexEncode(Sha256(definition.text)));
  const auto put = [&] {
    return Write([&](Transaction& t) { return t.PutDefinition(definition); });
  };
  ASSERT_THAT(put(), IsOk());
  EXPECT_THAT(put(), IsOk());
  definition.text += " ";

  const absl::Status changed = put();

  EXPECT_THAT(changed, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(changed, ReasonIs(v1::ERROR_REASON_DEFINITION_INVALID));
  definition.ref.set_version(2);
  EXPECT_THAT(put(), IsOk());
  const auto first =
      Read([](ReadView& v) { return v.FindDefinition(DefinitionKind::kWorkflow, "deletion", 1); });
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->text, "states { name: \"a\" }");
  EXPECT_EQ((*first)->ref.sha256(), HexEncode(Sha256((*first)->text)));
  const auto none =
      Read([](ReadView& v) { return v.FindDefinition(DefinitionKind::kPolicy, "deletion", 1); });
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->has_value());
}

// Parts

class PartContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    task_ = sample_.AddTask("systems/shop", kNow);
    ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());
  }

  absl::Status Append(absl::string_view category, int64_t offset, int64_t size) {
    return Write([&](Transaction& t) {
      return t.AppendChunk(sample_.id(), task_, category,
                           {offset, size, absl::StrCat("sealed", offset)});
    });
  }

  RequestSample sample_{1, kNow};
  TaskId task_;
};

TEST_P(PartContract, GrowAtTheirEndOnly) {
  EXPECT_THAT(Append("orders", 0, 100), IsOk());
  EXPECT_THAT(Append("orders", 100, 50), IsOk());

  const absl::Status status = Append("orders", 100, 50);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_OFFSET_WRONG));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("expected_offset"), "150");
  EXPECT_THAT(Append("addresses", 1, 50), ReasonIs(v1::ERROR_REASON_OFFSET_WRONG));
}

TEST_P(PartContract, BeginAnewWithEachLease) {
  const auto lease = [&](absl::Time now) {
    return Write([&](Transaction& t) {
      return t.LeaseTasks("systems/shop", now, now + absl::Minutes(1), 1, {std::string(16, 'a')})
          .status();
    });
  };
  ASSERT_THAT(lease(kNow), IsOk());
  ASSERT_THAT(Append("orders", 0, 100), IsOk());

  ASSERT_THAT(lease(kNow + absl::Minutes(1)), IsOk());

  EXPECT_THAT(Read([&](ReadView& v) { return v.ListParts(task_); }), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Append("orders", 0, 30), IsOk());
}

TEST_P(PartContract, AreReadFromTheChunkThatHoldsTheOffset) {
  for (int i = 0; i < 4; ++i) ASSERT_THAT(Append("orders", i * 100, 100), IsOk());

  const auto chunks = Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 199, 2); });
  const auto end = Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 400, 2); });

  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*chunks)[0].offset, 100);
  EXPECT_EQ((*chunks)[0].size_bytes, 100);
  EXPECT_EQ((*chunks)[0].sealed, "sealed100");
  EXPECT_EQ((*chunks)[1].offset, 200);
  EXPECT_THAT(end, IsOkAndHolds(IsEmpty()));
}

TEST_P(PartContract, AreListedByCategoryAndRemovedOneByOneOrAll) {
  for (const char* category : {"orders", "addresses", "", "empty"}) {
    ASSERT_THAT(Append(category, 0, category == std::string("empty") ? 0 : 10), IsOk());
  }
  const auto categories = [&] {
    std::vector<std::string> names;
    const auto parts = Read([&](ReadView& v) { return v.ListParts(task_); });
    EXPECT_THAT(parts, IsOk());
    if (!parts.ok()) return names;
    for (const PartRecord& part : *parts) {
      names.push_back(absl::StrCat(part.category, ":", part.size_bytes));
    }
    return names;
  };

  EXPECT_THAT(categories(), ElementsAre(":10", "addresses:10", "empty:0", "orders:10"));
  ASSERT_THAT(Write([&](Transaction& t) { return t.DeleteParts(task_, "addresses"); }), IsOk());
  EXPECT_THAT(categories(), ElementsAre(":10", "empty:0", "orders:10"));
  ASSERT_THAT(Write([&](Transaction& t) { return t.DeleteParts(task_, std::nullopt); }), IsOk());
  EXPECT_THAT(categories(), IsEmpty());
  EXPECT_THAT(Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 0, 9); }),
              IsOkAndHolds(IsEmpty()));
}

// Answers and the audit log

TEST_P(RecordContract, KeepsOneAnswerForEachKeyOfACaller) {
  const StoredAnswer answer = {"agents/17", std::string(16, 'k'),        std::string(16, 'f'), 9,
                               "answer",    SampleId<RequestId>(kNow, 1)};
  StoredAnswer of_other_caller = answer;
  of_other_caller.caller = "agents/18";
  of_other_caller.request.reset();
  const auto put = [&](const StoredAnswer& value) {
    return Write([&](Transaction& t) { return t.PutAnswer(value); });
  };

  ASSERT_THAT(put(answer), IsOk());
  EXPECT_THAT(put(answer), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(put(of_other_caller), IsOk());

  const auto found = Read([&](ReadView& v) { return v.FindAnswer("agents/17", answer.key); });
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->fingerprint, answer.fingerprint);
  EXPECT_EQ((*found)->status_code, 9);
  EXPECT_EQ((*found)->answer, "answer");
  EXPECT_EQ((*found)->request, answer.request);
  const auto none = Read([&](ReadView& v) { return v.FindAnswer("agents/19", answer.key); });
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->has_value());
}

TEST_P(RecordContract, MakesEachEventAndEachAuditRecordALeafOfTheTree) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 4)), IsOk());
  ASSERT_THAT(Write([](Transaction& t) { return t.AppendAuditRecord("refused", "box"); }), IsOk());
  ASSERT_THAT(Write(sample.NextDecision(kNow, 2)), IsOk());

  const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, true); });
  const auto head = Read([](ReadView& v) { return v.FindLogHead(); });
  const auto page = Read([](ReadView& v) { return v.ListLeaves(3, 2, false); });

  ASSERT_THAT(leaves, IsOkAndHolds(SizeIs(7)));
  MerkleFrontier expected;
  for (int i = 0; i < 7; ++i) {
    const AuditLeaf& leaf = (*leaves)[i];
    EXPECT_EQ(leaf.index, i);
    EXPECT_EQ(leaf.hash, MerkleLeafHash({leaf.clear, leaf.sealed}));
    EXPECT_EQ(leaf.request.has_value(), i != 4);
    expected.Append(leaf.hash);
  }
  EXPECT_EQ((*leaves)[4].clear, "refused");
  EXPECT_EQ((*leaves)[5].sequence, 5);
  EXPECT_EQ((*leaves)[5].clear, SampleClear(sample.id(), 5));
  ASSERT_THAT(head, IsOk());
  const auto stored = MerkleFrontier::Restore(head->size, head->subtrees);
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->Root(), expected.Root());
  EXPECT_EQ(store_->DurableLeaves(), 7);
  ASSERT_THAT(page, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*page)[0].clear, "");
  EXPECT_EQ((*page)[0].hash, (*leaves)[3].hash);
  EXPECT_EQ((*page)[1].clear, "refused");
}

TEST_P(RecordContract, TellsTheNodesOfTheTreeAndWhichLeafAnEventIs) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write([](Transaction& t) { return t.AppendAuditRecord("refused", ""); }), IsOk());
  ASSERT_THAT(Write(sample.NextDecision(kNow, 4)), IsOk());

  const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, true); });
  ASSERT_THAT(leaves, IsOkAndHolds(SizeIs(5)));
  const auto hash = [&](int i) { return (*leaves)[static_cast<size_t>(i)].hash; };
  const std::string left = MerkleNodeHash(hash(0), hash(1));
  const std::string right = MerkleNodeHash(hash(2), hash(3));
  const auto all = Read([](ReadView& v) { return v.ListLogNodes(0, 0, 100); });
  const auto from = Read([](ReadView& v) { return v.ListLogNodes(1, 1, 1); });
  const auto event = Read([&](ReadView& v) { return v.FindEventLeaf(sample.id(), 2); });
  const auto none = Read([&](ReadView& v) { return v.FindEventLeaf(sample.id(), 5); });

  EXPECT_THAT(all, IsOkAndHolds(ElementsAre(LogNode{1, 0, left}, LogNode{1, 1, right},
                                            LogNode{2, 0, MerkleNodeHash(left, right)})));
  EXPECT_THAT(from, IsOkAndHolds(ElementsAre(LogNode{1, 1, right})));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindLogNode({1, 1}); }), IsOkAndHolds(right));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindLogNode({0, 4}); }), IsOkAndHolds(hash(4)));
  EXPECT_THAT(Read([](ReadView& v) {
                return v.FindLogNode({1, 2});
              }),
              StatusIs(absl::StatusCode::kDataLoss));
  ASSERT_THAT(event, IsOk());
  ASSERT_TRUE(event->has_value());
  EXPECT_EQ((*event)->index, 2);
  EXPECT_EQ((*event)->time, kNow);
  EXPECT_EQ((*event)->clear, SampleClear(sample.id(), 2));
  EXPECT_EQ((*leaves)[0].time, std::nullopt);
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->has_value());
}

TEST_P(RecordContract, LeavesNoLeafOfABodyThatFailed) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 3)), IsOk());

  ASSERT_THAT(Write([](Transaction& t) {
                EXPECT_THAT(t.AppendAuditRecord("undone", ""), IsOk());
                return absl::CancelledError("no");
              }),
              StatusIs(absl::StatusCode::kCancelled));
  ASSERT_THAT(Write([](Transaction& t) { return t.AppendAuditRecord("kept", ""); }), IsOk());

  const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, true); });
  ASSERT_THAT(leaves, IsOkAndHolds(SizeIs(4)));
  EXPECT_EQ((*leaves)[3].clear, "kept");
  EXPECT_EQ(store_->DurableLeaves(), 4);
  MerkleFrontier expected;
  for (const AuditLeaf& leaf : *leaves) expected.Append(leaf.hash);
  const auto head = Read([](ReadView& v) { return v.FindLogHead(); });
  EXPECT_EQ(MerkleFrontier::Restore(head->size, head->subtrees)->Root(), expected.Root());
}

TEST_P(RecordContract, CountsWhatThereIsToDo) {
  RequestSample sample(1, kNow);
  sample.AddTask("systems/shop", kNow);
  sample.AddNotice("recipients/courier", kNow);
  sample.AddMessage(kNow);
  sample.AddMessage(kNow + absl::Milliseconds(1));
  sample.AddTimer("reminder", kNow);
  sample.AddTimer("deadline", kNow + absl::Hours(1));
  RequestSample closed(2, kNow);
  closed.request().set_phase(v1::PHASE_CLOSED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(closed.NextDecision(kNow)), IsOk());

  const auto counts = Read([](ReadView& v) { return v.Count(kNow); });

  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->open_requests, 1);
  EXPECT_EQ(counts->overdue_timers, 1);
  EXPECT_EQ(counts->open_tasks, 1);
  EXPECT_EQ(counts->pending_notices, 1);
  EXPECT_EQ(counts->pending_messages, 2);
  EXPECT_GT(counts->file_bytes, 0);
}

INSTANTIATE_TEST_SUITE_P(Backends, RecordContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);
INSTANTIATE_TEST_SUITE_P(Backends, PartContract, ::testing::ValuesIn(AllBackends()), NameOfBackend);

}  // namespace
}  // namespace dsr
