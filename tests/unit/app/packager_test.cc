#include "app/packager.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/deletion_certificate.h"
#include "app/sealer.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kReason[] = "it is the account of a whole family";

std::map<std::string, std::string> Unzip(const std::string& bytes) {
  std::map<std::string, std::string> files;
  struct archive* reader = archive_read_new();
  archive_read_support_format_zip(reader);
  EXPECT_EQ(archive_read_open_memory(reader, bytes.data(), bytes.size()), ARCHIVE_OK);
  struct archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    std::string& content = files[archive_entry_pathname(entry)];
    char buffer[4096];
    for (la_ssize_t size = archive_read_data(reader, buffer, sizeof buffer); size > 0;
         size = archive_read_data(reader, buffer, sizeof buffer)) {
      content.append(buffer, static_cast<size_t>(size));
    }
  }
  archive_read_free(reader);
  return files;
}

class PackagerTest : public ::testing::Test {
 protected:
  // A request of that type, of which the category `refused` is refused where one is given, and
  // whose collection `systems/members` has leased.
  RequestId Collecting(const std::string& type, const std::string& refused = "") {
    world_.AddSystem("members", {"account", "orders"});
    world_.AddRecipient("parcel", "account-1", {"orders"});
    const RequestId id = world_.FileOne(type, "account-1");
    v1::TaskResult contact;
    contact.mutable_contact()->set_channel("email");
    contact.mutable_contact()->set_address("on-file@example.com");
    EXPECT_THAT(world_.CompleteNext("systems/members", contact), IsOk());
    world_.Verify(id);
    if (!refused.empty()) Refuse(id, refused);
    EXPECT_THAT(world_.Execute(id, AssessRequest{}, world_.As("caseworker")), IsOk());
    collecting_ = *world_.Lease("systems/members");
    return id;
  }

  // Refuses one category, with a reason that is sealed.
  void Refuse(const RequestId& id, const std::string& category) {
    const auto propose = [=](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
      storage::v1::Event event;
      storage::v1::RefusalProposed& proposed = *event.mutable_refusal_proposed();
      proposed.add_categories(category);
      proposed.set_ground(v1::REFUSAL_GROUND_OTHERS_RIGHTS);
      proposed.set_reason(kReason);
      DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(id, std::move(event)));
      PlannedCommand planned;
      planned.request = id;
      planned.command = ProposeRefusal{prepared.clear.refusal_proposed()};
      planned.content = std::move(prepared.content);
      return planned;
    };
    ASSERT_THAT(World::Wait([&](ExecutionDone done) {
                  world_.executor->PrepareAndExecute(propose, world_.As("caseworker"),
                                                     std::move(done));
                }),
                IsOk());
    ASSERT_THAT(world_.Execute(id, ApproveRefusal{}, world_.As("officer")), IsOk());
  }

  // The account is the first category of the page.
  static void ExpectRefused(const std::string& page) {
    EXPECT_THAT(page, HasSubstr("Not provided."));
    EXPECT_THAT(page, HasSubstr(kReason));
    EXPECT_THAT(page.substr(0, page.find("Delivery addresses")),
                Not(HasSubstr("We hold nothing of this kind.")));
  }

  // Uploads `pieces` of a category for that task.
  void Upload(const RequestId& id, const std::string& category,
              const std::vector<std::string>& pieces) {
    const TaskId task = collecting_.task;
    DSR_ASSERT_OK_AND_ASSIGN(const SecretKey key, world_.executor->sealer().KeyOf(id));
    int64_t offset = 0;
    for (const std::string& piece : pieces) {
      PartChunk chunk;
      chunk.offset = offset;
      chunk.size_bytes = static_cast<int64_t>(piece.size());
      chunk.sealed = SealChunk(key, task.bytes(), category, offset, piece);
      ASSERT_THAT(TransactAndWait(*world_.store,
                                  [&](Transaction& transaction) {
                                    return transaction.AppendChunk(id, task, category, chunk);
                                  }),
                  IsOk());
      offset += chunk.size_bytes;
    }
  }

  void FinishCollecting() {
    v1::TaskResult result;
    v1::CategoryResult& orders = *result.add_categories();
    orders.set_category("orders");
    orders.set_records(2);
    ASSERT_THAT(world_.Complete(collecting_, "systems/members", result), IsOk());
  }

  // Runs a packager until it has nothing to do.
  void Package() {
    Packager packager(
        {*world_.store, world_.clock, *world_.rulebooks, *world_.keys, *world_.executor});
    world_.clock.AwaitWaiters(1);
  }

  std::string PackageBytes(const RequestId& id) {
    const storage::v1::RequestRecord record = world_.Record(id);
    std::string bytes;
    for (const v1::Task& task : record.tasks()) {
      if (task.system() != "systems/dsrd") continue;
      const TaskId task_id = ParseTaskName(task.name())->second;
      const absl::StatusOr<SecretKey> key = world_.executor->sealer().KeyOf(id);
      EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(const std::vector<PartChunk> chunks,
                             view.ReadChunks(task_id, "", 0, 1000));
        for (const PartChunk& chunk : chunks) {
          DSR_ASSIGN_OR_RETURN(const std::string clear,
                               OpenChunk(*key, task_id.bytes(), "", chunk.offset, chunk.sealed));
          bytes += clear;
        }
        return absl::OkStatus();
      }),
                  IsOk());
    }
    return bytes;
  }

  World world_;
  LeasedTask collecting_;
};

