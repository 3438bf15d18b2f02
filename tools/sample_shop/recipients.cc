#include "sample_shop/recipients.h"

namespace dsr::sample_shop {

const std::vector<ShopRecipient>& ShopRecipients() {
  static const auto& recipients = *new std::vector<ShopRecipient>{
      {.id = "payment",
       .title = "Sample Payment Services",
       .relation = v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER,
       .jurisdiction = "CN",
       .contact_information = "privacy@payment.example.com",
       .table = "payment",
       .reference_prefix = "pay-",
       .categories = {"account", "payments"},
       .purpose = "to carry out the payment of an order",
       .method = "api",
       .basis = "contract",
       .keeps_records = true},
      {.id = "logistics",
       .title = "Sample Logistics",
       .relation = v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR,
       .jurisdiction = "CN",
       .contact_information = "privacy@logistics.example.com",
       .table = "logistics",
       .reference_prefix = "log-",
       .categories = {"account", "addresses", "orders"},
       .purpose = "to deliver an order",
       .method = "api",
       .basis = "contract"},
      {.id = "overseas-seller",
       .title = "Sample Overseas Seller",
       .relation = v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER,
       .jurisdiction = "SG",
       .contact_information = "privacy@seller.example.com",
       .table = "overseas_seller",
       .reference_prefix = "sel-",
       .categories = {"account", "addresses", "orders"},
       .purpose = "to sell and ship goods from abroad",
       .method = "api",
       .basis = "separate-consent"},
      {.id = "ad-partner",
       .title = "Sample Advertising Partner",
       .relation = v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER,
       .jurisdiction = "CN",
       .contact_information = "privacy@ads.example.com",
       .table = "ad_partner",
       .reference_prefix = "ad-",
       .categories = {"browsing", "search", "recommendation"},
       .purpose = "to show personalised advertising",
       .method = "sdk",
       .basis = "separate-consent"},
  };
  return recipients;
}

const ShopRecipient* FindRecipient(absl::string_view id) {
  for (const ShopRecipient& recipient : ShopRecipients()) {
    if (id == recipient.id) return &recipient;
  }
  return nullptr;
}

}  // namespace dsr::sample_shop
