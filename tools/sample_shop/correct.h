// CORRECT: puts right what a person showed to be wrong.
#ifndef DSR_TOOLS_SAMPLE_SHOP_CORRECT_H_
#define DSR_TOOLS_SAMPLE_SHOP_CORRECT_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "dsr/v1/request.pb.h"

namespace dsr::sample_shop {

// Sets one field of `account` and returns how many records changed, 0 when there is none. The
// records that hold the present value change; where none does (a supplement, or the person saw
// another spelling), the first one. INVALID_ARGUMENT when the shop has no such field. Doing it
// again sets the same value again. Throws SQLite::Exception.
absl::StatusOr<int64_t> CorrectField(SQLite::Database& db, const std::string& account,
                                     const v1::FieldCorrection& correction);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_CORRECT_H_
