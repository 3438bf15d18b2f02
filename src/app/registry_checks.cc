#include "app/registry_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dsr/base/address.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/text_checks.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/receipt.h"

namespace dsr {
namespace {

constexpr int kMaxCategories = 100;

bool IsRegistryId(absl::string_view id) {
  return !id.empty() && id.size() <= 40 && absl::ascii_islower(id[0]) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

void CheckCategories(const google::protobuf::RepeatedPtrField<std::string>& categories,
                     absl::string_view field, bool required, const v1::Policy& policy,
                     FieldErrors& errors) {
  if (required && categories.empty()) errors.AddMissing(field);
  if (categories.size() > kMaxCategories) {
    errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, field,
               absl::StrCat("has at most ", kMaxCategories, " entries"));
    return;
  }
  for (int i = 0; i < categories.size(); ++i) {
    const bool known = std::any_of(
        policy.categories().begin(), policy.categories().end(),
        [&](const v1::Category& category) { return category.name() == categories.Get(i); });
    if (!known) {
      errors.AddInvalid(absl::StrCat(field, "[", i, "]"), "names a data category of the policy");
    } else if (std::count(categories.begin(), categories.end(), categories.Get(i)) > 1) {
      errors.AddInvalid(absl::StrCat(field, "[", i, "]"), "names each category once");
    }
  }
}

bool IsAboutCategories(int kind) {
  return kind == v1::TASK_KIND_COLLECT || kind == v1::TASK_KIND_CORRECT ||
         kind == v1::TASK_KIND_ERASE;
}

constexpr int kMaxReceiptKeys = 5;
constexpr int kMaxExemptions = 20;
constexpr int kMaxConcurrent = 64;
constexpr int kMaxPerSecond = 10000;
constexpr int kMaxMonths = 1200;

void CheckEndpoint(const std::string& endpoint, const std::string& secret_id,
                   const std::string& prefix, absl::string_view field, const UrlCheck& check,
                   FieldErrors& errors) {
  if (endpoint.empty()) {
    errors.AddMissing(absl::StrCat(prefix, field));
  } else {
    errors.AddAll(prefix, check(endpoint));
  }
  CheckText(secret_id, absl::StrCat(prefix, "secret_id"), 1, 100, errors);
}

void CheckDelivery(const v1::Delivery& delivery, const std::string& prefix,
                   const EndpointChecks& checks, FieldErrors& errors) {
  switch (delivery.way_case()) {
    case v1::Delivery::kWebhook:
      CheckEndpoint(delivery.webhook().url(), delivery.webhook().secret_id(), prefix + "webhook.",
                    "url", checks.url, errors);
      break;
    case v1::Delivery::kPush:
      CheckEndpoint(delivery.push().target(), delivery.push().secret_id(), prefix + "push.",
                    "target", checks.target, errors);
      break;
    case v1::Delivery::kLetter:
      if (!IsMailAddress(delivery.letter().address()))
        errors.AddInvalid(prefix + "letter.address", "is a mail address");
      break;
    case v1::Delivery::kPull:
      break;
    case v1::Delivery::WAY_NOT_SET:
      errors.AddMissing(prefix + "way", "choose `webhook`, `push`, `pull` or `letter`");
      break;
  }
  if (delivery.max_concurrent() < 0 || delivery.max_concurrent() > kMaxConcurrent)
    errors.AddInvalid(prefix + "max_concurrent", absl::StrCat("is 0 to ", kMaxConcurrent));
  if (delivery.max_per_second() < 0 || delivery.max_per_second() > kMaxPerSecond)
    errors.AddInvalid(prefix + "max_per_second", absl::StrCat("is 0 to ", kMaxPerSecond));
}

void CheckLegalExemptions(const v1::Recipient& recipient, const v1::Policy& policy,
                          FieldErrors& errors) {
  if (recipient.legal_exemptions_size() > kMaxExemptions) {
    return errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, "legal_exemptions",
                      absl::StrCat("has at most ", kMaxExemptions, " entries"));
  }
  for (int i = 0; i < recipient.legal_exemptions_size(); ++i) {
    const v1::LegalExemption& exemption = recipient.legal_exemptions(i);
    const std::string prefix = absl::StrCat("legal_exemptions[", i, "].");
    CheckLine(exemption.law(), prefix + "law", 1, 200, errors);
    CheckLine(exemption.proof(), prefix + "proof", 1, 400, errors);
    CheckCategories(exemption.categories(), prefix + "categories", true, policy, errors);
    if (exemption.months() < 0 || exemption.months() > kMaxMonths)
      errors.AddInvalid(prefix + "months", absl::StrCat("is 1 to ", kMaxMonths, ", or absent"));
  }
}

}  // namespace

