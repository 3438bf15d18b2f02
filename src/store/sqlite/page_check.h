// A database whose pages are read one and all.
#ifndef DSR_STORE_SQLITE_PAGE_CHECK_H_
#define DSR_STORE_SQLITE_PAGE_CHECK_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// Returns what does not fit together, in words; at most 100 of it. `is_cancelled` is asked now and
// then; errors: UNAVAILABLE RETRY_LATER when it says so. Blocks.
absl::StatusOr<std::vector<std::string>> CheckPages(Connection& connection,
                                                    const std::function<bool()>& is_cancelled);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_PAGE_CHECK_H_
