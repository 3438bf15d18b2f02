// The pages of packages and answers, in the requester's language.
#ifndef DSR_APP_ANSWER_PAGES_H_
#define DSR_APP_ANSWER_PAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dsr/v1/policy.pb.h"
#include "dsr/v1/registry.pb.h"
#include "dsr/v1/request.pb.h"
#include "dsr/workflow/rulebook.h"

namespace dsr {

// Makes the parts of a self-contained page: no scripts, no links outside, everything escaped. zh-CN
// or en; any other language reads zh-CN. Not thread-safe.
class AnswerPages {
 public:
  // Both outlive this.
  AnswerPages(const Rulebook& rulebook, const v1::Request& request)
      : rulebook_(rulebook), request_(request) {}

  // From the beginning to the first category.
  std::string Header() const;
  // The end.
  std::string Footer() const;

  // A category's title and what the law wants told about it (PIPL 45): purpose, source, retention.
  std::string CategoryAbout(absl::string_view category) const;
  // How many records there are, and in which files of the package.
  std::string CategoryFiles(absl::string_view category, int64_t records) const;
  // What stands where nothing is held.
  std::string NothingHeld() const;

  // Who received data of the asked categories, each kind of disclosure once (PIPL 23).
  std::string Recipients(const std::vector<v1::Disclosure>& disclosures,
                         const std::vector<v1::Recipient>& recipients) const;

 private:
  bool english() const { return request_.language() == "en"; }
  // One of two texts of ours.
  absl::string_view Word(absl::string_view chinese, absl::string_view english_text) const {
    return english() ? english_text : chinese;
  }
  std::string TitleOf(absl::string_view category) const;

  const Rulebook& rulebook_;
  const v1::Request& request_;
};

}  // namespace dsr

#endif  // DSR_APP_ANSWER_PAGES_H_
