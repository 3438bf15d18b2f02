// The pages of packages and answers, in the requester's language.
#ifndef DSR_APP_ANSWER_PAGES_H_
#define DSR_APP_ANSWER_PAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "app/category_answer.h"
#include "app/message_words.h"
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
      : rulebook_(rulebook), request_(request), words_(request.language()) {}

  // The categories that the pages are about, in their order: those asked for; in a package for
  // another handler only those that are served, for it is not told what was refused, and why.
  std::vector<std::string> Categories() const;

  // From the beginning to the first category.
  std::string Header() const;
  // The end.
  std::string Footer() const;

  // A category's title and what the law wants told about it (PIPL 45): purpose, source, retention.
  std::string CategoryAbout(absl::string_view category) const;
  // How many records there are, and in which files of the package.
  std::string CategoryFiles(absl::string_view category, int64_t records) const;
  // What is to be said of a category beside its records, of which the package has some or none:
  // that it was refused, on which ground and why; that records are in storage only, until when, by
  // which law or for which technical reason (PIPL 47); that nothing is held.
  std::string CategoryStanding(const std::string& category, bool has_records) const;

  // Who received data of the categories that are served, each kind of disclosure once (PIPL 23).
  // Nothing in a package for another handler.
  std::string Recipients(const std::vector<v1::Disclosure>& disclosures,
                         const std::vector<v1::Recipient>& recipients) const;

 private:
  // One of two texts of ours.
  absl::string_view Word(absl::string_view chinese, absl::string_view english) const {
    return words_.is_english() ? english : chinese;
  }
  std::string TitleOf(absl::string_view category) const;
  std::string Refused(const v1::PartialRefusal& refusal) const;
  std::string Restricted(const CategoryAnswer& answer) const;
  bool is_for_handler() const { return request_.has_transfer(); }

  const Rulebook& rulebook_;
  const v1::Request& request_;
  const MessageWords words_;
};

}  // namespace dsr

#endif  // DSR_APP_ANSWER_PAGES_H_
