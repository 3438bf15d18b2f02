// What can happen to a request: every command that people, systems and recipients can give.
#ifndef DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_
#define DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_

#include <string>
#include <vector>

#include "dsr/workflow/command.h"
#include "dsr/workflow/engine.h"
#include "unit/workflow/model_situation.h"

namespace dsr {

// One command by somebody who may give it, or who tries to.
struct Move {
  std::string name;
  Command command;
  Actor actor;
};

// Of messages' deliveries only those that tell the subject of a deletion on the company's own
// motion, or that a restriction ends: no guard depends on others.
std::vector<Move> MovesFrom(const Situation& at, Asker asker, const Rulebook& rulebook,
                            const Facts& facts);

}  // namespace dsr

#endif  // DSR_TESTS_UNIT_WORKFLOW_MODEL_MOVES_H_
