#include "sample_shop/personas.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sample_shop/json.h"

namespace dsr::sample_shop {
namespace {

// What every persona has; the stories below change what they need.
CustomerPlan BasePlan(int64_t number, absl::string_view name, absl::string_view mailbox) {
  CustomerPlan plan;
  plan.account = AccountId(number);
  plan.name = std::string(name);
  plan.phone = absl::StrFormat("+86 100 0000 %04d", number);
  plan.email = absl::StrCat(mailbox, "@example.com");
  plan.addresses = {absl::StrCat("杭州市西湖区示例路", number, "号"),
                    absl::StrCat("上海市徐汇区样本街", number, "号")};
  plan.completed_orders = {1400, 700, 60};
  plan.pages_viewed = 12;
  plan.searches = 6;
  plan.tags = 3;
  return plan;
}

Persona Access() {
  CustomerPlan plan = BasePlan(1, "王芳", "wang.fang");
  plan.disclosures = {{"payment"}, {"logistics"}};
  return {"access", "asks what the shop holds about her", std::move(plan), {}};
}

Persona Copy() {
  CustomerPlan plan = BasePlan(2, "Elena García", "elena.garcia");
  plan.disclosures = {{"payment"}, {"logistics"}, {"ad-partner"}};
  return {"copy", "wants her data as a file", std::move(plan), {}};
}

Persona Correction() {
  CustomerPlan plan = BasePlan(3, "李强", "li.qiang");
  plan.phone = "+86 100 9999 0003";
  plan.addresses[0] = "杭州市西湖区旧址路3号";
  plan.disclosures = {{"payment"}, {"logistics"}, {"overseas-seller"}};
  std::vector<WishedCorrection> corrections = {
      {"account", "phone", plan.phone, "+86 100 0000 0003"},
      {"addresses", "address", plan.addresses[0], "杭州市西湖区新址路33号"}};
  return {"correction", "has a wrong phone number and a wrong address on file", std::move(plan),
          std::move(corrections)};
}

Persona Deletion() {
  CustomerPlan plan = BasePlan(4, "张敏", "zhang.min");
  plan.completed_orders = {1400, 1300, 400, 30};
  plan.disclosures = {{"payment"}, {"logistics"}, {"overseas-seller"}, {"ad-partner", true}};
  return {"deletion",
          "wants everything deleted; two orders are older than three years, two are not, and the "
          "advertising partner has an authorisation of her own",
          std::move(plan),
          {}};
}

Persona Cancellation() {
  CustomerPlan plan = BasePlan(5, "David Brown", "david.brown");
  plan.open_orders = 1;
  plan.disclosures = {{"payment"}, {"logistics"}, {"ad-partner"}};
  return {"cancellation", "cancels his account while one order is open", std::move(plan), {}};
}

Persona Decision() {
  CustomerPlan plan = BasePlan(6, "陈静", "chen.jing");
  plan.credit_line_rejected = true;
  return {"decision", "complains about a credit line that a model rejected", std::move(plan), {}};
}

Persona Impostor() {
  CustomerPlan plan = BasePlan(7, "周磊", "zhou.lei");
  plan.disclosures = {{"payment"}, {"ad-partner"}};
  return {"impostor",
          "is the victim: somebody else asks for the deletion of his data",
          std::move(plan),
          {}};
}

Persona Overdue() {
  CustomerPlan plan = BasePlan(8, "Grace Evans", "grace.evans");
  plan.disclosures = {{"logistics"}};
  return {"overdue", "files a request that nobody answers in time", std::move(plan), {}};
}

}  // namespace

const std::vector<Persona>& Personas() {
  static const auto& personas =
      *new std::vector<Persona>{Access(),       Copy(),     Correction(), Deletion(),
                                Cancellation(), Decision(), Impostor(),   Overdue()};
  return personas;
}

std::string PersonasAsJson() {
  JsonObject all;
  for (const Persona& persona : Personas()) {
    JsonObject one;
    one.Text("account", persona.plan.account).Text("name", persona.plan.name);
    one.Text("email", persona.plan.email).Text("story", persona.story);
    if (persona.plan.credit_line_rejected) {
      one.Text("decision", CreditDecisionId(persona.plan.account));
    }
    if (!persona.corrections.empty()) {
      std::vector<std::string> corrections;
      for (const WishedCorrection& wish : persona.corrections) {
        corrections.push_back(JsonObject()
                                  .Text("category", wish.category)
                                  .Text("field", wish.field)
                                  .Text("present_value", wish.present_value)
                                  .Text("proposed_value", wish.proposed_value)
                                  .ToString());
      }
      one.Raw("corrections", JsonArray(corrections));
    }
    all.Raw(persona.name, one.ToString());
  }
  all.Raw("unknown", JsonObject()
                         .Text("account", kUnknownAccount)
                         .Text("story", "is no customer of the shop")
                         .ToString());
  return all.ToString();
}

std::string PersonasAsText() {
  std::string out;
  for (const Persona& persona : Personas()) {
    absl::StrAppendFormat(&out, "%-13s %s  %s\n", persona.name, persona.plan.account,
                          persona.story);
  }
  absl::StrAppendFormat(&out, "%-13s %s  is no customer of the shop\n", "unknown", kUnknownAccount);
  return out;
}

}  // namespace dsr::sample_shop
