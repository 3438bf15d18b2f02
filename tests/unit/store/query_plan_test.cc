// No statement of the store reads a whole table that grows with the number of requests stored.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "contract/request_sample.h"
#include "dsr/base/crypto.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::sqlite {
namespace {

const absl::Time kPlanned = absl::FromUnixSeconds(1'780'000'000);

// Reads through every method; that nothing is found matters not.
absl::Status ReadEverything(ReadView& view, const RequestSample& sample) {
  const auto task = SampleId<TaskId>(kPlanned, 1);
  view.FindRecord(sample.id()).IgnoreError();
  view.FindRecordForNotice(sample.id(), SampleId<NoticeId>(kPlanned, 1)).IgnoreError();
  view.FindRecordForMessage(sample.id(), SampleId<MessageId>(kPlanned, 1)).IgnoreError();
  for (int mask = 0; mask < 128; ++mask) {
    RequestQuery query;
    if (mask & 1) query.type = "deletion";
    if (mask & 2) query.phase = v1::PHASE_WORK;
    if (mask & 4) query.subject = sample.subject();
    if (mask & 8) query.assignee = "agents/17";
    query.open_by_due_time = (mask & 16) != 0;
    query.breached_only = (mask & 32) != 0;
    if (mask & 64) query.team = "europe";
    DSR_RETURN_IF_ERROR(view.ListRequests(query).status());
  }
  DSR_RETURN_IF_ERROR(view.ListEvents(sample.id(), 0, 10).status());
  DSR_RETURN_IF_ERROR(
      view.ScanSla(kPlanned, kPlanned, [](const SlaRow&) { return absl::OkStatus(); }));
  DSR_RETURN_IF_ERROR(
      view.ScanNotices(kPlanned, kPlanned, [](const NoticeRow&) { return absl::OkStatus(); }));
  DSR_RETURN_IF_ERROR(view.ListStaleRequests(10).status());
  DSR_RETURN_IF_ERROR(view.ListAbsences(kPlanned).status());
  DSR_RETURN_IF_ERROR(view.FindFirstDefinition(DefinitionKind::kWorkflow).status());
  DSR_RETURN_IF_ERROR(view.EstimateRequests().status());
  DSR_RETURN_IF_ERROR(view.ListFailedTasks(std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListTasksOf("systems/shop", std::nullopt, 10).status());
  view.FindTask(sample.id(), task).IgnoreError();
  view.FindLease(task).IgnoreError();
  DSR_RETURN_IF_ERROR(view.ListTroubledNotices(std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListOpenNotices("recipients/courier", std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListNoticesOf("recipients/courier", std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListLatestNoticesOf("recipients/courier", 10).status());
  DSR_RETURN_IF_ERROR(view.CountOpenNotices("recipients/courier").status());
  DSR_RETURN_IF_ERROR(view.ListDeliveryFailures(NoticeId(), 10).status());
  DSR_RETURN_IF_ERROR(view.FindOutboxEntry(OutboxKind::kNotice, Id128()).status());
  DSR_RETURN_IF_ERROR(view.DueTimers(kPlanned, 10).status());
  DSR_RETURN_IF_ERROR(view.NextTimer().status());
  DSR_RETURN_IF_ERROR(view.NextOutboxItem(OutboxKind::kNotice).status());
  DSR_RETURN_IF_ERROR(view.FindSubject(std::string(32, 'h')).status());
  view.FindSubjectById(sample.subject()).IgnoreError();
  DSR_RETURN_IF_ERROR(view.FindMerge(sample.subject()).status());
  DSR_RETURN_IF_ERROR(view.ListMergedInto(sample.subject()).status());
  DSR_RETURN_IF_ERROR(view.FindSubjectByKey(1000).status());
  DSR_RETURN_IF_ERROR(view.HasRecords(SampleId<SubjectId>(kPlanned, 77)).status());
  DSR_RETURN_IF_ERROR(view.LastKeyNumber().status());
  DSR_RETURN_IF_ERROR(view.ListRetentionDue(kPlanned, 10).status());
  DSR_RETURN_IF_ERROR(view.NextRetention().status());
  DSR_RETURN_IF_ERROR(view.IsShredded(1).status());
  DSR_RETURN_IF_ERROR(view.CountShreds().status());
  DSR_RETURN_IF_ERROR(view.ListShreds(0, 10).status());
  DSR_RETURN_IF_ERROR(view.RegistryVersion().status());
  DSR_RETURN_IF_ERROR(view.ListDataSystems().status());
  view.FindDataSystem("systems/shop").IgnoreError();
  DSR_RETURN_IF_ERROR(view.ListRecipients().status());
  view.FindRecipient("recipients/courier").IgnoreError();
  DSR_RETURN_IF_ERROR(view.ListDisclosures(sample.subject(), std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListConsents(sample.subject(), std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.ListHolds(sample.subject(), std::nullopt, 10).status());
  DSR_RETURN_IF_ERROR(view.FindHold(SampleId<RecordId>(kPlanned, 3)).status());
  view.FindDocument(SampleId<EvidenceId>(kPlanned, 4)).IgnoreError();
  view.FindDisclosureBox(SampleId<RecordId>(kPlanned, 1)).IgnoreError();
  view.FindHoldBox(SampleId<RecordId>(kPlanned, 1)).IgnoreError();
  DSR_RETURN_IF_ERROR(view.FindDefinition(DefinitionKind::kWorkflow, "deletion", 1).status());
  DSR_RETURN_IF_ERROR(view.ListParts(task).status());
  DSR_RETURN_IF_ERROR(view.ReadChunks(task, "orders", 0, 10).status());
  DSR_RETURN_IF_ERROR(view.FindAnswer("agents/17", std::string(16, 'k')).status());
  DSR_RETURN_IF_ERROR(view.FindLogHead().status());
  DSR_RETURN_IF_ERROR(view.ListLeaves(0, 10, true).status());
  DSR_RETURN_IF_ERROR(view.ListLeaves(0, 10, false).status());
  DSR_RETURN_IF_ERROR(view.FindEventLeaf(sample.id(), 1).status());
  DSR_RETURN_IF_ERROR(view.FindLogNode({1, 0}).status());
  DSR_RETURN_IF_ERROR(view.ListLogNodes(1, 0, 10).status());
  return view.Count(kPlanned).status();
}

absl::Status WriteEverything(Transaction& t, RequestSample& sample) {
  const TaskId task = sample.AddTask("systems/shop", kPlanned);
  const NoticeId notice = sample.AddNotice("recipients/courier", kPlanned);
  sample.AddMessage(kPlanned);
  sample.AddTimer("reminder", kPlanned);
  DSR_RETURN_IF_ERROR(t.WriteDecision(sample.NextDecision(kPlanned, 2)));
  sample.RemoveTimer("reminder");
  sample.record().mutable_notices(0)->set_state(v1::Notice::STATE_SENT);
  DSR_RETURN_IF_ERROR(t.WriteDecision(sample.NextDecision(kPlanned)));
  sample.request().set_phase(v1::PHASE_WORK);
  DSR_RETURN_IF_ERROR(t.WriteDecision(sample.NextDecision(kPlanned)));
  DSR_RETURN_IF_ERROR(t.Refold(sample.id(), sample.record()));
  DSR_RETURN_IF_ERROR(t.PutAbsence({"agents/17", kPlanned, kPlanned + absl::Hours(1), ""}));
  DSR_RETURN_IF_ERROR(t.DeleteAbsence("agents/17"));
  DSR_RETURN_IF_ERROR(t.PutAnswer({"agents/17", std::string(16, 'k'), "", 0, "", std::nullopt}));
  DSR_RETURN_IF_ERROR(t.AppendAuditRecord("record", ""));
  DSR_RETURN_IF_ERROR(t.PutSubject({sample.subject(), std::string(32, 'h'), 1}));
  v1::DataSystem system;
  system.set_name("systems/shop");
  DSR_RETURN_IF_ERROR(t.PutDataSystem(system));
  v1::Recipient recipient;
  recipient.set_name("recipients/courier");
  DSR_RETURN_IF_ERROR(t.PutRecipient(recipient));
  DSR_RETURN_IF_ERROR(
      t.PutDisclosure(SampleId<RecordId>(kPlanned, 1), sample.subject(), v1::Disclosure(), ""));
  DSR_RETURN_IF_ERROR(
      t.PutConsent(SampleId<RecordId>(kPlanned, 2), sample.subject(), v1::Consent(), "box"));
  DSR_RETURN_IF_ERROR(
      t.PutHold(SampleId<RecordId>(kPlanned, 3), sample.subject(), v1::Hold(), "box"));
  DSR_RETURN_IF_ERROR(t.PutDocument(sample.id(), SampleId<EvidenceId>(kPlanned, 4), "document"));
  DSR_RETURN_IF_ERROR(t.DeleteDocument(SampleId<EvidenceId>(kPlanned, 4)));
  const auto merged = SampleId<SubjectId>(kPlanned, 9);
  DSR_RETURN_IF_ERROR(t.PutSubject({merged, std::string(32, 'm'), 2}));
  DSR_RETURN_IF_ERROR(t.PutMerge({merged, sample.subject(), kPlanned}));
  DSR_RETURN_IF_ERROR(t.RetireSubject(sample.subject()));
  Definition definition = {DefinitionKind::kWorkflow, {}, "text"};
  definition.ref.set_name("deletion");
  definition.ref.set_version(1);
  definition.ref.set_sha256(HexEncode(Sha256("text")));
  DSR_RETURN_IF_ERROR(t.PutDefinition(definition));
  const std::string token(16, 't');
  const absl::Time until = kPlanned + absl::Minutes(1);
  DSR_RETURN_IF_ERROR(t.LeaseTasks("systems/shop", kPlanned, until, 1, {token}).status());
  DSR_RETURN_IF_ERROR(t.ExtendLease(task, token, kPlanned, until));
  DSR_RETURN_IF_ERROR(t.ReleaseTask(task, kPlanned));
  DSR_RETURN_IF_ERROR(t.ClaimOutbox(OutboxKind::kMessage, kPlanned, until, 1).status());
  DSR_RETURN_IF_ERROR(t.DeferOutbox(OutboxKind::kNotice, notice.value(),
                                    {.next = until, .failure = DeliveryFailure{until, "timeout"}}));
  DSR_RETURN_IF_ERROR(t.AppendChunk(sample.id(), task, "orders", {0, 1, "x"}));
  DSR_RETURN_IF_ERROR(t.DeleteParts(task, "orders"));
  DSR_RETURN_IF_ERROR(t.DeleteParts(task, std::nullopt));
  DSR_RETURN_IF_ERROR(t.SetContentKey(sample.subject(), 3));
  DSR_RETURN_IF_ERROR(t.PutShred({1, 3, kPlanned}));
  sample.request().set_phase(v1::PHASE_CLOSED);
  DSR_RETURN_IF_ERROR(t.WriteDecision(sample.NextDecision(kPlanned)));
  DSR_RETURN_IF_ERROR(t.DeferRetention(sample.id(), until));
  return t.PurgeRequest(sample.id(), sample.record().state());
}

bool IsPlanned(absl::string_view sql) {
  return absl::StartsWith(sql, "SELECT") || absl::StartsWith(sql, "INSERT") ||
         absl::StartsWith(sql, "UPDATE") || absl::StartsWith(sql, "DELETE");
}

// Reading these whole is meant: they are as many as the company has systems and recipients, or the
// index holds only what is open.
bool IsMeant(absl::string_view step) {
  return absl::StartsWith(step, "SCAN data_systems USING INDEX") ||
         absl::StartsWith(step, "SCAN recipients USING INDEX") ||
         absl::StartsWith(step, "SCAN tasks USING INDEX tasks_to_lease") ||
         absl::StartsWith(step, "SCAN requests USING INDEX requests_stale");
}

TEST(QueryPlanTest, SearchesAnIndexInEveryStatement) {
  TempDir dir;
  SimulatedClock clock(kPlanned);
  auto store = SqliteStore::Open({.path = dir.File("dsr.db"), .clock = &clock});
  ASSERT_THAT(store, IsOk());
  RequestSample sample(1, kPlanned);
  ASSERT_THAT(TransactAndWait(**store,
                              [&](Transaction& t) -> absl::Status {
                                sample = RequestSample(1, kPlanned);
                                DSR_RETURN_IF_ERROR(WriteEverything(t, sample));
                                return ReadEverything(t, sample);
                              }),
              IsOk());
  const std::vector<std::string> texts = (*store)->StatementTexts();
  (*store)->Close();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(dir.File("dsr.db").c_str(), &database), SQLITE_OK);

  int planned = 0;
  std::set<std::string> scans;
  for (const std::string& text : texts) {
    if (!IsPlanned(text)) continue;
    ++planned;
    sqlite3_stmt* statement = nullptr;
    const std::string explain = absl::StrCat("EXPLAIN QUERY PLAN ", text);
    ASSERT_EQ(sqlite3_prepare_v2(database, explain.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << text;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      if (absl::StartsWith(step, "SCAN") && !IsMeant(step)) {
        scans.insert(absl::StrCat(step, " in ", text));
      }
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(database);

  EXPECT_THAT(scans, ::testing::IsEmpty());
  // A statement that this test does not reach would go unseen: raise this with each new one.
  EXPECT_EQ(planned, 140);
}

}  // namespace
}  // namespace dsr::sqlite
