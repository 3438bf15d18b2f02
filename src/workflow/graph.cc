#include "dsr/workflow/graph.h"

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "workflow/machine.h"

namespace dsr {
namespace {

// Stands for every state that waits for its answer, so that what holds in all of them is drawn
// once.
constexpr absl::string_view kAnyUnanswered = "any_unanswered";
constexpr absl::string_view kAnyUnansweredTitle = "any unanswered state";

std::string Lower(const std::string& name) { return absl::AsciiStrToLower(name); }

std::string Title(const v1::State& state, absl::string_view language) {
  const auto title = state.titles().find(std::string(language));
  return title == state.titles().end() ? state.name() : title->second;
}

std::string GuardWords(const v1::Guard& guard) {
  std::string words = Lower(ShortName(guard.kind()));
  if (guard.kind() == v1::GUARD_KIND_VERIFIED) {
    const std::string level = v1::AssuranceLevel_Name(guard.level());
    absl::StrAppend(&words, " ", Lower(level.substr(level.rfind('_') + 1)));
  } else if (guard.task_kind() != v1::TASK_KIND_UNSPECIFIED) {
    absl::StrAppend(&words, " ", Lower(ShortName(guard.task_kind())));
  }
  return guard.not_() ? absl::StrCat("not ", words) : words;
}

std::string EffectWords(const v1::Effect& effect) {
  std::string words = Lower(ShortName(effect.kind()));
  if (effect.task_kind() != v1::TASK_KIND_UNSPECIFIED) {
    absl::StrAppend(&words, " ", Lower(ShortName(effect.task_kind())));
  }
  if (effect.notice_kind() != v1::NOTICE_KIND_UNSPECIFIED) {
    const std::string kind = v1::NoticeKind_Name(effect.notice_kind());
    absl::StrAppend(&words, " ", Lower(kind.substr(kind.rfind('_') + 1)));
  }
  if (!effect.template_().empty()) absl::StrAppend(&words, " ", effect.template_());
  if (effect.escalation_level() != 0) absl::StrAppend(&words, " ", effect.escalation_level());
  return words;
}

// Trigger, guards in brackets, and each effect on a line of its own.
std::string Label(const v1::Transition& rule, absl::string_view line_break) {
  std::string label = Lower(ShortName(rule.trigger()));
  if (!rule.timer().empty()) absl::StrAppend(&label, " ", rule.timer());
  if (!rule.guards().empty()) {
    std::vector<std::string> guards;
    for (const v1::Guard& guard : rule.guards()) guards.push_back(GuardWords(guard));
    absl::StrAppend(&label, line_break, "[", absl::StrJoin(guards, ", "), "]");
  }
  for (const v1::Effect& effect : rule.effects()) {
    absl::StrAppend(&label, line_break, "/ ", EffectWords(effect));
  }
  return label;
}

// The names an edge is drawn from.
std::vector<std::string> Sources(const v1::Transition& rule) {
  std::vector<std::string> names(rule.from().begin(), rule.from().end());
  if (rule.from_unanswered()) names.emplace_back(kAnyUnanswered);
  return names;
}

bool HasUnansweredRules(const v1::Workflow& workflow) {
  for (const v1::Transition& rule : workflow.transitions()) {
    if (rule.from_unanswered()) return true;
  }
  return false;
}

std::string DotString(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\\\""}}), "\"");
}

std::string MermaidText(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\"", "'"}, {":", " "}, {";", ","}, {"\n", " "}});
}

}  // namespace

std::string WorkflowToDot(const v1::Workflow& workflow, absl::string_view language) {
  std::map<v1::Phase, std::vector<const v1::State*>> phases;
  for (const v1::State& state : workflow.states()) phases[state.phase()].push_back(&state);

  std::string dot = absl::StrCat("digraph ", DotString(workflow.name()),
                                 " {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
  for (const auto& [phase, states] : phases) {
    const std::string name = Lower(ShortName(phase));
    absl::StrAppend(&dot, "  subgraph ", DotString("cluster_" + name),
                    " {\n    label=", DotString(name), ";\n");
    for (const v1::State* state : states) {
      absl::StrAppend(&dot, "    ", DotString(state->name()), " [label=",
                      DotString(absl::StrCat(state->name(), "\\n", Title(*state, language))),
                      state->end() ? ", peripheries=2" : "", "];\n");
    }
    absl::StrAppend(&dot, "  }\n");
  }
  if (HasUnansweredRules(workflow)) {
    absl::StrAppend(&dot, "  ", DotString(kAnyUnanswered),
                    " [label=", DotString(kAnyUnansweredTitle), ", style=dashed];\n");
  }
  for (const v1::Transition& rule : workflow.transitions()) {
    for (const std::string& from : Sources(rule)) {
      absl::StrAppend(&dot, "  ", DotString(from), " -> ",
                      DotString(rule.to().empty() ? from : rule.to()),
                      " [label=", DotString(Label(rule, "\\n")), "];\n");
    }
  }
  absl::StrAppend(&dot, "}\n");
  return dot;
}

std::string WorkflowToMermaid(const v1::Workflow& workflow, absl::string_view language) {
  std::map<v1::Phase, std::vector<const v1::State*>> phases;
  for (const v1::State& state : workflow.states()) phases[state.phase()].push_back(&state);

  std::string text = "stateDiagram-v2\n";
  for (const auto& [phase, states] : phases) {
    const std::string name = Lower(ShortName(phase));
    // A prefix keeps a phase apart from a state of the same name.
    absl::StrAppend(&text, "  state \"", name, "\" as phase_", name, " {\n");
    for (const v1::State* state : states) {
      absl::StrAppend(&text, "    state \"", MermaidText(Title(*state, language)), "\" as ",
                      state->name(), "\n");
    }
    absl::StrAppend(&text, "  }\n");
  }
  if (HasUnansweredRules(workflow)) {
    absl::StrAppend(&text, "  state \"", kAnyUnansweredTitle, "\" as ", kAnyUnanswered, "\n");
  }
  if (!workflow.states().empty()) {
    absl::StrAppend(&text, "  [*] --> ", workflow.states(0).name(), "\n");
  }
  for (const v1::Transition& rule : workflow.transitions()) {
    for (const std::string& from : Sources(rule)) {
      absl::StrAppend(&text, "  ", from, " --> ", rule.to().empty() ? from : rule.to(), ": ",
                      Label(rule, "<br/>"), "\n");
    }
  }
  for (const v1::State& state : workflow.states()) {
    if (state.end()) absl::StrAppend(&text, "  ", state.name(), " --> [*]\n");
  }
  return text;
}

}  // namespace dsr
