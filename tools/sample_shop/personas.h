// The customers with fixed account ids, one for each story that a demonstration tells.
#ifndef DSR_TOOLS_SAMPLE_SHOP_PERSONAS_H_
#define DSR_TOOLS_SAMPLE_SHOP_PERSONAS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sample_shop/customer_plan.h"

namespace dsr::sample_shop {

// A correction that a persona asks for.
struct WishedCorrection {
  std::string category;
  std::string field;
  std::string present_value;
  std::string proposed_value;
};

// One persona. Its plan is fixed, whatever the seed.
struct Persona {
  std::string name;
  // What the persona is for, one sentence.
  std::string story;
  CustomerPlan plan;
  std::vector<WishedCorrection> corrections;
};

// An account id that the shop does not know.
inline constexpr absl::string_view kUnknownAccount = "u-999999";

// All personas: access, copy, correction, deletion, cancellation, decision, impostor, overdue.
// Their accounts are the first of the shop.
const std::vector<Persona>& Personas();

// Returns them as one JSON object, name to account, email, and what the story needs (`decision`,
// `corrections`); with `unknown`.
std::string PersonasAsJson();

// Returns them as lines for people.
std::string PersonasAsText();

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_PERSONAS_H_
