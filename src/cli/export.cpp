#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "neurode/analysis/export.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::cli {

namespace {

struct ExportArguments {
  std::string file, format, output = "-";
  std::vector<std::string> variables, select;
  std::vector<double> window;
  bool force = false;
};

/// The format named, else the one whose ending the output has, else csv.
const analysis::Exporter& chosen(const ExportArguments& a) {
  const auto& all = analysis::exporters();
  if (a.format.empty()) {
    const std::string ending = std::filesystem::path(a.output).extension().string();
    for (const auto& e : all) {
      if (e.file_extension == ending) return e;
    }
    return *find_entry(all, "csv");
  }
  const auto* e = find_entry(all, a.format);
  if (!e) throw UsageError(unknown_name("format", {}, a.format, entry_names(all)).format());
  return *e;
}

int export_file(const ExportArguments& a) {
  const auto& exporter = chosen(a);
  analysis::ExportRequest request;
  request.variables = a.variables;
  request.output = a.output;
  request.overwrite = a.force;
  if (a.window.size() == 2) {
    request.t_min = a.window[0];
    request.t_max = a.window[1];
  }
  for (const auto& s : a.select) request.select.push_back(analysis::parse_selection(s));
  const record::Reader reader(a.file);
  const auto result = analysis::export_result(reader, exporter, request);
  for (const auto& f : result.files) fmt::print("{}\n", f.string());
  for (const auto& v : result.left_out) fmt::print(stderr, "left out: {}\n", v);
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("export", "Numbers of a result file as csv, json, mat or npy");
  auto a = std::make_shared<ExportArguments>();
  c->add_option("FILE", a->file, "Result file")->required();
  c->add_option("-f,--format", a->format, "csv, json, mat or npy. Default: by the ending of -o, else csv");
  c->add_option("-o,--output", a->output,
                "File, or a folder (ending in /) for one file a table or variable. Default: standard output");
  c->add_option("-v,--variable", a->variables, "Variable to export; may be given several times. Default: all")
      ->allow_extra_args(false);
  c->add_option("--time", a->window, "FROM TO: only this window of time, both ends included")->expected(2);
  c->add_option("--select", a->select, "DIMENSION=ELEMENTS, e.g. --select hidden=0,3,10:20; may be given several times")
      ->allow_extra_args(false);
  c->add_flag("--force", a->force, "Overwrite what is there");
  std::string formats;
  for (const auto& e : analysis::exporters()) formats += "\n" + e.name + ": " + e.help + "\n";
  c->footer(
      "Examples:\n  neurode export xor.h5 > xor.csv\n  neurode export xor.h5 -v loss -o loss.npy\n"
      "  neurode export xor.h5 -v hidden.a --time 0 100 --select hidden=0,2 -o hidden.json\n"
      "  neurode export xor.h5 -o xor.mat\n"
      "Parquet, Feather and NWB files: python -m neurode.export --help\n" +
      formats);
  c->callback([a, &action] { action = [a] { return export_file(*a); }; });
}

}  // namespace neurode::cli
