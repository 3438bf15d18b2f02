// What stops or restricts the use of data that stays where it is.
#ifndef DSR_TOOLS_SAMPLE_SHOP_PROCESSING_H_
#define DSR_TOOLS_SAMPLE_SHOP_PROCESSING_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "dsr/v1/task.pb.h"
#include "sample_shop/systems.h"

namespace dsr::sample_shop {

// Carries out `kind` for one category of `account` and returns how many records it is about:
//
//   RESTRICT          hides them from the shop's business, until LIFT_RESTRICTION
//   LIFT_RESTRICTION  shows again what RESTRICT hid, and nothing that a law or a hold keeps
//   STOP_PROCESSING, STOP_COLLECTION  nothing more is observed of the person
//
// Again has no effect. Throws SQLite::Exception.
int64_t ChangeProcessing(SQLite::Database& db, const CategoryTable& table,
                         const std::string& account, v1::TaskKind kind);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_PROCESSING_H_
