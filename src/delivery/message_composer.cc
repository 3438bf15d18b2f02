#include "delivery/message_composer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "app/grants.h"
#include "app/verification_codes.h"
#include "delivery/message_address.h"
#include "dsr/base/errors.h"
#include "dsr/base/ids.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// The subject, or who speaks for him.
bool IsForSubject(const v1::Message& message) {
  return message.audience() != v1::Message::AUDIENCE_REQUESTER;
}

// How long the code can be used: from now on for one that was sent, in all for a preview.
std::string MinutesOf(const MessageSource& source, absl::Time now) {
  const v1::Verification* verification = VerificationOfCode(source.record, source.message, now);
  const absl::Duration left =
      verification == nullptr ? absl::Seconds(source.rulebook.policy.verification().code_seconds())
                              : FromTimestamp(verification->expire_time()) - now;
  return absl::StrCat(std::max<int64_t>(absl::ToInt64Minutes(left), 1));
}

TemplateVariables VariablesOf(const MessageSource& source, absl::Time now) {
  if (IsCodeMessage(source.message)) {
    TemplateVariables variables = PublicVariables(source);
    variables.emplace("minutes", MinutesOf(source, now));
    return variables;
  }
  return IsForSubject(source.message) ? SubjectVariables(source) : PublicVariables(source);
}

std::string Lines(absl::string_view text) {
  std::string lines;
  std::copy_if(text.begin(), text.end(), std::back_inserter(lines),
               [](char c) { return c != '\r'; });
  if (!lines.empty() && !absl::EndsWith(lines, "\n")) lines += '\n';
  return lines;
}

RenderedTemplate Canonical(RenderedTemplate rendered) {
  std::replace_if(
      rendered.subject.begin(), rendered.subject.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, ' ');
  rendered.text = Lines(rendered.text);
  rendered.html = Lines(rendered.html);
  return rendered;
}

absl::StatusOr<RenderedTemplate> Render(const MessageSource& source, TemplateVariables variables,
                                        const MessageSecrets& secrets, bool has_html) {
  const Rulebook& rulebook = source.rulebook;
  const v1::Template* found =
      rulebook.FindTemplate(source.message.template_(), source.message.language());
  if (found == nullptr) {
    return MakeError(
        absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
        absl::StrCat("the message template ", source.message.template_(), " does not exist"));
  }
  for (const auto& [name, secret] : secrets) variables.insert_or_assign(name, secret);
  DSR_ASSIGN_OR_RETURN(RenderedTemplate rendered,
                       RenderTemplate(*found, variables,
                                      has_html ? rulebook.FindLayout(found->language()) : nullptr));
  return Canonical(std::move(rendered));
}

std::string Mask(size_t size) { return std::string(size, '*'); }

}  // namespace

absl::StatusOr<MessageSecrets> SecretsOf(const MessageSource& source,
                                         const ServerSecrets& secrets) {
  MessageSecrets result;
  if (IsCodeMessage(source.message)) {
    const auto name = ParseVerificationName(source.message.verification());
    if (!name.ok()) {
      return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                       "a message with a code belongs to no verification");
    }
    result.emplace("code", CodeFor(secrets, name->second, source.message.send_number(),
                                   source.rulebook.policy.verification().code_digits()));
  } else if (IsForSubject(source.message)) {
    const std::string& grant_id = source.record.state().grant_id();
    if (!grant_id.empty()) result.emplace("grant", GrantFor(secrets, grant_id));
  }
  return result;
}

MessageSecrets MasksOf(const MessageSource& source) {
  MessageSecrets masks;
  if (IsCodeMessage(source.message)) {
    const int digits = source.rulebook.policy.verification().code_digits();
    masks.emplace("code", Mask(static_cast<size_t>(digits)));
  } else if (IsForSubject(source.message) && !source.record.state().grant_id().empty()) {
    masks.emplace("grant", Mask(Id128().ToString().size()));
  }
  return masks;
}

absl::StatusOr<ComposedMessage> ComposeMessage(const MessageSource& source,
                                               const MessageSecrets& secrets, bool has_html,
                                               absl::Time now) {
  const TemplateVariables variables = VariablesOf(source, now);
  MessageSecrets masks;
  for (const auto& [name, secret] : secrets) masks.emplace(name, Mask(secret.size()));
  ComposedMessage composed;
  DSR_ASSIGN_OR_RETURN(composed.sent, Render(source, variables, secrets, has_html));
  DSR_ASSIGN_OR_RETURN(composed.kept, Render(source, variables, masks, has_html));
  return composed;
}

}  // namespace dsr
