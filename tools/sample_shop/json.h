// JSON text, as far as the shop writes it.
#ifndef DSR_TOOLS_SAMPLE_SHOP_JSON_H_
#define DSR_TOOLS_SAMPLE_SHOP_JSON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr::sample_shop {

// Returns `text`, which is UTF-8, as a JSON string with its quotes.
std::string JsonString(absl::string_view text);

// Returns the elements, each of them JSON already, as an array.
std::string JsonArray(const std::vector<std::string>& elements);

// Builds one object, members in the order they are added. Not thread-safe.
class JsonObject {
 public:
  JsonObject& Text(absl::string_view key, absl::string_view value);
  JsonObject& Number(absl::string_view key, int64_t value);
  JsonObject& Bool(absl::string_view key, bool value);
  // Adds a member whose value is JSON already.
  JsonObject& Raw(absl::string_view key, absl::string_view json);

  // The object on one line.
  std::string ToString() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_JSON_H_
