// What the tests of evidence have in common: a company whose verifiers look at documents.
#ifndef DSR_TESTS_INTEGRATION_EVIDENCE_DESK_H_
#define DSR_TESTS_INTEGRATION_EVIDENCE_DESK_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "integration/bad_input.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"

namespace dsr {

inline v1::Date DateOf(int year, int month, int day) {
  v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

// Evidence of that kind that was found good.
v1::Evidence Good(v1::EvidenceKind kind);

// It is 10 in the morning of Monday, 2 March 2026, in the policy's time zone.
class EvidenceTest : public ::testing::Test {
 protected:
  using Verifications = v1::VerificationService;

  void SetUp() override { shop_.Register(); }

  // Files a request of that type for kAccount by someone else; deletions are of the browsing
  // history.
  std::string FileFor(v1::Relation relation, absl::string_view type = "deletion");
  // Lets `profile` answer the oldest request with what the company knows of the person.
  void ResolveContact(const v1::SubjectStatus& status);

  // Begins a verification as the verifier and returns its name.
  std::string Start(const std::string& request, v1::VerificationMethod method);
  // A call that hands in `evidence`, perhaps with a document.
  static v1::RecordEvidenceRequest RecordCall(const std::string& verification,
                                              const v1::Evidence& evidence,
                                              const std::string& document = "");
  absl::StatusOr<v1::Verification> Record(const v1::RecordEvidenceRequest& call,
                                          absl::string_view principal = "verifier-1");
  absl::StatusOr<v1::Verification> Record(const std::string& verification,
                                          const v1::Evidence& evidence,
                                          const std::string& document = "");
  // Records it and returns the id of the last piece of evidence.
  std::string RecordDocument(const std::string& verification, v1::EvidenceKind kind,
                             const std::string& document);
  absl::StatusOr<v1::Verification> Decide(const std::string& verification, bool passed = true,
                                          absl::string_view principal = "verifier-1");
  absl::StatusOr<v1::Verification> Revoke(const std::string& verification, bool fraud = false,
                                          absl::string_view principal = "officer-1");
  v1::Verification GetVerification(const std::string& verification);
  absl::StatusOr<v1::Verification> ShowVerification(const std::string& verification,
                                                    v1::VerificationView view,
                                                    absl::string_view principal);
  absl::StatusOr<std::string> GetDocument(const std::string& verification,
                                          const std::string& evidence,
                                          absl::string_view principal = "verifier-1");
  // Proves the requester's own identity by a signed request and an identity document. Returns the
  // verification's name.
  std::string ProveIdentity(const std::string& request);

  // Records `call`, which must be refused as having one wrong field, and returns that field.
  std::string WrongField(const v1::RecordEvidenceRequest& call,
                         v1::ErrorReason reason = v1::ERROR_REASON_FIELD_INVALID);
  std::string WrongField(const std::string& verification, const v1::Evidence& evidence,
                         v1::ErrorReason reason = v1::ERROR_REASON_FIELD_INVALID);

  TestServer server_;
  Shop shop_{server_};
};

}  // namespace dsr

#endif  // DSR_TESTS_INTEGRATION_EVIDENCE_DESK_H_
