#include "neurode/import/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "import/model.hpp"
#include "import/names.hpp"
#include "import/resolver.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/core/scenario_folder.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::importing {

namespace {

/// A name for the model and its population: the file's, without what names cannot have.
std::string model_name(const std::filesystem::path& path) {
  std::string name;
  for (const char c : path.stem().string()) name += is_name_part(c) ? c : '_';
  if (name.empty() || !is_name_start(name[0])) name = "model_" + name;
  static constexpr std::array<std::string_view, 4> kDimensions{"time", "sample", "post", "pre"};
  const bool taken = std::find(kDimensions.begin(), kDimensions.end(), name) != kDimensions.end();
  return taken ? name + "_" : name;
}

bool is_utf8(const std::string& s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    const int more = c < 0x80                ? 0
                     : c >= 0xC2 && c < 0xE0 ? 1
                     : c >= 0xE0 && c < 0xF0 ? 2
                     : c >= 0xF0 && c < 0xF5 ? 3
                                             : -1;
    if (more < 0 || i + static_cast<std::size_t>(more) >= s.size() + (more == 0)) return false;
    for (int k = 0; k < more; ++k) {
      if ((static_cast<unsigned char>(s[++i]) & 0xC0U) != 0x80U) return false;
    }
  }
  return true;
}

/// Old files are in Latin-1; scenarios are in UTF-8.
std::string as_utf8(const std::string& s) {
  if (is_utf8(s)) return s;
  std::string out;
  for (const char c : s) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (u >> 6));
      out += static_cast<char>(0x80 | (u & 0x3F));
    }
  }
  return out;
}

/// A statement that stands for many may say the same thing as often.
void throw_each_once(const Diagnostics& all) {
  Diagnostics once;
  std::set<std::string> told;
  for (const auto& d : all.items()) {
    if (told.insert(d.format()).second) once.add(d);
  }
  once.throw_if_any();
}

void sort_remarks(std::vector<Remark>& remarks) {
  const auto place = [](const Remark& r) { return std::tie(r.where.file, r.where.line, r.where.column); };
  std::stable_sort(remarks.begin(), remarks.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  const auto same = [&](const auto& a, const auto& b) { return place(a) == place(b) && a.text == b.text; };
  remarks.erase(std::unique(remarks.begin(), remarks.end(), same), remarks.end());
}

/// What the scenario reader finds wrong with our own text is a fault of ours, told with both places.
void check(const std::string& toml, const std::string& name) {
  Diagnostics diagnostics;
  const std::string file = name + ".toml, as imported";
  const Value root = scenario::parse_toml(toml, file, diagnostics);
  if (diagnostics.empty()) scenario::read_scenario(root, file, diagnostics);
  diagnostics.throw_if_any();
}

}  // namespace

Imported import_ode(const std::string& text, const std::filesystem::path& path, Reach reach) {
  Diagnostics diagnostics;
  Imported out;
  out.name = model_name(path);
  const auto lines = split_lines(as_utf8(text), path, diagnostics, reach);
  const OdeFile file = read_statements(lines, diagnostics, out.remarks);
  const Names names(file, diagnostics, out.remarks);
  Resolver resolver(names, diagnostics, out.remarks);
  Model model = make_model(file, names, resolver, diagnostics, out.remarks);
  add_events(file, names, resolver, out.name, model, diagnostics, out.remarks);
  const Settings settings = read_options(file, model, diagnostics, out.remarks);
  throw_each_once(diagnostics);
  if (model.noisy) {
    const auto w = std::find_if(file.statements.begin(), file.statements.end(),
                                [](const auto& s) { return s.kind == Statement::Kind::wiener; });
    out.remarks.push_back({w->where, "note: white noise is meant in Ito's sense, as XPPAUT's Euler steps take it"});
  }
  sort_remarks(out.remarks);
  out.toml = write_scenario(out.name, path.filename().string(), file, model, settings, out.remarks);
  check(out.toml, out.name);
  return out;
}

Imported import_ode(const std::filesystem::path& path, Reach reach) {
  return import_ode(read_text_file(path, limits::kImportBytes, true), path, reach);
}

}  // namespace neurode::importing
