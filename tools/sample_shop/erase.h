// ERASE: erases what may go and restricts what a law keeps.
#ifndef DSR_TOOLS_SAMPLE_SHOP_ERASE_H_
#define DSR_TOOLS_SAMPLE_SHOP_ERASE_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "absl/time/civil_time.h"
#include "dsr/v1/request.pb.h"
#include "dsr/v1/task.pb.h"
#include "sample_shop/systems.h"

namespace dsr::sample_shop {

// Carries out one instruction for `account` and reports it.
//
// ERASE deletes all records. ERASE_EXPIRED_RESTRICT_REST deletes those anchored on or before
// `item.erase_anchored_until`, restricts the others, and reports them by anchor day. A record
// without an anchor day, such as an open order, counts from `today`: the law's term has not begun,
// and to report too early a day would erase it too early. RESTRICT restricts and reports all of
// them. With `retained_only`, records that are not kept stay as they are. Anything UNSPECIFIED
// erases nothing. Throws SQLite::Exception.
v1::CategoryResult EraseCategory(SQLite::Database& db, const CategoryTable& table,
                                 const std::string& account, const v1::PlanItem& item,
                                 bool retained_only, absl::CivilDay today);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_ERASE_H_