TEST_F(PackagerTest, MakesACopyWithJsonCsvIndexAndManifest) {
  const RequestId id = Collecting("copy");
  // The second piece begins in the middle of a record, and the last line has no end.
  Upload(id, "orders", {"{\"id\":1,\"item\":\"tea, green\"}\n{\"id\"", ":2,\"note\":\"<b>\"}"});
  FinishCollecting();

  Package();

  const storage::v1::RequestRecord record = world_.Record(id);
  EXPECT_EQ(record.state().request().state(), "ready");
  const v1::Package& package = record.state().request().package();
  EXPECT_EQ(package.content_type(), "application/zip");
  const std::string bytes = PackageBytes(id);
  EXPECT_EQ(package.size_bytes(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(package.sha256(), HexEncode(Sha256(bytes)));
  const std::map<std::string, std::string> files = Unzip(bytes);
  ASSERT_THAT(files,
              ElementsAre(Pair("index.html", HasSubstr("Recipient parcel")),
                          Pair("manifest.json", HasSubstr(RequestName(id))),
                          Pair("orders.csv", "id,item,note\r\n1,\"tea, green\",\r\n2,,<b>\r\n"),
                          Pair("orders.json",
                               "[\n{\"id\":1,\"item\":\"tea, green\"},\n"
                               "{\"id\":2,\"note\":\"<b>\"}\n]\n")));
  for (const char* name : {"index.html", "orders.csv", "orders.json"}) {
    EXPECT_THAT(files.at("manifest.json"), HasSubstr(HexEncode(Sha256(files.at(name)))));
  }
}

TEST_F(PackagerTest, AnswersAnAccessRequestWithOnePageThatTellsWhatTheLawWants) {
  const RequestId id = Collecting("access");
  Upload(id, "orders", {"{\"item\":\"<script>\"}\n"});
  FinishCollecting();

  Package();

  EXPECT_EQ(world_.Record(id).state().request().package().content_type(), "text/html");
  const std::string page = PackageBytes(id);
  EXPECT_THAT(page, HasSubstr("<td>&lt;script&gt;</td>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, HasSubstr("to complete transactions"));
  EXPECT_THAT(page, HasSubstr("E-Commerce Law, article 31"));
  EXPECT_THAT(page, HasSubstr("Recipient parcel"));
  EXPECT_THAT(page, HasSubstr("We hold nothing of this kind."));
  EXPECT_THAT(page, Not(HasSubstr("ref-of-account-1")));
}

TEST_F(PackagerTest, TellsInTheIndexOfACopyWhatWasRefusedAndWhy) {
  const RequestId id = Collecting("copy", /*refused=*/"account");
  Upload(id, "orders", {"{\"id\":1}\n"});
  FinishCollecting();

  Package();

  ExpectRefused(Unzip(PackageBytes(id)).at("index.html"));
}

TEST_F(PackagerTest, TellsOnThePageOfAnAccessAnswerWhatWasRefusedAndWhy) {
  const RequestId id = Collecting("access", /*refused=*/"account");
  Upload(id, "orders", {"{\"id\":1}\n"});
  FinishCollecting();

  Package();

  ExpectRefused(PackageBytes(id));
}

TEST_F(PackagerTest, WritesLargePackagesInChunksAndSealsThem) {
  const RequestId id = Collecting("access");
  std::vector<std::string> pieces;
  for (int i = 0; i < 40; ++i) {
    pieces.push_back(
        absl::StrCat("{\"text\":\"record-canary-", i, std::string(8000, 'x'), "\"}\n"));
  }
  Upload(id, "orders", pieces);
  FinishCollecting();

  Package();

  const std::string page = PackageBytes(id);
  EXPECT_GT(page.size(), 320'000u);
  EXPECT_EQ(world_.Record(id).state().request().package().sha256(), HexEncode(Sha256(page)));
  EXPECT_THAT(world_.FileBytes(), Not(HasSubstr("record-canary")));
}

TEST_F(PackagerTest, BeginsAnewAfterACrashInTheMiddle) {
  const RequestId id = Collecting("copy");
  Upload(id, "orders", {"{\"id\":1}\n"});
  FinishCollecting();
  const std::optional<LeasedTask> crashed = world_.Lease("systems/dsrd");
  ASSERT_TRUE(crashed.has_value());
  ASSERT_THAT(TransactAndWait(*world_.store,
                              [&](Transaction& transaction) {
                                return transaction.AppendChunk(
                                    id, crashed->task, "",
                                    PartChunk{.size_bytes = 4, .sealed = "half"});
                              }),
              IsOk());
  world_.clock.Advance(absl::Minutes(11));

  Package();

  EXPECT_EQ(world_.Record(id).state().request().state(), "ready");
  EXPECT_THAT(Unzip(PackageBytes(id)), SizeIs(4));
}

TEST_F(PackagerTest, GivesUpOnRecordsThatAreMalformedAndWaitsForAPerson) {
  const RequestId id = Collecting("copy");
  Upload(id, "orders", {"this is no record\n"});
  FinishCollecting();

  Package();

  const storage::v1::RequestRecord record = world_.Record(id);
  for (const v1::Task& task : record.tasks()) {
    if (task.system() != "systems/dsrd") continue;
    EXPECT_EQ(task.state(), v1::Task::STATE_FAILED);
  }
  EXPECT_EQ(record.state().request().state(), "packaging");
}

TEST_F(PackagerTest, TheAuditLogOfAWholeStoryVerifies) {
  Upload(Collecting("copy"), "orders", {"{\"id\":1}\n"});
  FinishCollecting();
  Package();

  DSR_ASSERT_OK_AND_ASSIGN(const v1::VerifyLogResponse verified, VerifyLog(*world_.store));

  EXPECT_TRUE(verified.intact());
  EXPECT_GT(verified.size(), 10);
  ASSERT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(
        const v1::Checkpoint checkpoint,
        MakeCheckpoint(view, InstallationSigner(world_.secrets), world_.clock.Now()));
    EXPECT_EQ(checkpoint.size(), verified.size());
    EXPECT_EQ(checkpoint.root(), verified.root());
    return absl::OkStatus();
  }),
              IsOk());
}

}  // namespace
}  // namespace dsr
