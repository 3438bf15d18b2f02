// Early return for absl::Status and absl::StatusOr.
//
//   absl::Status Copy(Source& source, Sink& sink) {
//     DSR_ASSIGN_OR_RETURN(const std::string bytes, source.Read());
//     DSR_RETURN_IF_ERROR(sink.Write(bytes));
//     return absl::OkStatus();
//   }
#ifndef DSR_BASE_STATUS_MACROS_H_
#define DSR_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates `expression`, an absl::Status, once; returns it from the calling function unless it is
// OK. The caller may return absl::Status or any absl::StatusOr.
#define DSR_RETURN_IF_ERROR(expression)                             \
  do {                                                              \
    if (absl::Status dsr_status = (expression); !dsr_status.ok()) { \
      return dsr_status;                                            \
    }                                                               \
  } while (false)

// Evaluates `expression`, an absl::StatusOr, once; returns its status from the calling function
// unless it is OK, and otherwise moves its value into `target`: a declaration or something
// assignable. Two statements, so not for the body of an `if` without braces. A target with a comma
// in it (a structured binding, a template with two arguments) is declared before and assigned to.
#define DSR_ASSIGN_OR_RETURN(target, ...) \
  DSR_ASSIGN_OR_RETURN_IMPL_(DSR_STATUS_CONCAT_(dsr_status_or_, __LINE__), target, __VA_ARGS__)

#define DSR_ASSIGN_OR_RETURN_IMPL_(result, target, ...) \
  auto result = (__VA_ARGS__);                          \
  if (!result.ok()) return std::move(result).status();  \
  target = *std::move(result)

#define DSR_STATUS_CONCAT_INNER_(a, b) a##b
#define DSR_STATUS_CONCAT_(a, b) DSR_STATUS_CONCAT_INNER_(a, b)

#endif  // DSR_BASE_STATUS_MACROS_H_
