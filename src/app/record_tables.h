// Records as files for people and programs: JSON, CSV, HTML.
#ifndef DSR_APP_RECORD_TABLES_H_
#define DSR_APP_RECORD_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/byte_sink.h"
#include "app/collected_parts.h"

namespace dsr {

// Writes all records of a category as one JSON array, each as it was uploaded, and returns how
// many. INVALID_ARGUMENT FIELD_INVALID for a malformed record.
absl::StatusOr<int64_t> WriteJson(const CollectedParts& parts, absl::string_view category,
                                  const ByteSink& sink);

// Writes them as CSV (RFC 4180, UTF-8 without a mark). The header has every key of any record.
absl::Status WriteCsv(const CollectedParts& parts, absl::string_view category,
                      const std::vector<std::string>& keys, const ByteSink& sink);

// Writes them as an HTML table, and returns how many.
absl::StatusOr<int64_t> WriteHtmlTable(const CollectedParts& parts, absl::string_view category,
                                       const std::vector<std::string>& keys, const ByteSink& sink);

// Returns `text` as a CSV field, quoted where it must be.
std::string CsvField(absl::string_view text);

}  // namespace dsr

#endif  // DSR_APP_RECORD_TABLES_H_
