#include "app/inclusion_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "app/deletion_certificate.h"
#include "app/leaf_record.h"
#include "app/refusal_audit.h"
#include "dsr/base/crypto.h"
#include "dsr/workflow/names.h"
#include "testing/status_matchers.h"
#include "unit/app/raw_database.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class InclusionProofTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* account : {"account-1", "account-2", "account-3"}) {
      request_ = world_.FileOne("access", account);
    }
  }

  absl::StatusOr<v1::InclusionProof> Prove(int64_t sequence, bool with_record = true) {
    absl::StatusOr<v1::InclusionProof> proof = absl::UnknownError("not read");
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const std::optional<AuditLeaf> leaf,
                           view.FindEventLeaf(request_, sequence));
      proof = ProveInclusion(view, InstallationSigner(world_.secrets), world_.clock.Now(), *leaf,
                             with_record);
      return absl::OkStatus();
    }),
                IsOk());
    return proof;
  }

  NoteVerifier Verifier() {
    return *NoteVerifier::Parse(InstallationSigner(world_.secrets).verifier_key());
  }

  World world_;
  RequestId request_;
};

TEST_F(InclusionProofTest, ShowsWhatTheRecordSaysWhateverTheProofSaysOfIt) {
  DSR_ASSERT_OK_AND_ASSIGN(v1::InclusionProof proof, Prove(1));
  proof.clear_event();
  proof.mutable_event()->set_kind("request_answered");
  proof.set_statement("it was answered");
  proof.set_verifier_key("dsrd-other+00000000+AAAA");

  DSR_ASSERT_OK_AND_ASSIGN(const ProvedInclusion proved, CheckInclusionProof(proof, Verifier()));

  EXPECT_TRUE(proved.has_record);
  EXPECT_EQ(proved.event.kind(), "request_filed");
  EXPECT_EQ(proved.event.request(), RequestName(request_));
  EXPECT_EQ(proved.event.sequence(), 1);
  EXPECT_EQ(proved.event.index(), proof.leaf());
}

TEST_F(InclusionProofTest, WithoutTheRecordOnlyTheHashIsProved) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof proof, Prove(1, /*with_record=*/false));
  EXPECT_THAT(proof.clear(), IsEmpty());

  DSR_ASSERT_OK_AND_ASSIGN(const ProvedInclusion proved, CheckInclusionProof(proof, Verifier()));

  EXPECT_FALSE(proved.has_record);
  EXPECT_EQ(proved.event.kind(), "");
  EXPECT_EQ(proved.event.leaf_hash(), proof.leaf_hash());
}

TEST_F(InclusionProofTest, DoesNotHoldWhenAnythingInItWasAltered) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof proof, Prove(1));
  ASSERT_THAT(proof.sealed(), Not(IsEmpty()));
  ASSERT_GT(proof.path_size(), 2);
  using Change = std::function<void(v1::InclusionProof&)>;
  std::vector<Change> changes = {
      [](v1::InclusionProof& p) { p.set_leaf(p.leaf() + 1); },
      [](v1::InclusionProof& p) { p.set_leaf(-1); },
      [](v1::InclusionProof& p) { p.set_leaf(int64_t{1} << 40); },
      [](v1::InclusionProof& p) { p.set_leaf_hash(std::string(64, '0')); },
      [](v1::InclusionProof& p) { p.set_leaf_hash("no hash"); },
      [](v1::InclusionProof& p) { p.mutable_path()->RemoveLast(); },
      [](v1::InclusionProof& p) { p.mutable_path()->SwapElements(0, 1); },
      [](v1::InclusionProof& p) { p.add_path(p.path(0)); },
      [](v1::InclusionProof& p) { p.set_path(0, "no base64"); },
      [](v1::InclusionProof& p) { p.clear_path(); },
      [](v1::InclusionProof& p) { p.clear_clear(); },
      [](v1::InclusionProof& p) { p.clear_sealed(); },
      [](v1::InclusionProof& p) { p.clear_checkpoint(); },
      // The hash is over both together: a moved border shows in the record.
      [](v1::InclusionProof& p) {
        p.mutable_clear()->push_back(p.sealed()[0]);
        p.mutable_sealed()->erase(0, 1);
      },
      [](v1::InclusionProof& p) {
        p.mutable_sealed()->insert(0, 1, p.clear().back());
        p.mutable_clear()->pop_back();
      },
  };
  for (size_t i = 0; i < proof.clear().size(); ++i) {
    changes.push_back([i](v1::InclusionProof& p) { (*p.mutable_clear())[i] ^= 1; });
  }
  for (size_t i = 0; i < proof.checkpoint().size(); ++i) {
    changes.push_back([i](v1::InclusionProof& p) { (*p.mutable_checkpoint())[i] ^= 1; });
  }
  for (size_t i = 0; i < changes.size(); ++i) {
    v1::InclusionProof altered = proof;
    changes[i](altered);
    EXPECT_THAT(CheckInclusionProof(altered, Verifier()), Not(IsOk())) << i;
  }
}

