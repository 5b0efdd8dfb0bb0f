#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "neurode/analysis/export.hpp"
#include "neurode/core/json.hpp"
#include "neurode/core/value.hpp"
#include "neurode/run/report.hpp"

namespace neurode::cli {

namespace {

struct InfoArguments {
  std::string file;
  bool json = false, scenario = false;
};

std::string shape_text(const record::VariableInfo& v) {
  std::string out;
  for (std::size_t k = 0; k < v.shape.size(); ++k) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", v.dimensions[k], v.shape[k]);
  }
  return out.empty() ? "one number" : out;
}

std::string attribute_text(const record::Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a)) return std::to_string(*i);
  if (const auto* x = std::get_if<double>(&a)) return number_text(*x);
  if (const auto* s = std::get_if<std::string>(&a)) return *s;
  if (const auto* v = std::get_if<std::vector<double>>(&a)) return fmt::format("{} numbers", v->size());
  return fmt::format("{} integers", std::get<std::vector<std::int64_t>>(a).size());
}

void write_attribute(JsonWriter& w, const record::Attribute& a) {
  if (const auto* i = std::get_if<std::int64_t>(&a)) {
    w.value(*i);
  } else if (const auto* x = std::get_if<double>(&a)) {
    w.value(*x);
  } else if (const auto* s = std::get_if<std::string>(&a)) {
    w.value(*s);
  } else {
    w.value(attribute_text(a));
  }
}

int info(const InfoArguments& a) {
  const record::Reader reader(a.file);
  const auto report = run::read_report(reader);
  const record::Attribute* scenario = reader.attribute("scenario");
  if (a.scenario) {
    fmt::print("{}", scenario ? attribute_text(*scenario) : "");
    return 0;
  }
  if (a.json) {
    JsonWriter w;
    w.begin_object().member("file", a.file).key("attributes").begin_object();
    for (const auto& [name, value] : reader.attributes()) {
      if (run::is_report_attribute(name)) continue;
      w.key(name);
      write_attribute(w, value);
    }
    w.end_object();
    if (!report.empty()) {
      w.key("report").begin_array();
      for (const auto& f : report) {
        w.begin_object().member("name", f.name).member("value", f.value).member("unit", f.unit);
        if (f.expected) w.member("expected", *f.expected).member("within", *f.within).member("holds", f.holds());
        w.end_object();
      }
      w.end_array();
    }
    w.key("variables").begin_array();
    for (const auto& v : reader.variables()) {
      w.begin_object()
          .member("name", v.name)
          .member("unit", v.unit)
          .member("long_name", v.long_name)
          .member("coordinate", v.coordinate);
      w.key("dimensions").begin_array();
      for (const auto& d : v.dimensions) w.value(d);
      w.end_array().key("shape").begin_array();
      for (const auto n : v.shape) w.value(static_cast<std::int64_t>(n));
      w.end_array().end_object();
    }
    w.end_array().end_object();
    fmt::print("{}\n", w.text());
    return 0;
  }
  fmt::print("{}\n", a.file);
  for (const auto& [name, value] : reader.attributes()) {
    if (name == "scenario" || (!name.empty() && name[0] == '_')) continue;
    const std::string text = attribute_text(value);
    if (run::is_report_attribute(name) || text.empty()) continue;
    fmt::print("  {:<16} {}\n", name, text);
  }
  if (!report.empty()) fmt::print("report\n");
  for (const auto& line : run::report_lines(report)) fmt::print("  {}\n", line);
  fmt::print("variables\n");
  for (const auto& v : reader.variables()) {
    if (v.coordinate) continue;
    fmt::print("  {:<28} ({}){}  {}\n", v.name, shape_text(v), v.unit.empty() ? "" : " in " + v.unit, v.long_name);
  }
  fmt::print("coordinates\n");
  for (const auto& v : reader.variables()) {
    if (v.coordinate)
      fmt::print("  {:<28} {}{}\n", v.name, v.shape.empty() ? 0 : v.shape[0], v.unit.empty() ? "" : " in " + v.unit);
  }
  if (scenario) fmt::print("neurode info {} --scenario shows the scenario as it was run.\n", a.file);
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("info", "What is in a result file: outcome, statistics, variables");
  auto a = std::make_shared<InfoArguments>();
  c->add_option("FILE", a->file, "Result file")->required();
  c->add_flag("--json", a->json, "As JSON");
  c->add_flag("--scenario", a->scenario, "The scenario as it was run, with everything overridden");
  c->footer(
      "Examples:\n  neurode info xor.h5\n  neurode info xor.h5 --scenario > again.toml\n\n"
      "A finished file of up to 1 GiB ends with a checksum: one whose bytes were damaged since is refused (exit status "
      "4).");
  c->callback([a, &action] { action = [a] { return info(*a); }; });
}

}  // namespace neurode::cli
