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
#include "workflow/children.h"

namespace dsr {
namespace {

constexpr absl::string_view kStyle =
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;line-height:1.5}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}"
    "dt{font-weight:bold}";

std::string Term(absl::string_view name, absl::string_view text) {
  return absl::StrCat("<dt>", EscapeHtml(name), "</dt><dd>", EscapeHtml(text), "</dd>\n");
}

std::string Paragraph(absl::string_view text) {
  return absl::StrCat("<p>", EscapeHtml(text), "</p>\n");
}

}  // namespace

std::vector<std::string> AnswerPages::Categories() const {
  const auto& asked = request_.categories();
  std::vector<std::string> categories;
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(categories),
               [&](const std::string& category) {
                 return !is_for_handler() || RefusalOf(request_, category) == nullptr;
               });
  return categories;
}

std::string AnswerPages::TitleOf(absl::string_view category) const {
  const v1::Category* found = rulebook_.FindCategory(category);
  if (found == nullptr) return std::string(category);
  return words_.In(found->titles());
}

std::string AnswerPages::Header() const {
  const std::string title = absl::StrCat(words_.In(rulebook_.policy.company()),
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
  return absl::StrCat(
      "<p>", Word("如果您对本答复不满意：", "If you are not satisfied with this answer: "),
      EscapeHtml(words_.In(rulebook_.policy.remedies())), "</p>\n</body>\n</html>\n");
}

std::string AnswerPages::CategoryAbout(absl::string_view category) const {
  std::string html = absl::StrCat("<h2>", EscapeHtml(TitleOf(category)), "</h2>\n");
  const v1::Category* about = rulebook_.FindCategory(category);
  if (about == nullptr) return html;
  absl::StrAppend(&html, "<dl>\n", Term(Word("处理目的", "Purpose"), words_.In(about->purposes())),
                  Term(Word("来源", "Source"), words_.In(about->sources())),
                  Term(Word("保存期限", "Kept"), words_.In(about->retention_words())), "</dl>\n");
  return html;
}

std::string AnswerPages::CategoryFiles(absl::string_view category, int64_t records) const {
  const std::string name = EscapeHtml(category);
  return absl::StrCat("<p>", Word("记录数：", "Records: "), records, Word("；文件：", "; files: "),
                      "<a href=\"", name, ".json\">", name, ".json</a>, <a href=\"", name,
                      ".csv\">", name, ".csv</a></p>\n");
}

std::string AnswerPages::CategoryStanding(const std::string& category, bool has_records) const {
  if (const v1::PartialRefusal* refusal = RefusalOf(request_, category)) return Refused(*refusal);
  const CategoryAnswer answer = AnswerOf(request_, category);
  std::string html;
  const bool is_restricted = answer.disposition == v1::DISPOSITION_RESTRICTED;
  if (answer.records > 0 && !has_records && !is_restricted) {
    html += Paragraph(
        absl::StrCat(Word("我们持有的此类信息（不在本文件中）：", "Held, but not in this file: "),
                     words_.Records(answer.records)));
  }
  if (answer.redacted_records > 0) {
    html +=
        Paragraph(absl::StrCat(Word("隐去了他人信息：", "Without what is about other persons: "),
                               words_.Records(answer.redacted_records)));
  }
  // What we must keep, and why, is between the person and us.
  if (is_for_handler() && !has_records) return Paragraph(Word("不在本数据包中。", "Not included."));
  if (is_for_handler()) return html;
  if (is_restricted) return html + Restricted(answer);
  if (!has_records && answer.records == 0)
    html += Paragraph(Word("我们没有保存此类信息。", "We hold nothing of this kind."));
  return html;
}

std::string AnswerPages::Refused(const v1::PartialRefusal& refusal) const {
  return absl::StrCat(Paragraph(Word("未予提供。", "Not provided.")), "<dl>\n",
                      Term(Word("依据", "Ground"), words_.Ground(refusal.ground())),
                      Term(Word("理由", "Reason"), refusal.reason()), "</dl>\n");
}

std::string AnswerPages::Restricted(const CategoryAnswer& answer) const {
  std::string html =
      Paragraph(absl::StrCat(words_.Retained(answer.retained_records),
                             Word("仅作存储并采取必要的安全保护措施，不作其他使用。",
                                  " in storage only: kept safe, and used for nothing else.")));
  absl::StrAppend(
      &html, "<dl>\n",
      Term(Word("保留至", "Until"), answer.retained_until.has_value()
                                        ? words_.Day(*answer.retained_until)
                                        : std::string(Word("期限尚未确定", "not known yet"))));
  for (const std::string& law : answer.laws)
    absl::StrAppend(&html, Term(Word("依据", "Law"), words_.Laws(rulebook_.policy, law)));
  for (const std::string& reason : answer.hard_reasons) {
    absl::StrAppend(
        &html, Term(Word("技术上暂时难以删除", "Cannot be erased by technical means yet"), reason));
  }
  return absl::StrCat(html, "</dl>\n");
}

std::string AnswerPages::Recipients(const std::vector<v1::Disclosure>& disclosures,
                                    const std::vector<v1::Recipient>& recipients) const {
  if (is_for_handler()) return "";
  const std::set<std::string> served = CategoriesToServe(request_);
  // Thousands of disclosures of one kind are one line to the reader.
  using Row =
      std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  std::set<Row> rows;
  for (const v1::Disclosure& disclosure : disclosures) {
    std::vector<std::string> titles;
    for (const std::string& category : disclosure.categories()) {
      if (served.contains(category)) titles.push_back(TitleOf(category));
    }
    if (titles.empty()) continue;
    const auto recipient = std::find_if(
        recipients.begin(), recipients.end(),
        [&](const v1::Recipient& other) { return other.name() == disclosure.recipient(); });
    const bool known = recipient != recipients.end();
    rows.emplace(known ? recipient->title() : disclosure.recipient(),
                 absl::StrJoin(titles, words_.separator()),
                 words_.OfDisclosure(disclosure.purpose()),
                 words_.OfDisclosure(disclosure.method()), words_.OfDisclosure(disclosure.basis()),
                 known ? recipient->contact_information() : "");
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
