#include "app/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.AddSystem("members", {"browsing"});
    world_.AddRecipient("ads", "account-1", {"browsing"});
    world_.AddRecipient("parcel", "account-1", {"browsing"});
    storage::v1::RequestFiled filed = World::Filed("deletion", "account-1");
    filed.add_categories("browsing");
    filed.mutable_deletion()->set_ground(v1::DELETION_GROUND_NO_CONSENT);
    DSR_ASSERT_OK_AND_ASSIGN(const ExecutionResult result,
                             world_.File(std::move(filed), world_.As("intake")));
    DSR_ASSERT_OK_AND_ASSIGN(id_, ParseRequestName(result.answer));
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    ASSERT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id_);
    ASSERT_THAT(world_.Execute(id_, AssessRequest{}, world_.As("caseworker")), IsOk());
    ASSERT_THAT(world_.Execute(id_, ConfirmPlan{}, world_.As("caseworker")), IsOk());
  }

  void Erase() {
    v1::TaskResult erased;
    erased.add_categories()->set_category("browsing");
    ASSERT_THAT(world_.CompleteNext("systems/members", erased), IsOk());
  }

  void Complete(const std::string& recipient) {
    const storage::v1::RequestRecord record = world_.Record(id_);
    for (const v1::Notice& notice : record.notices()) {
      if (notice.recipient() != recipient) continue;
      const NoticeId id = ParseNoticeName(notice.name())->second;
      ASSERT_THAT(world_.Execute(id_, AcknowledgeNotice{id}, world_.AsRecipient(recipient)),
                  IsOk());
      ASSERT_THAT(world_.Execute(id_, CompleteNotice{id, 3}, world_.AsRecipient(recipient)),
                  IsOk());
    }
  }

  std::vector<v1::LedgerEntry> Read(const std::string& holder, absl::Time since) {
    std::vector<v1::LedgerEntry> all;
    LedgerReader ledger(*world_.reader, holder, since);
    while (!ledger.is_at_end()) {
      EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(const std::vector<v1::LedgerEntry> page, ledger.ReadPage(view));
        all.insert(all.end(), page.begin(), page.end());
        return absl::OkStatus();
      }),
                  IsOk());
    }
    return all;
  }

  World world_;
  RequestId id_;
};

TEST_F(LedgerTest, ARecipientHasWhatItCompletedWithItsOwnReferences) {
  Complete("recipients/ads");

  const std::vector<v1::LedgerEntry> entries = Read("recipients/ads", absl::UnixEpoch());

  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].holder(), "recipients/ads");
  EXPECT_EQ(entries[0].action(), "delete");
  EXPECT_THAT(entries[0].categories(), ElementsAre("browsing"));
  EXPECT_THAT(entries[0].subject_references(), ElementsAre("ref-of-account-1"));
  EXPECT_EQ(FromTimestamp(entries[0].end_time()), world_.clock.Now());
  EXPECT_THAT(Read("recipients/parcel", absl::UnixEpoch()), IsEmpty());
}

TEST_F(LedgerTest, WhatWasDoneBeforeTheMomentIsNotDoneAgain) {
  Complete("recipients/ads");
  const absl::Time done = world_.clock.Now();

  EXPECT_THAT(Read("recipients/ads", done), SizeIs(1));
  EXPECT_THAT(Read("recipients/ads", done + absl::Microseconds(1)), IsEmpty());
}

TEST_F(LedgerTest, ADataSystemHasWhatItErasedWithTheAccount) {
  EXPECT_THAT(Read("systems/members", absl::UnixEpoch()), IsEmpty());
  Erase();

  const std::vector<v1::LedgerEntry> entries = Read("systems/members", absl::UnixEpoch());

  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].holder(), "systems/members");
  EXPECT_EQ(entries[0].action(), "erase");
  EXPECT_THAT(entries[0].categories(), ElementsAre("browsing"));
  EXPECT_THAT(entries[0].subject_references(), ElementsAre("account-1"));
}

