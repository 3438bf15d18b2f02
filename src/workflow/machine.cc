#include "workflow/machine.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace dsr {
namespace {

std::string Strip(const std::string& name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

}  // namespace

bool IsUnanswered(v1::Phase phase) {
  return v1::PHASE_VERIFICATION <= phase && phase <= v1::PHASE_APPROVAL;
}

std::string ShortName(v1::Trigger trigger) { return Strip(v1::Trigger_Name(trigger), "TRIGGER_"); }
std::string ShortName(v1::GuardKind kind) { return Strip(v1::GuardKind_Name(kind), "GUARD_KIND_"); }
std::string ShortName(v1::EffectKind kind) {
  return Strip(v1::EffectKind_Name(kind), "EFFECT_KIND_");
}
std::string ShortName(v1::TaskKind kind) { return Strip(v1::TaskKind_Name(kind), "TASK_KIND_"); }
std::string ShortName(v1::Phase phase) { return Strip(v1::Phase_Name(phase), "PHASE_"); }

Machine::Machine(const WorkflowSource& source) : source_(source) {
  for (int i = 0; i < state_count(); ++i) index_.emplace(state(i).name(), i);
  is_sound_ = !index_.empty() && static_cast<int>(index_.size()) == state_count();
  for (int t = 0; t < workflow().transitions_size(); ++t) {
    const v1::Transition& rule = transition(t);
    const auto add = [&](int from) {
      const int to = rule.to().empty() ? from : Find(rule.to());
      if (from >= 0 && to >= 0) {
        edges_.push_back({.transition = t, .from = from, .to = to});
      } else {
        is_sound_ = false;
      }
    };
    for (const std::string& from : rule.from()) add(Find(from));
    if (!rule.from_unanswered()) continue;
    for (int i = 0; i < state_count(); ++i) {
      if (IsUnanswered(state(i).phase())) add(i);
    }
  }
}

int Machine::Find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? -1 : found->second;
}

std::vector<Edge> Machine::Leaving(int state) const {
  std::vector<Edge> leaving;
  for (const Edge& edge : edges_) {
    if (edge.from == state) leaving.push_back(edge);
  }
  return leaving;
}

std::vector<bool> Machine::Reach(std::vector<bool> begin,
                                 const std::function<bool(const Edge&)>& follow) const {
  std::vector<bool> reached = std::move(begin);
  for (bool grown = true; grown;) {
    grown = false;
    for (const Edge& edge : edges_) {
      if (!reached[edge.from] || reached[edge.to] || !follow(edge)) continue;
      reached[edge.to] = true;
      grown = true;
    }
  }
  return reached;
}

std::vector<bool> Machine::ReachFromFirst(const std::function<bool(const Edge&)>& follow) const {
  std::vector<bool> begin(state_count(), false);
  if (!begin.empty()) begin[0] = true;
  return Reach(std::move(begin), follow);
}

bool HasEffect(const v1::Transition& transition, v1::EffectKind kind) {
  for (const v1::Effect& effect : transition.effects()) {
    if (effect.kind() == kind) return true;
  }
  return false;
}

}  // namespace dsr