TEST_F(InclusionProofTest, OfAnotherInstallationIsTold) {
  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof proof, Prove(1));
  const NoteSigner other("dsrd-other", SecretKey::Generate());

  EXPECT_THAT(CheckInclusionProof(proof, *NoteVerifier::Parse(other.verifier_key())),
              ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID));
}

TEST_F(InclusionProofTest, IsNotMadeOfADamagedLog) {
  for (const char* damage :
       {"UPDATE log SET clear = x'01' WHERE sequence = 1",
        "UPDATE log_nodes SET hash = zeroblob(32)", "DELETE FROM log_nodes WHERE level = 1"}) {
    RawDatabase database(world_.dir.File("dsr.db"));
    database.Run("CREATE TABLE kept AS SELECT * FROM log");
    database.Run("CREATE TABLE kept_nodes AS SELECT * FROM log_nodes");
    ASSERT_GT(database.Run(damage), 0);

    EXPECT_THAT(Prove(1), StatusIs(absl::StatusCode::kDataLoss)) << damage;

    database.Run(
        "DELETE FROM log; INSERT INTO log SELECT * FROM kept; DROP TABLE kept;"
        "DELETE FROM log_nodes; INSERT INTO log_nodes SELECT * FROM kept_nodes;"
        "DROP TABLE kept_nodes");
    EXPECT_THAT(Prove(1), IsOk());
  }
}

TEST(LeafRecordTest, IsToldAsASentence) {
  AuditLeaf leaf;
  leaf.hash = std::string(32, 'h');
  const absl::Time time = absl::FromUnixSeconds(1764410400);
  leaf.clear = RefusalRecord(time, {.actor = "caseworker-1",
                                    .about = "GetRequest",
                                    .reason = v1::ERROR_REASON_ROLE_MISSING})
                   .SerializeAsString();
  EXPECT_EQ(DescribeLeaf(PublicLeaf(leaf)),
            "2025-11-29T10:00:00Z: caseworker-1 was refused (ROLE_MISSING), about GetRequest");
  leaf.clear =
      RefusalRecord(time, {.about = "calls", .reason = v1::ERROR_REASON_TOKEN_INVALID, .count = 7})
          .SerializeAsString();
  EXPECT_THAT(DescribeLeaf(PublicLeaf(leaf)),
              AllOf(HasSubstr("somebody without a known token"), HasSubstr("7 times")));
  leaf.clear = MakeAuditRecord(time, "officer-1", "hold_placed", "holds/1").SerializeAsString();
  EXPECT_EQ(DescribeLeaf(PublicLeaf(leaf)),
            "2025-11-29T10:00:00Z: officer-1 recorded hold_placed, about holds/1");
  leaf.clear = "";
  EXPECT_THAT(DescribeLeaf(PublicLeaf(leaf)), HasSubstr("purged"));
}

TEST(LeafRecordTest, ARecordIsWholeOrNone) {
  const std::string whole =
      MakeAuditRecord(absl::FromUnixSeconds(1), "officer-1", "hold_placed", "holds/1")
          .SerializeAsString();
  storage::v1::AuditRecord record;
  EXPECT_TRUE(ParseWholeRecord(whole, record));
  for (const std::string& other : {whole + whole, whole + "\x7a\x01x", std::string(),
                                   whole.substr(0, whole.size() - 1), std::string("\x0a")}) {
    EXPECT_FALSE(ParseWholeRecord(other, record));
  }
  storage::v1::Event event;
  event.set_sequence(1);
  EXPECT_FALSE(ParseWholeEvent(event.SerializeAsString(), event)) << "it has no payload";
}

}  // namespace
}  // namespace dsr
