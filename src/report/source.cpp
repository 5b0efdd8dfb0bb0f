#include "report/source.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "neurode/core/errors.hpp"
#include "neurode/core/value.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::report {

namespace {

FileKind known_kind(const record::Reader& reader) {
  const auto kind = kind_of(reader);
  if (kind) return *kind;
  throw UsageError(reader.path().string() +
                   ": is no result of neurode; allowed: files that neurode run, compare -o and analyze -o write");
}

std::optional<scenario::Scenario> scenario_in(const std::string& text) {
  if (text.empty()) return std::nullopt;
  try {
    Diagnostics faults;
    const Value root = scenario::parse_toml(text, "scenario", faults);
    if (!faults.empty()) return std::nullopt;
    auto read = scenario::read_scenario(root, ScenarioFile("scenario"), faults);
    if (faults.empty()) return read;
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace

std::optional<FileKind> kind_of(const record::Reader& reader) {
  const auto has = [&](const char* attribute) { return reader.attribute(attribute) != nullptr; };
  if (!has("neurode_version")) return std::nullopt;
  if (has("study")) return FileKind::analysis;
  if (has("reference_method") && reader.find("integrator")) return FileKind::comparison;
  if (has("outcome")) return FileKind::run;
  return std::nullopt;
}

Source::Source(const std::filesystem::path& path)
    : reader(path), kind(known_kind(reader)), name(path.filename().string()), scenario(scenario_in(text("scenario"))) {}

std::string Source::text(const std::string& attribute) const {
  const auto* a = reader.attribute(attribute);
  const auto* s = a ? std::get_if<std::string>(a) : nullptr;
  return s ? *s : "";
}

double Source::number(const std::string& attribute) const {
  const auto* a = reader.attribute(attribute);
  if (a) {
    if (const auto* x = std::get_if<double>(a)) return *x;
    if (const auto* i = std::get_if<std::int64_t>(a)) return static_cast<double>(*i);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string Source::shown(const std::string& attribute) const {
  const auto* a = reader.attribute(attribute);
  if (!a) return "";
  if (const auto* s = std::get_if<std::string>(a)) return *s;
  if (const auto* i = std::get_if<std::int64_t>(a)) return std::to_string(*i);
  if (const auto* x = std::get_if<double>(a)) return std::isnan(*x) ? "" : fmt::format("{:.10g}", *x);
  return "";
}

std::vector<std::string> Source::lines(const std::string& attribute) const {
  std::vector<std::string> out;
  std::istringstream in(text(attribute));
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string Source::title() const {
  std::string title = scenario ? scenario->title : text("title");
  return title.empty() ? name : title;
}

std::string Source::time_unit() const {
  const auto axes = reader.axes();
  return axes.empty() ? (scenario ? scenario->time.unit : "") : axes[0]->unit;
}

}  // namespace neurode::report
