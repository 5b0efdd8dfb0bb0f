#include "neurode/report/report.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct ReportArguments {
  std::vector<std::string> files;
  std::optional<std::string> output;
  bool force = false, quiet = false;
};

int report_files(const ReportArguments& a) {
  const std::vector<std::filesystem::path> files(a.files.begin(), a.files.end());
  const auto output =
      a.output ? std::filesystem::path(*a.output) : run::free_file(files.front().stem().string() + "-report", ".html");
  report::write_page(files, output, a.force);
  if (!a.quiet) fmt::print("{}\n", output.string());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("report", "A page of results to look at and to hand on: one HTML file");
  auto a = std::make_shared<ReportArguments>();
  c->add_option("FILE", a->files,
                "Result files of neurode run, compare -o, analyze -o; several: side by side, runs with what differs")
      ->required();
  c->add_option("-o,--output", a->output,
                "The page. Default: FILE-report.html in the current folder, or the next free name");
  c->add_flag("-f,--force", a->force, "Overwrite the file named with -o");
  c->add_flag("-q,--quiet", a->quiet, "Do not print its name");
  c->footer(
      "The page tells the question (equations, parameters), the answer (outcome, facts, figures), the cost and the\n"
      "provenance, from the files alone. It needs no network. Figures: drag zooms, a double click resets.\n\n"
      "Examples:\n"
      "  neurode report xor.h5 -o xor.html\n"
      "  neurode report seed1.h5 seed2.h5 seed3.h5 -o seeds.html\n"
      "  neurode report xor_coupled-compare.h5\n\n"
      "Exit status: 0 done; 2 a file is no result of neurode; 4 file trouble.");
  c->callback([a, &action] { action = [a] { return report_files(*a); }; });
}

}  // namespace neurode::cli
