// What a deletion certificate says, in words.
#ifndef DSR_APP_CERTIFICATE_TEXT_H_
#define DSR_APP_CERTIFICATE_TEXT_H_

#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "dsr/v1/notice_service.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// What of a request is not done yet.
struct OpenMatters {
  bool is_answered = true;
  int tasks = 0;    // of data systems, also those that failed and wait for a person
  int notices = 0;  // that a recipient has still to answer, or whose objection is to be decided
  std::set<std::string> restricted;  // categories of which something is still kept

  bool empty() const { return is_answered && tasks == 0 && notices == 0 && restricted.empty(); }
};

// Tells what is open of the request that `certificate` is about: by its own notices and outcomes,
// and by the tasks that `request` counts.
OpenMatters OpenMattersOf(const v1::DeletionCertificate& certificate, const v1::Request& request);

// What the words are made of. All of it outlives the call.
struct CertificateFacts {
  // Everything but note and key.
  const v1::DeletionCertificate& certificate;
  // Without personal fields.
  const v1::Request& request;
  const Rulebook& rulebook;
  // Those that notices name, by name.
  const std::map<std::string, v1::Recipient>& recipients;
  // What the installation signs as.
  absl::string_view installation;
};

// Returns the text: English, for a request in Chinese after the same in Chinese. Instants are RFC
// 3339 in the policy's zone. A line is a line: what others wrote, such as a law or a reason, loses
// its control characters, so that nobody can write a line of his own. Fit for a note.
std::string CertificateText(const CertificateFacts& facts);

}  // namespace dsr

#endif  // DSR_APP_CERTIFICATE_TEXT_H_
