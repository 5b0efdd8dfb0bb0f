#include <fmt/format.h>

#include <algorithm>

#include "neurode/scenario/read.hpp"

namespace neurode::scenario {

namespace {

/// Text on lines of its own, so that equations stay readable; "" where it holds what such strings cannot.
std::string multi_line(const std::string& s) {
  if (s.find('\n') == std::string::npos || s.find('\r') != std::string::npos) return "";
  std::string out = "\"\"\"\n";
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    const auto u = static_cast<unsigned char>(c);
    const bool ends_text = c == '"' && (i + 1 == s.size() || (i > 0 && s[i - 1] == '"'));  // never three in a row
    if (ends_text || c == '\\') {
      out += '\\';
      out += c;
    } else if ((u < 0x20 && c != '\n' && c != '\t') || u == 0x7f) {
      out += fmt::format("\\u{:04x}", u);
    } else {
      out += c;
    }
  }
  return out + "\"\"\"";
}

/// A table that is written under a header of its own: it is no entry of a list, and more than one line's worth.
bool wants_header(const Value& v, int depth) { return v.is_table() && depth < 2; }

class Writer {
 public:
  void section(const Value& table, const std::string& path, int depth) {
    const bool only_sections =
        !table.table().empty() && std::all_of(table.table().begin(), table.table().end(), [&](const auto& entry) {
          return entry.second.is_none() || wants_header(entry.second, depth);
        });
    if (!path.empty() && !only_sections) out_ += fmt::format("{}[{}]\n", out_.empty() ? "" : "\n", path);
    for (const auto& [name, v] : table.table()) {
      if (v.is_none() || wants_header(v, depth)) continue;
      const std::string lines = v.is_string() ? multi_line(v.string()) : "";
      out_ += fmt::format("{} = {}\n", key_text(name), lines.empty() ? v.to_toml() : lines);
    }
    for (const auto& [name, v] : table.table()) {
      if (wants_header(v, depth)) section(v, path.empty() ? key_text(name) : path + "." + key_text(name), depth + 1);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string to_toml(const Value& root) {
  Writer w;
  w.section(root, "", 0);
  return w.take();
}

}  // namespace neurode::scenario
