#include "neurode/analysis/export.hpp"

#include <algorithm>
#include <charconv>

#include "analysis/export_sink.hpp"
#include "analysis/export_source.hpp"
#include "analysis/exporters/exporters.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

const std::vector<Exporter>& exporters() {
  static const std::vector<Exporter> all = {
      csv_exporter(),
      json_exporter(),
      mat_exporter(),
      npy_exporter(),
  };
  return all;
}

static std::int64_t element_number(std::string_view text, const std::string& whole) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UsageError("\"" + std::string(text) + "\" in \"" + whole +
                     "\" is not the number of an element; write DIMENSION=NUMBERS as in \"hidden=0,3,10:20\"");
  }
  return n;
}

ElementSelection parse_selection(const std::string& text) {
  constexpr std::int64_t kMost = 10'000'000;
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("\"" + text + "\" chooses nothing; write DIMENSION=NUMBERS as in \"hidden=0,3,10:20\"");
  }
  ElementSelection s{text.substr(0, equals), {}};
  std::string_view rest = std::string_view(text).substr(equals + 1);
  while (true) {
    const auto comma = rest.find(',');
    const auto item = rest.substr(0, comma);
    const auto colon = item.find(':');
    const std::int64_t first = element_number(item.substr(0, colon), text);
    const std::int64_t last = colon == std::string_view::npos ? first : element_number(item.substr(colon + 1), text);
    if (last < first) throw UsageError("\"" + std::string(item) + "\" in \"" + text + "\" ends before it starts");
    if (first < -kMost || last > kMost || last - first >= kMost) {
      throw UsageError("\"" + std::string(item) + "\" in \"" + text + "\" goes beyond ten million");
    }
    for (auto n = first; n <= last; ++n) s.labels.push_back(n);
    if (comma == std::string_view::npos) return s;
    rest.remove_prefix(comma + 1);
  }
}

ExportResult export_result(const record::Reader& reader, const Exporter& exporter, const ExportRequest& request) {
  std::error_code none;
  if (request.output != "-" && std::filesystem::equivalent(request.output, reader.path(), none)) {
    throw UsageError(request.output + ": would take the place of the result itself; name another file");
  }
  const ExportSource source(reader, request);
  ExportSink sink(request, exporter.file_extension);
  exporter.function(source, sink);
  return sink.commit();
}

}  // namespace neurode::analysis
