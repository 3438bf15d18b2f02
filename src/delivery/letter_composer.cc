#include "delivery/letter_composer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "app/message_words.h"
#include "dsr/base/civil_calendar.h"
#include "dsr/base/errors.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/names.h"
#include "workflow/message_vocabulary.h"

namespace dsr {
namespace {

// A line break in a title or reference would let it add words of its own to the letter.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  return text;
}

std::string TitleOfRecipient(const LetterSource& source, const std::string& name) {
  std::string title = source.title_of(name);
  return OneLine(title.empty() ? std::string(LastSegment(name)) : std::move(title));
}

TemplateList CategoryTitles(const LetterSource& source, const MessageWords& words) {
  TemplateList list;
  for (const std::string& name : source.notice.categories()) {
    const auto& known = source.policy.categories();
    const auto found = std::find_if(known.begin(), known.end(), [&](const v1::Category& category) {
      return category.name() == name;
    });
    const std::string title = found == known.end() ? std::string() : words.In(found->titles());
    list.push_back({{"title", OneLine(title.empty() ? name : title)}});
  }
  return list;
}

// The due time is the end of its day, which belongs to the next.
std::string DueDay(const LetterSource& source, const MessageWords& words) {
  if (!source.notice.has_due_time()) return "";
  const absl::Time due = FromTimestamp(source.notice.due_time());
  return words.Day(DayOf(due - absl::Microseconds(1), source.zone));
}

bool IsKnown(v1::NoticeKind kind) {
  return kind == v1::NOTICE_KIND_DELETE || kind == v1::NOTICE_KIND_CORRECT ||
         kind == v1::NOTICE_KIND_STOP_PROCESSING || kind == v1::NOTICE_KIND_RESUME_PROCESSING;
}

absl::Status LetterError(absl::StatusCode code, absl::string_view what) {
  return MakeError(code, v1::ERROR_REASON_INTERNAL, what);
}

}  // namespace

std::string LetterLanguage(const v1::Recipient& recipient, const v1::Notice& notice) {
  std::string language = notice.language();
  if (language.empty()) language = recipient.language();
  if (language.empty() && recipient.jurisdiction() == "CN") language = "zh-CN";
  return absl::StartsWithIgnoreCase(language, "zh") ? "zh-CN" : "en";
}

TemplateVariables LetterVariables(const LetterSource& source) {
  const v1::Notice& notice = source.notice;
  const MessageWords words(LetterLanguage(source.recipient, notice));
  const bool is_test = notice.name().empty();
  const bool is_cancelled = !is_test && notice.state() == v1::Notice::STATE_CANCELLED;
  const bool asks = !is_test && !is_cancelled;
  const auto asks_for = [&](v1::NoticeKind kind) { return asks && notice.kind() == kind; };
  const bool is_insisted = asks && notice.objection().state() == v1::Objection::STATE_REJECTED;
  const bool was_sent = asks && notice.has_send_time();
  TemplateList references;
  for (const std::string& reference : notice.subject_references()) {
    references.push_back({{"reference", OneLine(reference)}});
  }
  TemplateList onward;
  for (const std::string& name : notice.onward_recipients()) {
    onward.push_back({{"title", TitleOfRecipient(source, name)}});
  }
  std::vector<std::string> former;
  for (const v1::FormerRecipient& one : notice.former_recipients()) {
    former.push_back(TitleOfRecipient(source, one.recipient()));
  }
  return {
      {"company", OneLine(words.In(source.policy.company()))},
      {"recipient", OneLine(source.recipient.title())},
      {"notice", notice.name()},
      {"number", std::string(LastSegment(notice.name()))},
      {"test", is_test},
      {"cancelled", is_cancelled},
      {"delete", asks_for(v1::NOTICE_KIND_DELETE)},
      {"correct", asks_for(v1::NOTICE_KIND_CORRECT)},
      {"stop", asks_for(v1::NOTICE_KIND_STOP_PROCESSING)},
      {"resume", asks_for(v1::NOTICE_KIND_RESUME_PROCESSING)},
      {"instruction", asks && notice.instruction()},
      {"by_account", !is_test && notice.by_category()},
      {"insisted", is_insisted},
      {"reminder", was_sent && !is_insisted},
      {"sent_day",
       was_sent ? words.Day(DayOf(FromTimestamp(notice.send_time()), source.zone)) : std::string()},
      {"law", asks ? OneLine(notice.legal_basis()) : std::string()},
      {"due_day", asks ? DueDay(source, words) : std::string()},
      {"zone", source.policy.time_zone()},
      {"former", absl::StrJoin(former, words.separator())},
      {"passed_on", !onward.empty()},
      {"categories", CategoryTitles(source, words)},
      {"references", std::move(references)},
      {"onward", std::move(onward)},
  };
}

absl::StatusOr<RenderedTemplate> ComposeLetter(const LetterSource& source,
                                               const v1::TemplateSet& templates) {
  if (!source.notice.name().empty() && !IsKnown(source.notice.kind())) {
    return LetterError(absl::StatusCode::kInternal,
                       "the notice has no kind that a recipient can be told");
  }
  const std::string language = LetterLanguage(source.recipient, source.notice);
  for (const v1::Template& one : templates.templates()) {
    if (one.id() == kLetterTemplate && one.language() == language) {
      return RenderTemplate(one, LetterVariables(source));
    }
  }
  return LetterError(absl::StatusCode::kNotFound, absl::StrCat("there is no message template ",
                                                               kLetterTemplate, " in ", language));
}

}  // namespace dsr
