// What can happen to a request in the exploration of a workflow: all that people, the shop and
// recipients can do, those who may not do it included.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_

#include <string>
#include <vector>

#include "dsr/workflow/engine.h"
#include "dsr/workflow/rulebook.h"
#include "unit/workflow/model_situation.h"

namespace dsr {

struct Move {
  std::string name;
  Command command;
  Actor actor;
  // What it needs a transition of; unspecified where it can be accepted without one.
  v1::Trigger trigger = v1::TRIGGER_UNSPECIFIED;
  // Where it must be refused whatever the state: what is broken when it is not.
  const char* forbidden = nullptr;
};

class MoveList {
 public:
  explicit MoveList(bool is_for_child) : is_for_child_(is_for_child) {}

  // Who works on a child's request has the role for it.
  void Add(std::string name, Command command, Actor actor,
           v1::Trigger trigger = v1::TRIGGER_UNSPECIFIED) {
    if (is_for_child_) actor.roles.push_back("children_privacy");
    moves_.push_back({std::move(name), std::move(command), std::move(actor), trigger});
  }
  void AddForbidden(const char* invariant, std::string name, Command command, Actor actor) {
    Add(std::move(name), std::move(command), std::move(actor));
    moves_.back().forbidden = invariant;
  }

  const std::vector<Move>& all() const { return moves_; }

 private:
  const bool is_for_child_;
  std::vector<Move> moves_;
};

// Assessing, deciding and answering.
void AddPeople(const Situation& at, Aspect aspect, MoveList& moves);
// Fees in all their ways.
void AddFees(const Situation& at, MoveList& moves);
// Refusals of one category, by and by.
void AddPartialRefusals(const Situation& at, MoveList& moves);
// What data systems, recipients and the mail report.
void AddWork(const Situation& at, Aspect aspect, MoveList& moves);
// Identity and authority.
void AddProofs(const Situation& at, Aspect aspect, const Rulebook& rulebook, MoveList& moves);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_
