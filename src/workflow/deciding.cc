#include "workflow/deciding.h"

#include <utility>

#include "dsr/base/proto_time.h"

namespace dsr {

int Deciding::Emit(storage::v1::Event event) {
  event.set_sequence(record_.state().version() + 1);
  event.set_request_id(std::string(context_.request.bytes()));
  *event.mutable_time() = ToTimestamp(context_.now);
  event.set_actor(context_.actor.name);
  Evolve(record_, event);
  events_.push_back(std::move(event));
  return static_cast<int>(events_.size()) - 1;
}

}  // namespace dsr