void CheckRegistryId(absl::string_view id, absl::string_view field, FieldErrors& errors) {
  if (id.empty()) {
    errors.AddMissing(field);
  } else if (!IsRegistryId(id)) {
    errors.AddInvalid(field, "has 1 to 40 characters of a-z, 0-9 and `-`, beginning with a letter");
  }
}

absl::Status CheckDataSystem(const v1::DataSystem& system, const v1::Policy& policy) {
  FieldErrors errors;
  CheckText(system.title(), "title", 1, 200, errors);
  if (system.task_kinds().empty()) errors.AddMissing("task_kinds");
  bool needs_categories = false;
  for (int i = 0; i < system.task_kinds_size(); ++i) {
    const int kind = system.task_kinds(i);
    needs_categories = needs_categories || IsAboutCategories(kind);
    if (kind == v1::TASK_KIND_UNSPECIFIED || !v1::TaskKind_IsValid(kind)) {
      errors.AddInvalid(absl::StrCat("task_kinds[", i, "]"), "is a known kind of task");
    } else if (kind == v1::TASK_KIND_BUILD_PACKAGE || kind == v1::TASK_KIND_BUILD_ANSWER) {
      errors.AddInvalid(absl::StrCat("task_kinds[", i, "]"), "is done by dsrd itself");
    } else if (std::count(system.task_kinds().begin(), system.task_kinds().end(), kind) > 1) {
      errors.AddInvalid(absl::StrCat("task_kinds[", i, "]"), "names each kind once");
    }
  }
  CheckCategories(system.categories(), "categories", needs_categories, policy, errors);
  return errors.ToStatus();
}

absl::Status CheckRecipient(const v1::Recipient& recipient, const v1::Policy& policy,
                            const EndpointChecks& checks) {
  FieldErrors errors;
  CheckText(recipient.title(), "title", 1, 200, errors);
  CheckText(recipient.contact_information(), "contact_information", 0, 400, errors);
  if (recipient.relation() == v1::RECIPIENT_RELATION_UNSPECIFIED) {
    errors.AddMissing("relation");
  } else if (!v1::RecipientRelation_IsValid(recipient.relation())) {
    errors.AddInvalid("relation", "is a known relation");
  }
  const std::string& country = recipient.jurisdiction();
  if (country.empty()) {
    errors.AddMissing("jurisdiction");
  } else if (country.size() != 2 || !absl::ascii_isupper(country[0]) ||
             !absl::ascii_isupper(country[1])) {
    errors.AddInvalid("jurisdiction", "is an ISO 3166-1 alpha-2 code, such as `CN`");
  }
  const std::string& language = recipient.language();
  const bool is_language =
      language.size() <= 20 && std::all_of(language.begin(), language.end(), [](char letter) {
        return absl::ascii_isalnum(letter) || letter == '-';
      });
  if (!is_language) errors.AddInvalid("language", "is a language tag, such as `en` or `zh-CN`");
  absl::string_view successor = recipient.successor();
  if (!successor.empty() &&
      (!absl::ConsumePrefix(&successor, "recipients/") || !IsRegistryId(successor) ||
       recipient.successor() == recipient.name())) {
    errors.AddInvalid("successor", "is the name of another recipient, such as `recipients/pay`");
  }
  CheckDelivery(recipient.delivery(), "delivery.", checks, errors);
  if (recipient.has_fallback()) {
    CheckDelivery(recipient.fallback(), "fallback.", checks, errors);
    if (recipient.fallback().way_case() == v1::Delivery::kPull)
      errors.AddInvalid("fallback", "is a way that reaches the recipient: not `pull`");
  }
  if (recipient.receipt_keys_size() > kMaxReceiptKeys) {
    errors.Add(v1::ERROR_REASON_LIST_TOO_LONG, "receipt_keys",
               absl::StrCat("has at most ", kMaxReceiptKeys, " entries"));
  }
  for (const std::string& key : recipient.receipt_keys())
    errors.AddAll("", ValidateReceiptKey(key));
  CheckCategories(recipient.shared_categories(), "shared_categories", false, policy, errors);
  CheckLegalExemptions(recipient, policy, errors);
  return errors.ToStatus();
}

