#include "rpc/request_checks.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/address.h"
#include "dsr/base/errors.h"
#include "dsr/workflow/regions.h"
#include "rpc/field_checks.h"

namespace dsr {
namespace {

constexpr int kMaxFields = 100;

void CheckContact(const v1::Contact& contact, const std::string& field, FieldErrors& errors) {
  if (contact.channel() != "email" && contact.channel() != "sms") {
    errors.AddInvalid(field + ".channel", "is `email` or `sms`");
  }
  CheckText(contact.address(), field + ".address", 1, 320, errors);
  if (contact.address().empty()) return;
  if (contact.channel() == "email" && !IsMailAddress(contact.address()))
    errors.AddInvalid(field + ".address", "is a mail address: the answer goes there");
  if (contact.channel() == "sms" && !IsPhoneNumber(contact.address()))
    errors.AddInvalid(field + ".address",
                      "is a telephone number, digits only: the answer goes there");
}

void CheckRequester(const v1::Request& request, FieldErrors& errors) {
  if (!request.has_requester()) return errors.AddMissing("request.requester");
  const v1::Requester& requester = request.requester();
  if (requester.relation() == v1::RELATION_UNSPECIFIED) {
    errors.AddMissing("request.requester.relation");
  } else if (!v1::Relation_IsValid(requester.relation())) {
    errors.AddInvalid("request.requester.relation", "is a listed relation");
  }
  CheckText(requester.display_name(), "request.requester.display_name", 0, 200, errors);
  if (requester.has_reply_to()) {
    CheckContact(requester.reply_to(), "request.requester.reply_to", errors);
  }
}

void CheckCorrection(const v1::CorrectionDetails& correction, FieldErrors& errors) {
  const std::string list = "request.correction.fields";
  if (correction.fields().empty()) errors.AddMissing(list);
  if (!CheckLength(correction.fields_size(), list, kMaxFields, errors)) return;
  for (int i = 0; i < correction.fields_size(); ++i) {
    const v1::FieldCorrection& field = correction.fields(i);
    const std::string path = absl::StrCat(list, "[", i, "]");
    CheckText(field.category(), path + ".category", 1, 100, errors);
    CheckText(field.field(), path + ".field", 1, 100, errors);
    CheckText(field.present_value(), path + ".present_value", 0, kMaxText, errors);
    CheckText(field.proposed_value(), path + ".proposed_value", 1, kMaxText, errors);
    CheckText(field.evidence(), path + ".evidence", 0, kMaxText, errors);
  }
}

void CheckCompanyDeletion(const v1::CompanyDeletionDetails& details, FieldErrors& errors) {
  const std::string path = "request.company_deletion.";
  if (details.ground() == v1::COMPANY_DELETION_GROUND_UNSPECIFIED) {
    errors.AddMissing(path + "ground");
  } else if (!v1::CompanyDeletionGround_IsValid(details.ground())) {
    errors.AddInvalid(path + "ground", "is a listed ground");
  }
  CheckWord(details.batch(), path + "batch", 100, errors);
  CheckText(details.announcement(), path + "announcement", 0, 400, errors);
  const bool is_merger = details.ground() == v1::COMPANY_DELETION_GROUND_MERGER;
  CheckText(details.successor(), path + "successor", is_merger ? 1 : 0, 200, errors);
  if (!is_merger && !details.successor().empty())
    errors.AddInvalid(path + "successor", "is for the ground MERGER only");
}

void CheckDetails(const v1::Request& request, FieldErrors& errors) {
  switch (request.details_case()) {
    case v1::Request::kCorrection:
      CheckCorrection(request.correction(), errors);
      break;
    case v1::Request::kDeletion:
      if (!v1::DeletionGround_IsValid(request.deletion().ground())) {
        errors.AddInvalid("request.deletion.ground", "is a listed ground");
      }
      break;
    case v1::Request::kDecisionComplaint:
      CheckText(request.decision_complaint().decision_id(),
                "request.decision_complaint.decision_id", 1, 100, errors);
      CheckText(request.decision_complaint().effect(), "request.decision_complaint.effect", 1,
                kMaxText, errors);
      break;
    case v1::Request::kConsentChange:
      CheckText(request.consent_change().consent(), "request.consent_change.consent", 1, 100,
                errors);
      CheckLength(request.consent_change().keep_categories_size(),
                  "request.consent_change.keep_categories", kMaxCategories, errors);
      break;
    case v1::Request::kComplaint:
      CheckText(request.complaint().request(), "request.complaint.request", 0, 100, errors);
      CheckText(request.complaint().text(), "request.complaint.text", 1, kMaxText, errors);
      break;
    case v1::Request::kText:
      CheckText(request.text().text(), "request.text.text", 1, kMaxText, errors);
      CheckText(request.text().law(), "request.text.law", 0, 200, errors);
      break;
    case v1::Request::kTransfer:
      CheckText(request.transfer().recipient(), "request.transfer.recipient", 1, 100, errors);
      CheckText(request.transfer().agreement(), "request.transfer.agreement", 1, 400, errors);
      break;
    case v1::Request::kCompanyDeletion:
      CheckCompanyDeletion(request.company_deletion(), errors);
      break;
    case v1::Request::DETAILS_NOT_SET:
      break;
  }
}

}  // namespace

absl::Status CheckNewRequest(const v1::Request& request, bool needs_account) {
  FieldErrors errors;
  CheckText(request.type(), "request.type", 1, 100, errors);
  CheckText(request.subject_account(), "request.subject_account", needs_account ? 1 : 0, 200,
            errors);
  CheckRequester(request, errors);
  CheckWord(request.channel(), "request.channel", 40, errors);
  if (!request.language().empty() && request.language() != "zh-CN" && request.language() != "en") {
    errors.AddInvalid("request.language", "is `zh-CN` or `en`");
  }
  if (request.has_received_time()) {
    CheckTimestamp(request.received_time(), "request.received_time", errors);
  }
  if (!request.region().empty() && !IsRegion(request.region())) {
    errors.AddInvalid("request.region", "is an ISO 3166 code such as `CN` or `CN-33`");
  }
  CheckLength(request.categories_size(), "request.categories", kMaxCategories, errors);
  CheckDetails(request, errors);
  return errors.ToStatus();
}

storage::v1::RequestFiled FiledFrom(const v1::Request& request) {
  storage::v1::RequestFiled filed;
  filed.set_type(request.type());
  if (request.has_received_time()) *filed.mutable_received_time() = request.received_time();
  filed.set_subject_account(request.subject_account());
  *filed.mutable_requester() = request.requester();
  filed.set_channel(request.channel());
  filed.set_region(request.region());
  filed.set_language(request.language());
  *filed.mutable_categories() = request.categories();
  if (request.has_correction()) {
    *filed.mutable_correction() = request.correction();
    for (v1::FieldCorrection& field : *filed.mutable_correction()->mutable_fields()) {
      field.clear_decision();
      field.clear_reason();
    }
  }
  if (request.has_deletion()) *filed.mutable_deletion() = request.deletion();
  if (request.has_decision_complaint()) {
    *filed.mutable_decision_complaint() = request.decision_complaint();
  }
  if (request.has_consent_change()) *filed.mutable_consent_change() = request.consent_change();
  if (request.has_complaint()) *filed.mutable_complaint() = request.complaint();
  if (request.has_text()) *filed.mutable_text() = request.text();
  if (request.has_transfer()) *filed.mutable_transfer() = request.transfer();
  if (request.has_company_deletion())
    *filed.mutable_company_deletion() = request.company_deletion();
  // Whoever asks what needs no account is known by where he is answered.
  if (filed.subject_account().empty()) {
    const v1::Contact& reply_to = request.requester().reply_to();
    filed.set_subject_account(absl::StrCat(reply_to.channel(), ":", reply_to.address()));
  }
  return filed;
}

}  // namespace dsr
