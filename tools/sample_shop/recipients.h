// The recipients to whom the shop discloses data, as its privacy policy names them.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RECIPIENTS_H_
#define DSR_TOOLS_SAMPLE_SHOP_RECIPIENTS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "dsr/v1/registry.pb.h"

namespace dsr::sample_shop {

// One recipient.
struct ShopRecipient {
  const char* id;
  const char* title;
  v1::RecipientRelation relation;
  const char* jurisdiction;
  const char* contact_information;
  // Its table in the recipients' database.
  const char* table;
  // What its own references for subjects begin with.
  const char* reference_prefix;
  // What is disclosed to it, for what, how and why.
  std::vector<const char*> categories;
  const char* purpose;
  const char* method;
  const char* basis;
  // True when a law of its own makes it keep what it received: it objects to deletion.
  bool keeps_records = false;
};

// All of them: payment, logistics, overseas-seller, ad-partner.
const std::vector<ShopRecipient>& ShopRecipients();

// Returns the recipient with this id, or nullptr. The pointer is valid for ever.
const ShopRecipient* FindRecipient(absl::string_view id);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RECIPIENTS_H_
