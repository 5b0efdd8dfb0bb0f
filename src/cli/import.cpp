#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/import/import.hpp"

namespace neurode::cli {

namespace {

struct ImportArguments {
  std::string file, output;
  bool force = false, quiet = false;
  Reach reach = Reach::folder;
};

void write(const std::string& path, const std::string& text, bool force) {
  if (!force && std::filesystem::exists(path)) throw FileError(path, "exists already; --force overwrites it");
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw FileError(path, fmt::format("cannot be written: {}", std::strerror(errno)));
}

int import_file(const ImportArguments& a) {
  const auto result = importing::import_ode(std::filesystem::path(a.file), a.reach);
  const std::string output = a.output.empty() ? result.name + ".toml" : a.output;
  if (output == "-") {
    fmt::print("{}", result.toml);
  } else {
    write(output, result.toml, a.force);
    fmt::print("{}\n", output);
  }
  for (const auto& r : result.remarks) {
    if (!a.quiet) fmt::print(stderr, "{}\n", r.format());
  }
  return 0;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("import", "A scenario from a file of XPPAUT's");
  auto a = std::make_shared<ImportArguments>();
  c->add_option("FILE", a->file, "XPPAUT file, .ode")->required();
  c->add_option("-o,--output", a->output,
                "Scenario to write; - for standard output. Default: the name of FILE with .toml, in this folder");
  add_reach(*c, a->reach);
  c->add_flag("--force", a->force, "Overwrite what is there");
  c->add_flag("-q,--quiet", a->quiet, "Do not tell what is left out or changed; the scenario's head tells it too");
  c->footer(
      "Examples:\n  neurode import lecar.ode\n  neurode import lecar.ode -o morris_lecar.toml && neurode run "
      "morris_lecar.toml\n\n"
      "One model and one population of one neuron: equations, parameters, initial values, auxiliary quantities, "
      "delays,\n"
      "white noise, one event, step and length. What is left out or changed is told on standard error with its place.\n"
      "scenarios/xppaut.md has the table of what becomes what.\n\n"
      "Exit status: 0 done; 2 the file has faults, each told with its place, and nothing is written; 4 file trouble.");
  c->callback([a, &action] { action = [a] { return import_file(*a); }; });
}

}  // namespace neurode::cli
