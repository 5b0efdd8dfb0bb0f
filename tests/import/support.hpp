#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "import/expression.hpp"
#include "import/lines.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/import/import.hpp"

namespace neurode::importing::test {

inline std::filesystem::path file(const std::string& name) {
  return std::filesystem::path(NEURODE_SOURCE_DIR) / "tests/import/files" / (name + ".ode");
}

/// All messages, one a line.
inline std::string messages(const Diagnostics& ds) {
  std::string out;
  for (const auto& d : ds.items()) out += (out.empty() ? "" : "\n") + d.format();
  return out;
}

/// What is wrong with a file, one a line; "" if nothing.
inline std::string faults(const std::string& text) {
  try {
    import_ode(text, "m.ode");
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

inline std::string remarks(const Imported& imported) {
  std::string out;
  for (const auto& r : imported.remarks) out += (out.empty() ? "" : "\n") + r.format();
  return out;
}
inline std::string remarks(const std::string& text) { return remarks(import_ode(text, "m.ode")); }
inline std::string imported_text(const std::string& text) { return import_ode(text, "m.ode").toml; }

/// The scenario's line that begins with `start`, without it; "none" if there is none.
inline std::string line(const std::string& toml, const std::string& start) {
  const auto at = ("\n" + toml).find("\n" + start);
  if (at == std::string::npos) return "none";
  return toml.substr(at + start.size(), toml.find('\n', at) - at - start.size());
}

/// One line of text as the parsers take it, from line 1, column 1.
inline Line line_of(const std::string& text) {
  Line out;
  out.file = "m.ode";
  out.text = text;
  for (std::size_t i = 0; i < text.size(); ++i) out.places.push_back({1, static_cast<int>(i) + 1});
  return out;
}

}  // namespace neurode::importing::test
