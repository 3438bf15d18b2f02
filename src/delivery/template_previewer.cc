#include "delivery/template_previewer.h"

#include <memory>
#include <utility>
#include <vector>

#include "app/account_merges.h"
#include "app/decision_facts.h"
#include "delivery/letter_composer.h"
#include "delivery/message_address.h"
#include "delivery/message_composer.h"
#include "delivery/sample_message.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/rulebook.h"
#include "workflow/message_vocabulary.h"

namespace dsr {
namespace {

// Where the effects of a workflow send a template.
struct Audiences {
  bool requester = false;
  bool subject = false;
};

Audiences AudiencesOf(const v1::Workflow& workflow, const std::string& template_id) {
  Audiences audiences;
  for (const v1::Transition& transition : workflow.transitions()) {
    for (const v1::Effect& effect : transition.effects()) {
      if (effect.template_() != template_id) continue;
      (effect.to_requester() ? audiences.requester : audiences.subject) = true;
    }
  }
  return audiences;
}

// The template of that id in exactly that language.
absl::StatusOr<const v1::Template*> FindExactly(const v1::TemplateSet& templates,
                                                const std::string& id,
                                                const std::string& language) {
  bool has_id = false;
  for (const v1::Template& one : templates.templates()) {
    if (one.id() != id) continue;
    if (one.language() == language) return &one;
    has_id = true;
  }
  if (!has_id) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "template",
                          "is the id of a template, such as `request-received`");
  }
  return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "language",
                        "is a language of the template: zh-CN or en");
}

// Renders the template that `message` names, for the audience it would have.
absl::StatusOr<MessagePreview> Render(const MessageSource& source, v1::Message& message,
                                      absl::Time now) {
  const Audiences audiences = AudiencesOf(source.rulebook.workflow, message.template_());
  const bool is_for_requester = audiences.requester && !audiences.subject;
  message.set_audience(is_for_requester ? v1::Message::AUDIENCE_REQUESTER
                                        : v1::Message::AUDIENCE_SUBJECT);
  DSR_ASSIGN_OR_RETURN(ComposedMessage composed,
                       ComposeMessage(source, MasksOf(source), /*has_html=*/true, now));
  return MessagePreview{.language = message.language(),
                        .subject = std::move(composed.kept.subject),
                        .text = std::move(composed.kept.text),
                        .html = std::move(composed.kept.html)};
}

// A letter is about one notice, with references that only its recipient knows the data by: of those
// of a request none is shown here.
absl::StatusOr<MessagePreview> PreviewLetter(const RulebookCatalog& rulebooks,
                                             const PreviewQuery& query, absl::Time now) {
  if (query.request.has_value()) {
    return MakeFieldError(
        v1::ERROR_REASON_FIELD_INVALID, "name",
        "is left out for a letter to a recipient, which is no message to a person");
  }
  const DefinitionFiles& files = rulebooks.files();
  const std::string language = query.language.empty() ? "zh-CN" : query.language;
  DSR_RETURN_IF_ERROR(FindExactly(files.templates, query.template_id, language).status());
  DSR_ASSIGN_OR_RETURN(const absl::TimeZone zone, LoadZone(files.policy.time_zone()));
  const LetterSample sample = MakeLetterSample(files.policy, zone, language, now);
  DSR_ASSIGN_OR_RETURN(RenderedTemplate letter, ComposeLetter({.policy = files.policy,
                                                               .zone = zone,
                                                               .recipient = sample.recipient,
                                                               .notice = sample.notice,
                                                               .title_of = sample.title_of},
                                                              files.templates));
  return MessagePreview{.language = language,
                        .subject = std::move(letter.subject),
                        .text = std::move(letter.text),
                        .html = ""};
}

}  // namespace

absl::StatusOr<MessagePreview> TemplatePreviewer::Preview(const PreviewQuery& query) {
  if (query.template_id == kLetterTemplate) {
    return PreviewLetter(parts_.rulebooks, query, parts_.clock.Now());
  }
  return query.request.has_value() ? PreviewRequest(*query.request, query) : PreviewSample(query);
}

absl::StatusOr<MessagePreview> TemplatePreviewer::PreviewRequest(const RequestId& request,
                                                                 const PreviewQuery& query) const {
  storage::v1::RequestRecord record;
  std::shared_ptr<const Rulebook> rulebook;
  std::vector<v1::Recipient> recipients;
  std::vector<v1::Disclosure> disclosures;
  std::vector<v1::Consent> consents;
  DSR_RETURN_IF_ERROR(parts_.store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(record, parts_.reader.ReadFull(view, request));
    DSR_ASSIGN_OR_RETURN(rulebook,
                         parts_.rulebooks.RulebookFor(view, record.state().request().pins()));
    DSR_ASSIGN_OR_RETURN(const SubjectScope scope, ScopeOf(record.state()));
    DSR_ASSIGN_OR_RETURN(recipients, view.ListRecipients());
    DSR_ASSIGN_OR_RETURN(disclosures, AllDisclosures(view, scope));
    DSR_ASSIGN_OR_RETURN(consents, AllConsents(view, scope));
    return absl::OkStatus();
  }));
  v1::Message message;
  message.set_template_(query.template_id);
  message.set_language(query.language);
  if (query.language.empty()) {
    // As it would be sent: in the default language where the request's has no such template.
    const v1::Template* found =
        rulebook->FindTemplate(query.template_id, record.state().request().language());
    if (found != nullptr) message.set_language(found->language());
  }
  DSR_RETURN_IF_ERROR(
      FindExactly(rulebook->templates, message.template_(), message.language()).status());
  return Render(MessageSource{*rulebook, message, record, recipients, disclosures, consents},
                message, parts_.clock.Now());
}

absl::StatusOr<MessagePreview> TemplatePreviewer::PreviewSample(const PreviewQuery& query) const {
  // A workflow that sends the template, else any: some templates are sent by all.
  std::shared_ptr<const Rulebook> rulebook;
  for (const auto& [type, workflow] : parts_.rulebooks.files().workflows) {
    const Audiences audiences = AudiencesOf(workflow, query.template_id);
    const bool sends = audiences.requester || audiences.subject;
    if (rulebook != nullptr && !sends) continue;
    DSR_ASSIGN_OR_RETURN(rulebook, parts_.rulebooks.CurrentRulebook(type));
    if (sends) break;
  }
  v1::Message message;
  message.set_template_(query.template_id);
  message.set_language(query.language.empty() ? "zh-CN" : query.language);
  DSR_RETURN_IF_ERROR(
      FindExactly(rulebook->templates, message.template_(), message.language()).status());
  const absl::Time now = parts_.clock.Now();
  const MessageSample sample = MakeMessageSample(*rulebook, message.language(), now);
  return Render(MessageSource{*rulebook, message, sample.record, sample.recipients,
                              sample.disclosures, sample.consents},
                message, now);
}

}  // namespace dsr
