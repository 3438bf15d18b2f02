// What a check of a database file found, by invariant.
#ifndef DSR_APP_INTEGRITY_REPORT_H_
#define DSR_APP_INTEGRITY_REPORT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace dsr {

// One thing that is not as it must be.
struct IntegrityFinding {
  int invariant = 0;     // kFileInvariant for the file itself
  std::string about;     // a resource's name, or empty
  int64_t sequence = 0;  // of the event; 0 where it is about no single one
  std::string words;     // without personal data
};

// How one invariant fared.
struct InvariantResult {
  int invariant = 0;
  std::string words;
  // False: a file cannot show it.
  bool is_visible = true;
  int64_t checked = 0;
  int64_t findings = 0;
};

// The file's pages and rows as such; the others are I1 to I20 of RELIABILITY.md.
inline constexpr int kFileInvariant = 0;
inline constexpr int kLastInvariant = 20;

// Counts all findings and keeps the first thousand. Not thread-safe.
class IntegrityReport {
 public:
  IntegrityReport();

  void Count(int invariant, int64_t checked = 1);
  // Counts one check of the invariant, and a finding unless it `holds`.
  void Expect(bool holds, int invariant, absl::string_view about, int64_t sequence,
              absl::string_view words);

  bool is_sound() const { return findings_.empty(); }
  // By invariant, each once.
  const std::vector<InvariantResult>& results() const { return results_; }
  const std::vector<IntegrityFinding>& findings() const { return findings_; }

 private:
  std::vector<InvariantResult> results_;
  std::vector<IntegrityFinding> findings_;
};

// The report, for what is checked of one request. Not thread-safe.
class RequestFindings {
 public:
  // `report` outlives this.
  RequestFindings(IntegrityReport& report, std::string request)
      : report_(report), request_(std::move(request)) {}

  // What follows is about the event of that sequence; 0: about no single one.
  void At(int64_t sequence) { sequence_ = sequence; }
  void Expect(bool holds, int invariant, absl::string_view words) {
    report_.Expect(holds, invariant, request_, sequence_, words);
  }

 private:
  IntegrityReport& report_;
  const std::string request_;
  int64_t sequence_ = 0;
};

}  // namespace dsr

#endif  // DSR_APP_INTEGRITY_REPORT_H_
