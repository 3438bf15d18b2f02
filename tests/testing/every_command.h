// Everything that can be asked of a request as it stands, for tests that try it all.
#ifndef DSR_TESTS_TESTING_EVERY_COMMAND_H_
#define DSR_TESTS_TESTING_EVERY_COMMAND_H_

#include <vector>

#include "dsr/workflow/command.h"
#include "testing/request_driver.h"

namespace dsr {

// Every command but FileRequest, with arguments that could be right now: each open task completed
// in each way its kind knows, or failed; each failed one retried; each notice acknowledged,
// completed, objected to, delivered, given up and retried; right, wrong and old codes; each timer.
std::vector<Command> EveryCommand(RequestDriver& request);

// People of every role, and dsrd itself.
std::vector<Actor> EveryActor();

}  // namespace dsr

#endif  // DSR_TESTS_TESTING_EVERY_COMMAND_H_