absl::Status CheckDisclosure(const v1::Disclosure& disclosure, const v1::Policy& policy,
                             absl::Time now) {
  FieldErrors errors;
  CheckText(disclosure.subject_account(), "subject_account", 1, 200, errors);
  absl::string_view recipient = disclosure.recipient();
  if (recipient.empty()) {
    errors.AddMissing("recipient");
  } else if (!absl::ConsumePrefix(&recipient, "recipients/") || !IsRegistryId(recipient)) {
    errors.AddInvalid("recipient", "is a name such as `recipients/pay`");
  }
  CheckCategories(disclosure.categories(), "categories", true, policy, errors);
  if (!disclosure.has_disclose_time()) {
    errors.AddMissing("disclose_time");
  } else if (!IsValidTimestamp(disclosure.disclose_time()) ||
             FromTimestamp(disclosure.disclose_time()) > now) {
    errors.AddInvalid("disclose_time", "is a time that is not in the future");
  }
  CheckText(disclosure.purpose(), "purpose", 1, 200, errors);
  CheckText(disclosure.method(), "method", 1, 100, errors);
  CheckText(disclosure.basis(), "basis", 1, 100, errors);
  CheckText(disclosure.recipient_reference(), "recipient_reference", 0, 200, errors);
  if (disclosure.onward_recipients_size() > 100) {
    errors.AddInvalid("onward_recipients", "has at most 100 entries");
  }
  for (absl::string_view onward : disclosure.onward_recipients()) {
    if (onward == disclosure.recipient() || !absl::ConsumePrefix(&onward, "recipients/") ||
        !IsRegistryId(onward)) {
      errors.AddInvalid("onward_recipients", "are names of others, such as `recipients/carrier`");
      break;
    }
  }
  if (disclosure.has_own_authorisation()) {
    CheckText(disclosure.own_authorisation().proof(), "own_authorisation.proof", 1, 400, errors);
    CheckCategories(disclosure.own_authorisation().categories(), "own_authorisation.categories",
                    true, policy, errors);
  }
  return errors.ToStatus();
}

absl::Status CheckConsent(const v1::Consent& consent, const v1::Policy& policy, absl::Time now) {
  FieldErrors errors;
  CheckText(consent.subject_account(), "subject_account", 1, 200, errors);
  CheckText(consent.purpose(), "purpose", 1, 100, errors);
  const bool is_word =
      std::all_of(consent.purpose().begin(), consent.purpose().end(), [](char letter) {
        return absl::ascii_islower(letter) || absl::ascii_isdigit(letter) || letter == '-';
      });
  if (!is_word) errors.AddInvalid("purpose", "has a-z, 0-9 and `-` only");
  CheckCategories(consent.categories(), "categories", true, policy, errors);
  if (consent.recipients_size() > 100) errors.AddInvalid("recipients", "has at most 100 entries");
  for (const std::string& name : consent.recipients()) {
    absl::string_view recipient = name;
    if (absl::ConsumePrefix(&recipient, "recipients/") && IsRegistryId(recipient)) continue;
    errors.AddInvalid("recipients", "has names such as `recipients/pay`");
    break;
  }
  if (!consent.has_give_time()) {
    errors.AddMissing("give_time");
  } else if (!IsValidTimestamp(consent.give_time()) || FromTimestamp(consent.give_time()) > now) {
    errors.AddInvalid("give_time", "is a time that is not in the future");
  }
  CheckText(consent.evidence(), "evidence", 1, 400, errors);
  return errors.ToStatus();
}

absl::Status CheckMerge(const v1::MergeAccountsRequest& in) {
  FieldErrors errors;
  CheckText(in.subject_account(), "subject_account", 1, 200, errors);
  CheckText(in.into_account(), "into_account", 1, 200, errors);
  if (errors.empty() && in.subject_account() == in.into_account())
    errors.AddInvalid("into_account", "is another account");
  return errors.ToStatus();
}

absl::Status CheckHold(const v1::Hold& hold, bool has_account, const v1::Policy& policy,
                       absl::CivilDay today) {
  FieldErrors errors;
  CheckText(hold.subject_account(), "subject_account", has_account ? 1 : 0, has_account ? 200 : 0,
            errors);
  CheckCategories(hold.categories(), "categories", false, policy, errors);
  if (hold.ground() == v1::HOLD_GROUND_UNSPECIFIED) {
    errors.AddMissing("ground");
  } else if (!v1::HoldGround_IsValid(hold.ground())) {
    errors.AddInvalid("ground", "is a listed ground");
  }
  CheckText(hold.law(), "law", 1, 200, errors);
  CheckText(hold.reason(), "reason", 1, 4000, errors);
  if (hold.has_until()) {
    const v1::Date& until = hold.until();
    const bool is_real = until.year() >= 1 && until.year() <= 9999 && until.month() >= 1 &&
                         until.month() <= 12 && until.day() >= 1 &&
                         ToDate(ToCivilDay(until)).day() == until.day();
    if (!is_real || ToCivilDay(until) < today) {
      errors.AddInvalid("until", "is a day that is not in the past");
    }
  }
  return errors.ToStatus();
}

}  // namespace dsr
