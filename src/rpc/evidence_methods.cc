// Evidence: what a person saw, and the documents of it.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/not_found.h"
#include "app/sealer.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/verification_service.pb.h"
#include "dsr/workflow/deadline.h"
#include "dsr/workflow/names.h"
#include "rpc/case_file.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr int kMaxScope = 100;
constexpr size_t kMaxDocument = 2 * 1024 * 1024;
// Large enough for every document that is allowed, and to tell by the field of one that is not.
constexpr size_t kLeastMessageLimit = 2 * kMaxDocument;
// What stands in the place of a category in the box of a document.
constexpr char kDocument[] = "document";

bool IsRealDay(const v1::Date& date) {
  return date.year() >= 1 && date.year() <= 9999 && date.month() >= 1 && date.month() <= 12 &&
         date.day() >= 1 && ToDate(ToCivilDay(date)).day() == date.day();
}

std::optional<absl::CivilDay> BirthDay(const v1::RecordEvidenceRequest& in) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(in.ward_birth_day(), &day)) return std::nullopt;
  return day;
}

void CheckEvidence(const v1::RecordEvidenceRequest& in, FieldErrors& errors) {
  const v1::Evidence& evidence = in.evidence();
  if (evidence.kind() == v1::EVIDENCE_KIND_UNSPECIFIED) {
    errors.AddMissing("evidence.kind");
  } else if (!v1::EvidenceKind_IsValid(evidence.kind())) {
    errors.AddInvalid("evidence.kind", "is a listed kind of evidence");
  }
  CheckText(evidence.seen(), "evidence.seen", 1, 400, errors);
  if (!v1::Kinship_IsValid(evidence.kinship())) {
    errors.AddInvalid("evidence.kinship", "is a listed kinship");
  }
  if (evidence.has_death_day() && !IsRealDay(evidence.death_day())) {
    errors.AddInvalid("evidence.death_day", "is a real day");
  }
  if (evidence.has_expire_time()) {
    CheckTimestamp(evidence.expire_time(), "evidence.expire_time", errors);
  }
  CheckLength(evidence.types_size(), "evidence.types", kMaxScope, errors);
  CheckLength(evidence.categories_size(), "evidence.categories", kMaxScope, errors);
  for (const std::string& type : evidence.types()) CheckWord(type, "evidence.types", 100, errors);
  for (const std::string& category : evidence.categories()) {
    CheckWord(category, "evidence.categories", 100, errors);
  }
  if (in.document().size() > kMaxDocument) {
    errors.AddInvalid("document", "has at most 2 MiB");
  }
  if (in.ward_birth_day().empty()) return;
  if (!BirthDay(in).has_value()) {
    errors.AddInvalid("ward_birth_day", "is a day of the form YYYY-MM-DD");
  } else if (evidence.kind() != v1::EVIDENCE_KIND_GUARDIANSHIP) {
    errors.AddInvalid("ward_birth_day", "goes with GUARDIANSHIP only");
  }
}

v1::Date YearsAfter(absl::CivilDay day, int years) {
  return ToDate(absl::CivilDay(day.year() + years, day.month(), day.day()));
}

// Takes over what the caller may say; the birthday itself is not kept.
v1::Evidence EvidenceFrom(const v1::RecordEvidenceRequest& in) {
  v1::Evidence evidence;
  evidence.set_kind(in.evidence().kind());
  evidence.set_accepted(in.evidence().accepted());
  evidence.set_seen(in.evidence().seen());
  if (in.evidence().has_death_day()) *evidence.mutable_death_day() = in.evidence().death_day();
  evidence.set_kinship(in.evidence().kinship());
  *evidence.mutable_types() = in.evidence().types();
  *evidence.mutable_categories() = in.evidence().categories();
  if (in.evidence().has_expire_time()) {
    *evidence.mutable_expire_time() = in.evidence().expire_time();
  }
  if (const std::optional<absl::CivilDay> day = BirthDay(in)) {
    *evidence.mutable_child_until() = YearsAfter(*day, 14);
    *evidence.mutable_minor_until() = YearsAfter(*day, 18);
  }
  return evidence;
}

void HandleRecordEvidence(const std::shared_ptr<UnaryCall>& call,
                          const v1::RecordEvidenceRequest& in) {
  const auto name = ParseVerificationName(in.name());
  if (!name.ok()) return call->Fail(name.status());
  FieldErrors errors;
  CheckEvidence(in, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  const EvidenceId evidence = call->context().parts().ids.Next<EvidenceId>();
  Carry(call, in, AnswerVerification(in.name()),
        [in, evidence, request = name->first,
         id = name->second](const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
          storage::v1::Event event;
          storage::v1::EvidenceRecorded& recorded = *event.mutable_evidence_recorded();
          recorded.set_verification_id(std::string(id.bytes()));
          recorded.set_evidence_id(std::string(evidence.bytes()));
          *recorded.mutable_evidence() = EvidenceFrom(in);
          if (!in.document().empty()) recorded.set_document_sha256(Sha256(in.document()));
          DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(request, std::move(event)));
          PlannedCommand planned{.request = request,
                                 .command = RecordEvidence{prepared.clear.evidence_recorded()},
                                 .content = std::move(prepared.content)};
          if (in.document().empty()) return planned;
          DSR_ASSIGN_OR_RETURN(const SecretKey key, sealer.KeyOf(request));
          planned.document = SealChunk(key, evidence.bytes(), kDocument, 0, in.document());
          return planned;
        });
}

void HandleGetDocument(const std::shared_ptr<UnaryCall>& call, const v1::GetDocumentRequest& in) {
  const auto name = ParseVerificationName(in.verification());
  if (!name.ok()) return call->Fail(AtField("verification", name.status()));
  const absl::StatusOr<EvidenceId> evidence = EvidenceId::Parse(in.evidence());
  if (!evidence.ok()) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "evidence", "is an id"));
  }
  OpenCaseFile(call, name->first, [call, in, request = name->first, id = *evidence] {
    AnswerFromStore<v1::GetDocumentResponse>(
        call, [call, in, request, id](ReadView& view) -> absl::StatusOr<v1::GetDocumentResponse> {
          DSR_ASSIGN_OR_RETURN(const storage::v1::RequestState state, view.FindRequest(request));
          for (const v1::Verification& verification : state.verifications()) {
            if (verification.name() != in.verification()) continue;
            for (const v1::Evidence& one : verification.evidence()) {
              if (one.id() != id.ToString() || one.document_purged()) continue;
              DSR_ASSIGN_OR_RETURN(const std::string box, view.FindDocument(id));
              DSR_ASSIGN_OR_RETURN(const SecretKey key,
                                   call->context().parts().keys.Key(state.key_number()));
              v1::GetDocumentResponse out;
              DSR_ASSIGN_OR_RETURN(*out.mutable_document(),
                                   OpenChunk(key, id.bytes(), kDocument, 0, box));
              return out;
            }
          }
          return ResourceNotFound(in.evidence());
        });
  });
}

}  // namespace

void AddEvidenceMethods(RpcService& service) {
  service.Unary<v1::RecordEvidenceRequest>("RecordEvidence", HandleRecordEvidence,
                                           kLeastMessageLimit);
  service.Unary<v1::GetDocumentRequest>("GetDocument", HandleGetDocument);
}

}  // namespace dsr
