#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/run/simulate.hpp"
#include "neurode/study/study.hpp"

namespace neurode::cli {

namespace {

struct AnalyzeArguments {
  const study::StudyEntry* study = nullptr;
  std::string scenario;
  std::vector<std::string> set;
  std::vector<std::optional<std::string>> given;  ///< of each parameter of the study
  std::optional<std::string> output, plot;
  Allowed allowed;
  bool json = false, force = false, quiet = false;
};

std::string option_of(const std::string& parameter) {
  std::string out = "--" + parameter;
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

/// What was typed, as the value the parameter's kind takes.
Value value_of(const ParameterSpec& spec, const std::string& text) {
  Value v;
  v.where = {"neurode analyze", 0, 0};
  v.key = option_of(spec.name);
  if (spec.kind == Kind::string || spec.kind == Kind::choice) {
    v.data = text;
    return v;
  }
  // A whole number, a number, true or false: what TOML makes of it. Else the text, which is refused with what is
  // allowed.
  const auto number = [&]() -> std::optional<double> {
    std::size_t used = 0;
    try {
      const double x = std::stod(text, &used);
      return used == text.size() ? std::optional(x) : std::nullopt;
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }();
  if (text == "true" || text == "false") {
    v.data = text == "true";
  } else if (number && spec.kind == Kind::integer && *number == std::floor(*number) && std::abs(*number) < 9e15) {
    v.data = static_cast<std::int64_t>(*number);
  } else if (number) {
    v.data = *number;
  } else {
    v.data = text;
  }
  return v;
}

int analyze(const AnalyzeArguments& a) {
  if (a.plot && !plot::can_draw(*a.plot)) {
    throw UsageError("--plot: \"" + *a.plot + "\" names no kind of picture; allowed: a name ending in .svg or .png");
  }
  study::Request request{{a.scenario, a.allowed}, a.set, {}, [] { return interrupt_signal() != 0; }};
  Value table;
  table.data = Value::Table{};
  for (std::size_t k = 0; k < a.given.size(); ++k) {
    const auto& spec = a.study->parameters[k];
    if (a.given[k]) table.table().emplace_back(spec.name, value_of(spec, *a.given[k]));
  }
  Diagnostics diagnostics;
  request.parameters = read_parameters(a.study->parameters, table, "analyze " + a.study->name, diagnostics);
  diagnostics.throw_if_any();
  if (a.output) record::check_writable(*a.output, a.force);
  if (a.plot) record::check_writable(*a.plot, a.force);
  catch_interrupts();
  study::Findings found;
  try {
    found = a.study->run(request);
  } catch (const NumericalError&) {
    if (interrupt_signal() != 0) return 128 + interrupt_signal();  // too early for anything to be found
    throw;
  }
  if (a.output) study::write_file(found, *a.output, a.force);
  if (a.plot) plot::draw(found.chart, *a.plot);
  fmt::print("{}", a.json ? study::json_text(found) + "\n" : study::table_text(found));
  if (interrupt_signal() != 0) return 128 + interrupt_signal();
  if (found.complete) return 0;
  fmt::print(stderr, "neurode: {}\n", found.notes.front());
  return 3;
}

void add_study(CLI::App& analyze_command, const study::StudyEntry& entry, Action& action) {
  auto* c = analyze_command.add_subcommand(entry.name, entry.summary);
  auto a = std::make_shared<AnalyzeArguments>();
  a->study = &entry;
  c->allow_extras(false);  // which `analyze` hands down
  a->given.resize(entry.parameters.size());
  c->add_option("SCENARIO", a->scenario, "Scenario file")->required();
  for (std::size_t k = 0; k < entry.parameters.size(); ++k) {
    const auto& spec = entry.parameters[k];
    std::string help = spec.help;
    if (spec.default_value) help += ". Default " + spec.default_value->to_toml();
    auto* option = c->add_option(option_of(spec.name), a->given[k], help);
    if (spec.required) option->required();
  }
  c->add_option("-o,--output", a->output, "Writes what was found to this file, netCDF-4");
  c->add_option("--plot", a->plot, "Draws it into this file, .svg or .png");
  c->add_option("--set", a->set, "KEY=VALUE: overrides a key of the scenario")->allow_extra_args(false);
  add_allowed(*c, a->allowed);
  c->add_flag("--json", a->json, "What was found as JSON on standard output");
  c->add_flag("-f,--force", a->force, "Overwrite the files named with -o and --plot");
  c->footer((entry.citation.empty() ? std::string() : "Method: " + entry.citation + "\n\n") +
            "Exit status: 0 done; 2 wrong use or scenario; 3 nothing was found; 4 file trouble; 130 interrupted.");
  c->callback([a, &action] { action = [a] { return analyze(*a); }; });
}

}  // namespace

void add_analyze(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("analyze", "What the dynamics of a scenario are: states of rest, bifurcations, ...");
  c->require_subcommand(0, 1);
  c->allow_extras();  // so that a wrong name can be told with the right ones
  c->callback([c, &action] {
    if (!c->get_subcommands().empty()) return;
    const auto words = c->remaining();
    Diagnostic d;
    d.problem = words.empty() ? "which study?" : "there is no study \"" + words.front() + "\"";
    d.allowed = quoted_list(entry_names(study::studies()));
    if (!words.empty()) d.suggestion = nearest_name(words.front(), entry_names(study::studies()));
    throw CLI::ParseError(d.format(), 2);
  });
  for (const auto& entry : study::studies()) add_study(*c, entry, action);
  c->footer(
      "Examples:\n"
      "  neurode analyze fixed-points scenarios/fitzhugh_nagumo.toml\n"
      "  neurode analyze continue scenarios/jansen_rit_alpha.toml --set population.column.size=1 --set "
      "population.column.bias=0\n"
      "      --parameter population.column.bias --from -50 --to 400 --orbits false --plot jansen_rit.svg\n\n"
      "neurode analyze STUDY --help tells more.");
}

}  // namespace neurode::cli
