#include "app/package_builder.h"

#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "app/category_answer.h"
#include "app/flat_json.h"
#include "app/record_tables.h"
#include "app/zip_writer.h"
#include "dsr/base/crypto.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// Writes the entries of a package and keeps what the manifest says of them. Not thread-safe.
class Entries {
 public:
  explicit Entries(ZipWriter& zip) : zip_(zip) {}

  // Writes one entry; `write` gets the sink for its bytes.
  template <class Write>
  absl::Status Add(const std::string& name, const Write& write) {
    DSR_RETURN_IF_ERROR(zip_.BeginEntry(name));
    Sha256Stream hash;
    int64_t size = 0;
    DSR_RETURN_IF_ERROR(write([&](absl::string_view bytes) -> absl::Status {
      hash.Add(bytes);
      size += static_cast<int64_t>(bytes.size());
      return zip_.Write(bytes);
    }));
    lines_.push_back(absl::StrCat("    {\"name\": ", JsonString(name), ", \"sha256\": \"",
                                  HexEncode(hash.Finish()), "\", \"size_bytes\": ", size, "}"));
    return absl::OkStatus();
  }

  std::string Manifest(const PackageContents& contents) const {
    return absl::StrCat(
        "{\n  \"request\": ", JsonString(contents.request.name()), ",\n  \"created\": \"",
        absl::FormatTime(absl::RFC3339_sec, contents.created, contents.rulebook->zone),
        "\",\n  \"parts\": [\n", absl::StrJoin(lines_, ",\n"), "\n  ]\n}\n");
  }

 private:
  ZipWriter& zip_;
  std::vector<std::string> lines_;
};

// The categories of which there is something to give out: not what was refused, whatever was
// collected before.
absl::StatusOr<std::set<std::string>> CategoriesWithRecords(const PackageContents& contents,
                                                            const CollectedParts& parts) {
  DSR_ASSIGN_OR_RETURN(std::set<std::string> held, parts.Categories());
  for (const std::string& category : contents.request.categories()) {
    if (RefusalOf(contents.request, category) != nullptr) held.erase(category);
  }
  return held;
}

}  // namespace

absl::Status WritePackage(const PackageContents& contents, const CollectedParts& parts,
                          const ByteSink& sink) {
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<ZipWriter> zip,
                       ZipWriter::Open(sink, contents.created));
  DSR_ASSIGN_OR_RETURN(const std::set<std::string> held, CategoriesWithRecords(contents, parts));
  const AnswerPages pages(*contents.rulebook, contents.request);
  Entries entries(*zip);
  std::string index = pages.Header();
  for (const std::string& category : pages.Categories()) {
    index += pages.CategoryAbout(category);
    std::vector<std::string> keys;
    if (held.contains(category)) {
      DSR_ASSIGN_OR_RETURN(keys, parts.Keys(category));
    }
    if (keys.empty()) {
      index += pages.CategoryStanding(category, /*has_records=*/false);
      continue;
    }
    int64_t records = 0;
    DSR_RETURN_IF_ERROR(entries.Add(category + ".json", [&](const ByteSink& out) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(records, WriteJson(parts, category, out));
      return absl::OkStatus();
    }));
    DSR_RETURN_IF_ERROR(entries.Add(category + ".csv", [&](const ByteSink& out) {
      return WriteCsv(parts, category, keys, out);
    }));
    index += pages.CategoryFiles(category, records);
    index += pages.CategoryStanding(category, /*has_records=*/true);
  }
  absl::StrAppend(&index, pages.Recipients(contents.disclosures, contents.recipients),
                  pages.Footer());
  DSR_RETURN_IF_ERROR(entries.Add("index.html", [&](const ByteSink& out) { return out(index); }));
  const std::string manifest = entries.Manifest(contents);
  DSR_RETURN_IF_ERROR(
      entries.Add("manifest.json", [&](const ByteSink& out) { return out(manifest); }));
  return zip->Finish();
}

absl::Status WriteAnswerPage(const PackageContents& contents, const CollectedParts& parts,
                             const ByteSink& sink) {
  DSR_ASSIGN_OR_RETURN(const std::set<std::string> held, CategoriesWithRecords(contents, parts));
  const AnswerPages pages(*contents.rulebook, contents.request);
  DSR_RETURN_IF_ERROR(sink(pages.Header()));
  for (const std::string& category : pages.Categories()) {
    DSR_RETURN_IF_ERROR(sink(pages.CategoryAbout(category)));
    std::vector<std::string> keys;
    if (held.contains(category)) {
      DSR_ASSIGN_OR_RETURN(keys, parts.Keys(category));
    }
    if (!keys.empty()) DSR_RETURN_IF_ERROR(WriteHtmlTable(parts, category, keys, sink).status());
    DSR_RETURN_IF_ERROR(sink(pages.CategoryStanding(category, !keys.empty())));
  }
  DSR_RETURN_IF_ERROR(sink(pages.Recipients(contents.disclosures, contents.recipients)));
  return sink(pages.Footer());
}

}  // namespace dsr
