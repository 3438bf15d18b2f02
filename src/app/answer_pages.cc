#include "app/answer_pages.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "app/record_tables.h"
#include "dsr/base/html.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

using Words = google::protobuf::Map<std::string, std::string>;

constexpr absl::string_view kStyle =
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.5}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}"
    "dt{font-weight:bold}";

std::string InLanguage(const Words& words, const std::string& language) {
  auto found = words.find(language);
  if (found == words.end()) found = words.find("zh-CN");
  return found == words.end() ? std::string() : found->second;
}

std::string Term(absl::string_view name, absl::string_view text) {
  return absl::StrCat("<dt>", EscapeHtml(name), "</dt><dd>", EscapeHtml(text), "</dd>\n");
}

}  // namespace

std::string AnswerPages::TitleOf(absl::string_view category) const {
  const v1::Category* found = rulebook_.FindCategory(category);
  if (found == nullptr) return std::string(category);
  return InLanguage(found->titles(), request_.language());
}

std::string AnswerPages::Header() const {
  const std::string title =
      absl::StrCat(InLanguage(rulebook_.policy.company(), request_.language()),
                   Word("：您的个人信息", ": your personal information"));
  const absl::Time received = FromTimestamp(request_.received_time());
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"", Word("zh-CN", "en"),
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<title>",
      EscapeHtml(title), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<h1>",
      EscapeHtml(title), "</h1>\n<p>", Word("请求编号：", "Request: "), EscapeHtml(request_.name()),
      "<br>", Word("收到日期：", "Received on: "),
      absl::FormatCivilTime(absl::ToCivilDay(received, rulebook_.zone)), "</p>\n");
}

std::string AnswerPages::Footer() const {
  return absl::StrCat("<p>",
                      Word("如果您对本答复不满意：", "If you are not satisfied with this answer: "),
                      EscapeHtml(InLanguage(rulebook_.policy.remedies(), request_.language())),
                      "</p>\n</body>\n</html>\n");
}

std::string AnswerPages::CategoryAbout(absl::string_view category) const {
  std::string html = absl::StrCat("<h2>", EscapeHtml(TitleOf(category)), "</h2>\n");
  const v1::Category* about = rulebook_.FindCategory(category);
  if (about == nullptr) return html;
  const std::string& language = request_.language();
  absl::StrAppend(
      &html, "<dl>\n", Term(Word("使用目的", "Used for"), InLanguage(about->purposes(), language)),
      Term(Word("来源", "Obtained from"), InLanguage(about->sources(), language)),
      Term(Word("保存期限", "Kept"), InLanguage(about->retention_words(), language)), "</dl>\n");
  return html;
}

std::string AnswerPages::CategoryFiles(absl::string_view category, int64_t records) const {
  const std::string name = EscapeHtml(category);
  return absl::StrCat("<p>", Word("记录数：", "Records: "), records, Word("；文件：", "; files: "),
                      "<a href=\"", name, ".json\">", name, ".json</a>, <a href=\"", name,
                      ".csv\">", name, ".csv</a></p>\n");
}

std::string AnswerPages::NothingHeld() const {
  return absl::StrCat("<p>", Word("我们没有保存此类信息。", "We hold nothing of this kind."),
                      "</p>\n");
}

std::string AnswerPages::Recipients(const std::vector<v1::Disclosure>& disclosures,
                                    const std::vector<v1::Recipient>& recipients) const {
  // Thousands of disclosures of one kind are one line to the reader.
  using Row =
      std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  std::set<Row> rows;
  for (const v1::Disclosure& disclosure : disclosures) {
    std::vector<std::string> titles;
    for (const std::string& category : disclosure.categories()) {
      const auto& asked = request_.categories();
      if (std::find(asked.begin(), asked.end(), category) == asked.end()) continue;
      titles.push_back(TitleOf(category));
    }
    if (titles.empty()) continue;
    const auto recipient = std::find_if(
        recipients.begin(), recipients.end(),
        [&](const v1::Recipient& other) { return other.name() == disclosure.recipient(); });
    const bool known = recipient != recipients.end();
    rows.emplace(known ? recipient->title() : disclosure.recipient(),
                 absl::StrJoin(titles, Word("、", ", ")), disclosure.purpose(), disclosure.method(),
                 disclosure.basis(), known ? recipient->contact_information() : "");
  }
  std::string html = absl::StrCat(
      "<h2>", Word("接收您个人信息的第三方", "Those who received your personal information"),
      "</h2>\n");
  if (rows.empty()) return absl::StrCat(html, "<p>", Word("无", "None"), "</p>\n");
  absl::StrAppend(&html, "<table>\n<tr><th>", Word("接收方", "Recipient"), "</th><th>",
                  Word("信息种类", "Categories"), "</th><th>", Word("目的", "Purpose"), "</th><th>",
                  Word("方式", "Method"), "</th><th>", Word("依据", "Basis"), "</th><th>",
                  Word("联系方式", "Contact"), "</th></tr>\n");
  for (const auto& [title, categories, purpose, method, basis, contact] : rows) {
    absl::StrAppend(&html, "<tr>");
    for (const std::string& cell : {title, categories, purpose, method, basis, contact}) {
      absl::StrAppend(&html, "<td>", EscapeHtml(cell), "</td>");
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return html += "</table>\n";
}

}  // namespace dsr
