#include "dsrctl/calls.h"

#include <algorithm>

#include "dsrctl/columns.h"
#include "google/protobuf/descriptor.h"

namespace dsr::dsrctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The largest page that every list of the API gives.
constexpr int kPageSize = 1000;

const FieldDescriptor* ItemsField(const Descriptor& response) {
  for (int i = 0; i < response.field_count(); ++i) {
    if (response.field(i)->is_repeated()) return response.field(i);
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<ExitCode> PrintPages(Context& context, Message& request, const std::string& columns,
                                    int64_t limit, const FetchPage& fetch) {
  const FieldDescriptor* size_field = request.GetDescriptor()->FindFieldByName("page_size");
  const FieldDescriptor* token_field = request.GetDescriptor()->FindFieldByName("page_token");
  if (size_field != nullptr) {
    // The same size for all pages: a page token belongs to its query's arguments.
    const int64_t size = limit > 0 ? std::min<int64_t>(limit, kPageSize) : kPageSize;
    request.GetReflection()->SetInt32(&request, size_field, static_cast<int32_t>(size));
  }
  bool begun = false;
  int64_t printed = 0;
  while (true) {
    const auto page = fetch(request);
    if (!page.ok()) {
      // What was printed stays well-formed.
      if (begun) context.output.EndList();
      return page.status();
    }
    const Message& response = **page;
    const FieldDescriptor& items = *ItemsField(*response.GetDescriptor());
    if (!begun) {
      context.output.BeginList(columns.empty() ? ColumnsOf(*items.message_type())
                                               : ParseColumns(columns));
      begun = true;
    }
    const int count = response.GetReflection()->FieldSize(response, &items);
    for (int i = 0; i < count && (limit == 0 || printed < limit); ++i, ++printed) {
      context.output.ListItem(response.GetReflection()->GetRepeatedMessage(response, &items, i));
    }
    const FieldDescriptor* next = response.GetDescriptor()->FindFieldByName("next_page_token");
    if (next == nullptr || token_field == nullptr || (limit > 0 && printed >= limit)) break;
    const std::string token = response.GetReflection()->GetString(response, next);
    if (token.empty()) break;
    request.GetReflection()->SetString(&request, token_field, token);
  }
  context.output.EndList();
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ForEachName(
    Context& context, const std::vector<std::string>& names, const std::string& pattern,
    const Descriptor& type,
    const std::function<absl::StatusOr<std::unique_ptr<Message>>(const std::string& name)>& call) {
  std::vector<std::string> full_names;
  for (const std::string& name : names) {
    DSR_ASSIGN_OR_RETURN(std::string full, ResourceName(pattern, name));
    full_names.push_back(std::move(full));
  }
  if (full_names.size() == 1) {
    DSR_ASSIGN_OR_RETURN(const std::unique_ptr<Message> response, call(full_names[0]));
    context.output.Item(*response);
    return ExitCode::kOk;
  }
  context.output.BeginList(ColumnsOf(type));
  size_t failed = 0;
  absl::Status last;
  for (const std::string& name : full_names) {
    const absl::StatusOr<std::unique_ptr<Message>> response = call(name);
    if (response.ok()) {
      context.output.ListItem(**response);
      continue;
    }
    ++failed;
    last = response.status();
    const bool json = context.output.is_json();
    // A line of JSON has to stay one; there the error's metadata names the resource.
    if (!json) context.streams.err << name << ":\n";
    context.streams.err << FormatError(last, json);
  }
  context.output.EndList();
  if (failed == 0) return ExitCode::kOk;
  return failed < full_names.size() ? ExitCode::kPartial : ExitCodeOf(last);
}

}  // namespace dsr::dsrctl