TEST_F(LedgerTest, WithoutTheSubjectsKeysItHasNoReferences) {
  Complete("recipients/ads");
  Erase();
  for (int64_t number = 1; number <= world_.keys->filled(); ++number)
    ASSERT_THAT(world_.keys->Destroy(number), IsOk());

  const std::vector<v1::LedgerEntry> told = Read("recipients/ads", absl::UnixEpoch());
  const std::vector<v1::LedgerEntry> erased = Read("systems/members", absl::UnixEpoch());

  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].action(), "delete");
  EXPECT_THAT(told[0].subject_references(), IsEmpty());
  ASSERT_THAT(erased, SizeIs(1));
  EXPECT_THAT(erased[0].subject_references(), IsEmpty());
}

v1::Task TaskOf(v1::TaskKind kind) {
  v1::Task task;
  task.set_name("requests/r/tasks/t");
  task.set_system("systems/shop");
  task.set_kind(kind);
  task.set_subject_account("account-1");
  task.add_categories("orders");
  return task;
}

void Instruct(v1::Task& task, const std::string& category, v1::RetentionAction action) {
  v1::PlanItem& item = *task.add_instructions();
  item.set_category(category);
  item.set_action(action);
}

TEST(LedgerEntriesTest, WhatALawKeepsIsNeverErasedByAReplay) {
  v1::Task task = TaskOf(v1::TASK_KIND_ERASE);
  Instruct(task, "browsing", v1::RETENTION_ACTION_ERASE);
  Instruct(task, "orders", v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
  Instruct(task, "invoices", v1::RETENTION_ACTION_RESTRICT);

  const std::vector<v1::LedgerEntry> entries = LedgerEntriesOf(task);

  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].action(), "erase");
  EXPECT_THAT(entries[0].categories(), ElementsAre("browsing"));
  EXPECT_EQ(entries[1].action(), "restrict");
  EXPECT_THAT(entries[1].categories(), ElementsAre("orders", "invoices"));
  EXPECT_EQ(entries[1].name(), "requests/r/tasks/t");
  EXPECT_THAT(entries[1].subject_references(), ElementsAre("account-1"));
}

TEST(LedgerEntriesTest, WhatWasRetainedUntilNowIsToldApart) {
  v1::Task task = TaskOf(v1::TASK_KIND_ERASE);
  task.set_retained_only(true);
  Instruct(task, "orders", v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);

  const std::vector<v1::LedgerEntry> entries = LedgerEntriesOf(task);

  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].action(), "erase-retained");
}

TEST(LedgerEntriesTest, ACorrectionBringsTheNewValues) {
  v1::Task task = TaskOf(v1::TASK_KIND_CORRECT);
  v1::FieldCorrection& field = *task.add_corrections();
  field.set_category("orders");
  field.set_field("city");
  field.set_present_value("old");
  field.set_proposed_value("new");

  const std::vector<v1::LedgerEntry> entries = LedgerEntriesOf(task);

  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].action(), "correct-fields");
  ASSERT_THAT(entries[0].corrections(), SizeIs(1));
  EXPECT_EQ(entries[0].corrections(0).field(), "city");
  EXPECT_EQ(entries[0].corrections(0).value(), "new");
}

TEST(LedgerEntriesTest, OnlyWhatABackupBringsBackIsDoneAgain) {
  const std::pair<v1::TaskKind, const char*> kinds[] = {
      {v1::TASK_KIND_RESTRICT, "restrict"},
      {v1::TASK_KIND_LIFT_RESTRICTION, "release"},
      {v1::TASK_KIND_CLOSE_ACCOUNT, "close-account"},
      {v1::TASK_KIND_STOP_PROCESSING, "stop-processing"},
      {v1::TASK_KIND_STOP_COLLECTION, "stop-collection"},
  };
  for (const auto& [kind, action] : kinds) {
    const std::vector<v1::LedgerEntry> entries = LedgerEntriesOf(TaskOf(kind));
    ASSERT_THAT(entries, SizeIs(1)) << action;
    EXPECT_EQ(entries[0].action(), action);
  }
  for (const v1::TaskKind kind :
       {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_COLLECT, v1::TASK_KIND_CHECK_BLOCKERS,
        v1::TASK_KIND_FETCH_DECISION, v1::TASK_KIND_APPLY_REMEDY, v1::TASK_KIND_BUILD_PACKAGE,
        v1::TASK_KIND_BUILD_ANSWER}) {
    EXPECT_THAT(LedgerEntriesOf(TaskOf(kind)), IsEmpty());
  }
}

}  // namespace
}  // namespace dsr
