#include "integration/bad_input.h"

#include "dsr/base/errors.h"
#include "testing/status_matchers.h"

namespace dsr {

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto wrong = BadRequestOf(status);
  if (!wrong.has_value()) return fields;
  for (const auto& violation : wrong->field_violations()) fields.push_back(violation.field());
  return fields;
}

absl::StatusOr<v1::Request> BadInputTest::File(const v1::CreateRequestRequest& call) {
  return server_.Call<v1::RequestService>("intake-tool", &v1::RequestService::Stub::CreateRequest,
                                          call);
}

int64_t BadInputTest::OpenRequests() {
  const auto status = server_.Call<v1::AdminService>(
      "operator-1", &v1::AdminService::Stub::GetStatus, v1::GetStatusRequest());
  EXPECT_THAT(status, IsOk());
  return status.ok() ? status->open_requests() : -1;
}

}  // namespace dsr
