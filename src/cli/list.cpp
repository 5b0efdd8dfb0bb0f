#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/json.hpp"
#include "neurode/run/families.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct ListArguments {
  std::string kind, name;
  bool json = false, build = false;
};

void print_family(const run::Family& f) {
  fmt::print("{}: {} ({})\n", f.name, f.summary, f.where);
  std::size_t width = 18;
  for (const auto& e : f.entries) width = std::max(width, e.name.size());
  for (const auto& e : f.entries) {
    const std::string brief = run::brief(f.name, e.name);
    fmt::print("  {:<{}} {}{}{}\n", e.name, width, brief, brief.empty() ? "" : " ", e.summary);
  }
  if (f.name == "integrators") {
    fmt::print(
        "\nOrder (order of the error estimate), or fixed steps; dense N: the method's own dense output, of order N;\n"
        "Hermite: the cubic through both ends of a step; linear: the straight line (methods for white noise); stiff: "
        "for "
        "stiff problems.\n");
  }
  if (f.name == "models") {
    fmt::print(
        "\nThe number of states; f: needs an activation; spikes: has a threshold; noise: has xi in its equations;\n"
        "synapse: for the key synapse of a projection.\n");
  }
}

void print_entry(const run::Family& f, const Entry& e) {
  fmt::print("{}: {}\n", e.name, e.summary);
  for (const auto& line : run::details(f.name, e.name)) fmt::print("  {}\n", line);
  if (!e.parameters.empty()) fmt::print("parameters\n");
  for (const auto& p : e.parameters) {
    std::string facts = p.allowed();
    if (p.default_value) facts += "; default " + p.default_value->to_toml(40);
    fmt::print("  {:<18} {}\n  {:<18} {}\n", p.name, p.help, "", facts);
  }
  if (!e.needs.empty()) fmt::print("needs\n  {}\n", e.needs);
  if (!e.citation.empty()) fmt::print("source\n  {}\n", e.citation);
}

void write_entry(JsonWriter& w, const run::Family& f, const Entry& e) {
  w.begin_object()
      .member("name", e.name)
      .member("summary", e.summary)
      .member("needs", e.needs)
      .member("citation", e.citation);
  w.key("details").begin_array();
  for (const auto& line : run::details(f.name, e.name)) w.value(line);
  w.end_array().key("parameters").begin_array();
  for (const auto& p : e.parameters) {
    w.begin_object()
        .member("name", p.name)
        .member("help", p.help)
        .member("unit", p.unit)
        .member("allowed", p.allowed());
    w.member("required", p.required);
    w.key("default");
    p.default_value ? w.value(*p.default_value) : w.null();
    w.end_object();
  }
  w.end_array().end_object();
}

std::vector<std::string> family_names() { return entry_names(run::families()); }

int list(const ListArguments& a) {
  if (a.build) {
    fmt::print("neurode {}\n{}\n", run::version(), run::build_text());
    return 0;
  }
  if (a.kind.empty()) {
    if (a.json) {
      JsonWriter w;
      w.begin_array();
      for (const auto& f : run::families()) w.value(f.name);
      w.end_array();
      fmt::print("{}\n", w.text());
      return 0;
    }
    for (const auto& f : run::families()) fmt::print("{:<14} {:<60} {}\n", f.name, f.summary, f.where);
    fmt::print("\nneurode list KIND shows the members, neurode list KIND NAME one of them.\n");
    return 0;
  }
  const auto* family = run::find_family(a.kind);
  if (!family) throw UsageError(unknown_name("kind", {}, a.kind, family_names()).format());
  const Entry* entry = nullptr;
  if (!a.name.empty()) {
    entry = find_entry(family->entries, a.name);
    if (!entry) throw UsageError(unknown_name("entry of " + a.kind, {}, a.name, entry_names(family->entries)).format());
  }
  if (a.json) {
    JsonWriter w;
    if (entry) {
      write_entry(w, *family, *entry);
    } else {
      w.begin_array();
      for (const auto& e : family->entries) write_entry(w, *family, e);
      w.end_array();
    }
    fmt::print("{}\n", w.text());
  } else if (entry) {
    print_entry(*family, *entry);
  } else {
    print_family(*family);
  }
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("list", "Models, integrators, rules, losses, stimuli ... and their parameters");
  auto a = std::make_shared<ListArguments>();
  c->add_option("KIND", a->kind,
                "models, integrators, rules, losses, stimuli, initialisers, activations, plasticity, exporters");
  c->add_option("NAME", a->name, "One of them: equations, parameters, source");
  c->add_flag("--json", a->json, "As JSON");
  c->add_flag("--build", a->build, "How this program was built");
  c->footer(
      "Examples:\n  neurode list\n  neurode list models\n  neurode list models hodgkin_huxley\n  neurode list "
      "integrators --json");
  c->callback([a, &action] { action = [a] { return list(*a); }; });
}

}  // namespace neurode::cli
