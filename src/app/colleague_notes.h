// What colleagues wrote for each other about a request.
#ifndef DSR_APP_COLLEAGUE_NOTES_H_
#define DSR_APP_COLLEAGUE_NOTES_H_

#include <vector>

#include "dsr/storage/v1/event.pb.h"
#include "dsr/v1/request.pb.h"

namespace dsr {

// The notes and reasons in opened events that no other field of the request shows, oldest first.
// Messages are composed from the fold of the events, which has none of them.
std::vector<v1::Note> NotesOf(const std::vector<storage::v1::Event>& events);

}  // namespace dsr

#endif  // DSR_APP_COLLEAGUE_NOTES_H_
