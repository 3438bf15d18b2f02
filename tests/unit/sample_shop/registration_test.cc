#include "sample_shop/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dsr/v1/registry_service.grpc.pb.h"
#include "unit/sample_shop/fake_server.h"
#include "unit/sample_shop/shop_fixture.h"

namespace dsr::sample_shop {
namespace {

using ::testing::SizeIs;

// A registry in memory. Used by one client thread, which waits for each answer.
class FakeRegistryService : public v1::RegistryService::Service {
 public:
  grpc::Status CreateDataSystem(grpc::ServerContext*, const v1::CreateDataSystemRequest* request,
                                v1::DataSystem*) override {
    if (!systems.insert(request->data_system_id()).second) return Exists();
    return grpc::Status::OK;
  }
  grpc::Status CreateRecipient(grpc::ServerContext*, const v1::CreateRecipientRequest* request,
                               v1::Recipient*) override {
    const std::string name = "recipients/" + request->recipient_id();
    if (recipients.count(name) > 0) return Exists();
    recipients[name] = request->recipient();
    recipients[name].set_name(name);
    recipients[name].set_etag("1");
    return grpc::Status::OK;
  }
  grpc::Status GetRecipient(grpc::ServerContext*, const v1::GetRecipientRequest* request,
                            v1::Recipient* out) override {
    *out = recipients[request->name()];
    return grpc::Status::OK;
  }
  grpc::Status UpdateRecipient(grpc::ServerContext*, const v1::UpdateRecipientRequest* request,
                               v1::Recipient*) override {
    ++updates;
    *recipients[request->recipient().name()].mutable_delivery() = request->recipient().delivery();
    return grpc::Status::OK;
  }
  grpc::Status BatchCreateDisclosures(grpc::ServerContext* context,
                                      const v1::BatchCreateDisclosuresRequest* request,
                                      v1::BatchCreateDisclosuresResponse*) override {
    authorization = AuthorizationOf(*context);
    if (!batch_keys.insert(request->idempotency_key()).second) return grpc::Status::OK;
    batches.push_back(*request);
    return grpc::Status::OK;
  }

  static grpc::Status Exists() {
    return ErrorWith(grpc::StatusCode::ALREADY_EXISTS, "RESOURCE_EXISTS");
  }

  std::set<std::string> systems;
  std::map<std::string, v1::Recipient> recipients;
  int updates = 0;
  std::string authorization;
  std::set<std::string> batch_keys;
  std::vector<v1::BatchCreateDisclosuresRequest> batches;
};

class RegistrationTest : public ::testing::Test {
 protected:
  RegistrationTest() : shop_(7, 700), server_(service_) {}

  absl::StatusOr<RegistrationSummary> RegisterAt(absl::string_view url) {
    return Register(server_.Caller("operator"), server_.Caller("registrar"), shop_.shop(), url);
  }

  TestShop shop_;
  FakeRegistryService service_;
  FakeServer server_;
};

TEST_F(RegistrationTest, RegistersSystemsRecipientsAndDisclosuresInBatches) {
  DSR_ASSERT_OK_AND_ASSIGN(const RegistrationSummary summary, RegisterAt("http://127.0.0.1:8081"));

  EXPECT_EQ(summary.systems, 5);
  EXPECT_EQ(summary.recipients, 4);
  EXPECT_THAT(service_.systems, SizeIs(5));
  EXPECT_EQ(service_.recipients["recipients/ad-partner"].delivery().webhook().url(),
            "http://127.0.0.1:8081/recipients/ad-partner/notices");
  EXPECT_EQ(service_.recipients["recipients/ad-partner"].delivery().webhook().secret_id(),
            "ad-partner");
  ASSERT_THAT(service_.batches, SizeIs(2));
  EXPECT_THAT(service_.batches[0].disclosures(), SizeIs(1000));
  EXPECT_EQ(summary.disclosures, 1000 + service_.batches[1].disclosures_size());
  EXPECT_EQ(service_.authorization, "Bearer registrar");
}

TEST_F(RegistrationTest, DisclosesWithTheRecipientsReferenceAndTheSubjectsAuthorisation) {
  ASSERT_THAT(RegisterAt("http://127.0.0.1:8081"), IsOk());

  std::vector<v1::Disclosure> found;
  for (const v1::Disclosure& disclosure : service_.batches[0].disclosures()) {
    if (disclosure.subject_account() == "u-100004" &&
        disclosure.recipient() == "recipients/ad-partner") {
      found.push_back(disclosure);
    }
  }
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].recipient_reference().substr(0, 3), "ad-");
  EXPECT_THAT(found[0].own_authorisation().categories(), SizeIs(3));
  EXPECT_GT(found[0].disclose_time().seconds(), 0);
}

TEST_F(RegistrationTest, ChangesNothingTheSecondTime) {
  ASSERT_THAT(RegisterAt("http://127.0.0.1:8081"), IsOk());

  ASSERT_THAT(RegisterAt("http://127.0.0.1:8081"), IsOk());

  EXPECT_THAT(service_.batches, SizeIs(2));
  EXPECT_EQ(service_.updates, 0);
}

TEST_F(RegistrationTest, TellsTheNewUrlWhenThePortChanged) {
  ASSERT_THAT(RegisterAt("http://127.0.0.1:8081"), IsOk());

  ASSERT_THAT(RegisterAt("http://127.0.0.1:9091"), IsOk());

  EXPECT_EQ(service_.updates, 4);
  EXPECT_EQ(service_.recipients["recipients/payment"].delivery().webhook().url(),
            "http://127.0.0.1:9091/recipients/payment/notices");
}

}  // namespace
}  // namespace dsr::sample_shop
