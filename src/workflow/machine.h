// A workflow as a graph, for the checker's walks.
#ifndef DSR_WORKFLOW_MACHINE_H_
#define DSR_WORKFLOW_MACHINE_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dsr/v1/workflow.pb.h"
#include "workflow/definition_source.h"

namespace dsr {

// True for the phases in which a request waits for its answer: VERIFICATION to APPROVAL.
bool IsUnanswered(v1::Phase phase);

// Returns `name` without the prefix of its enum, such as `TIMER` for TRIGGER_TIMER.
std::string ShortName(v1::Trigger trigger);
std::string ShortName(v1::GuardKind kind);
std::string ShortName(v1::EffectKind kind);
std::string ShortName(v1::TaskKind kind);
std::string ShortName(v1::Phase phase);

// One transition seen from one of the states it leaves.
struct Edge {
  int transition;  // index in the workflow
  int from;        // index of a state
  int to;          // index of a state; `from` when the transition stays
};

// The states by name and the edges between them; names that lead nowhere make no edge. Refers to
// the source, which outlives it. Immutable.
class Machine {
 public:
  explicit Machine(const WorkflowSource& source);

  const WorkflowSource& source() const { return source_; }
  const v1::Workflow& workflow() const { return source_.workflow; }
  const v1::State& state(int index) const { return workflow().states(index); }
  const v1::Transition& transition(int index) const { return workflow().transitions(index); }
  int state_count() const { return workflow().states_size(); }

  // True when there are states, no two of one name, and every name in a transition leads to one.
  bool is_sound() const { return is_sound_; }
  // The index of the first state of that name, or -1.
  int Find(const std::string& name) const;
  // All edges in file order of their transitions.
  const std::vector<Edge>& edges() const { return edges_; }
  // The edges that leave `state`, in file order.
  std::vector<Edge> Leaving(int state) const;
  // Tells for each state whether it can be reached from those marked in `begin` over edges that
  // `follow` lets through.
  std::vector<bool> Reach(std::vector<bool> begin,
                          const std::function<bool(const Edge&)>& follow) const;
  // The same from the first state.
  std::vector<bool> ReachFromFirst(const std::function<bool(const Edge&)>& follow) const;

 private:
  const WorkflowSource& source_;
  std::map<std::string, int> index_;
  std::vector<Edge> edges_;
  bool is_sound_;
};

// True when the transition has an effect of that kind.
bool HasEffect(const v1::Transition& transition, v1::EffectKind kind);

}  // namespace dsr

#endif  // DSR_WORKFLOW_MACHINE_H_
