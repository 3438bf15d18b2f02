#include "workflow/proof_words.h"

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

using v1::MissingProof;

absl::string_view WhatIsAsked(v1::EvidenceKind kind) {
  switch (kind) {
    case v1::EVIDENCE_KIND_SIGNED_REQUEST:
      return "the requester's signature under the written request";
    case v1::EVIDENCE_KIND_IDENTITY_DOCUMENT:
      return "the requester's identity document";
    case v1::EVIDENCE_KIND_GUARDIANSHIP:
      return "what shows the guardianship, such as the household register (Civil Code 27, 28)";
    case v1::EVIDENCE_KIND_CAPACITY_RULING:
      return "the court's decision that the adult lacks capacity (Civil Code 24)";
    case v1::EVIDENCE_KIND_DEATH:
      return "what shows the subject's death (Civil Code 15)";
    case v1::EVIDENCE_KIND_KINSHIP:
      return "what shows that the requester is a close relative (Civil Code 1045)";
    case v1::EVIDENCE_KIND_OWN_INTEREST:
      return "the relative's own lawful and proper interest (PIPL 49)";
    case v1::EVIDENCE_KIND_NO_CONTRARY_ARRANGEMENT:
      return "that the deceased made no contrary arrangement (PIPL 49)";
    case v1::EVIDENCE_KIND_POWER_OF_ATTORNEY:
      return "a power of attorney that covers this request";
    default:
      return "";
  }
}

absl::string_view WhyNot(MissingProof::Reason reason) {
  switch (reason) {
    case MissingProof::REASON_NOT_GIVEN:
      return "nothing was handed in yet";
    case MissingProof::REASON_NOT_ACCEPTED:
      return "what was handed in was not accepted, or proves too little";
    case MissingProof::REASON_EXPIRED:
      return "what was handed in counts no more";
    case MissingProof::REASON_OUT_OF_SCOPE:
      return "what was handed in does not cover this type or these categories";
    case MissingProof::REASON_NOT_DECIDED:
      return "it waits for a decision";
    case MissingProof::REASON_REVOKED:
      return "it was taken back";
    case MissingProof::REASON_OPPOSED:
      return "a court's order, the subject's own arrangement or its death, or that it has shown to "
             "be alive, speaks against it; "
             "a person takes back whichever proof is wrong";
    default:
      return "";
  }
}

}  // namespace

std::string ExplainMissing(const MissingProof& missing) {
  std::string what(WhatIsAsked(missing.evidence()));
  if (what.empty() && missing.purpose() == v1::VERIFICATION_PURPOSE_REPRESENTATION) {
    what = "the authority to act for the subject";
  } else if (what.empty()) {
    what = absl::StrCat("the requester's identity, at ", v1::AssuranceLevel_Name(missing.level()),
                        " or above");
  }
  return absl::StrCat(what, ": ", WhyNot(missing.reason()));
}

}  // namespace dsr
