#include "neurode/compare/compare.hpp"
#include "neurode/compare/optimisers.hpp"

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
#include "neurode/plot/chart.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::cli {

namespace {

struct CompareArguments {
  compare::Request request;
  std::string scenario, rtol = "1e-3:1e-9", reference;
  std::optional<std::string> output, plot;
  std::optional<double> accuracy, loss, evaluations, time_limit;
  std::optional<std::vector<std::string>> optimisers;
  Allowed allowed;
  bool json = false, force = false, no_files = false, quiet = false;
};

void read_reference(const std::string& text, compare::Request& request) {
  if (text.empty()) return;
  const auto at = text.find('@');
  request.reference_method = text.substr(0, at);
  if (at != std::string::npos) request.reference_rtol = compare::parse_ladder(text.substr(at + 1), "--reference").first;
}

void require_positive(const char* option, const std::vector<double>& numbers) {
  for (const double x : numbers) {
    if (!(x > 0) || std::isinf(x))
      throw UsageError(fmt::format("{}: {:g} is no good; allowed: a number > 0", option, x));
  }
}

/// The file named, or a free one; checked before hours of work.
std::optional<std::filesystem::path> target(const CompareArguments& a, const std::optional<std::string>& named,
                                            const char* extension) {
  if (!named && a.no_files) return std::nullopt;
  const auto stem = a.request.scenario.path.stem().string() + "-compare";
  const std::filesystem::path file = named ? std::filesystem::path(*named) : run::free_file(stem, extension);
  record::check_writable(file, a.force);
  return file;
}

/// An interrupted comparison tells of the rows that it came to, where there are any.
int status_of(bool any) {
  if (interrupt_signal() != 0) return 128 + interrupt_signal();
  return any ? 0 : 3;
}

/// --optimisers.
int compare_optimisers(CompareArguments& a) {
  compare::OptimiserRequest request;
  request.scenario = {a.scenario, a.allowed};
  request.overrides = a.request.overrides;
  request.optimisers = *a.optimisers;
  if (request.optimisers.size() == 1 && request.optimisers[0] == "auto") request.optimisers.clear();
  if (a.output)
    throw UsageError("-o: with --optimisers there is no result file; --json has the curves, --plot draws them");
  if (a.loss) require_positive("--loss", {request.loss = *a.loss});
  if (a.evaluations) require_positive("--evaluations", {request.evaluations = *a.evaluations});
  if (a.time_limit) require_positive("--time-limit", {request.seconds = *a.time_limit});
  if (a.plot) record::check_writable(*a.plot, a.force);
  catch_interrupts();
  const bool bar = !a.quiet && isatty(STDERR_FILENO) != 0;
  const auto c = compare::run(
      request,
      [bar](const std::string& what) {
        if (bar) fmt::print(stderr, "\r\033[K{}", what);
      },
      [] { return interrupt_signal() != 0; });
  if (bar) fmt::print(stderr, "\r\033[K");
  const bool any = std::any_of(c.rows.begin(), c.rows.end(), [](const auto& r) { return r.fault.empty(); });
  const int status = status_of(any);
  if (!any && interrupt_signal() != 0) return status;
  if (a.plot) compare::write_picture(c, *a.plot);
  fmt::print("{}", a.json ? compare::json_text(c) + "\n" : compare::table_text(c));
  return status;
}

int compare_scenario(CompareArguments& a) {
  if (a.plot && !plot::can_draw(*a.plot)) {
    throw UsageError("--plot: \"" + *a.plot + "\" names no kind of picture; allowed: a name ending in .svg or .png");
  }
  if (a.optimisers) return compare_optimisers(a);
  a.request.scenario = {a.scenario, a.allowed};
  std::tie(a.request.loosest, a.request.finest) = compare::parse_ladder(a.rtol, "--rtol");
  require_positive("--dt", a.request.steps);
  if (a.accuracy) require_positive("--accuracy", {a.request.accuracy = *a.accuracy});
  if (a.time_limit) require_positive("--time-limit", {a.request.time_limit = *a.time_limit});
  read_reference(a.reference, a.request);
  const auto file = target(a, a.output, ".h5"), picture = target(a, a.plot, ".svg");

  catch_interrupts();
  const bool bar = !a.quiet && isatty(STDERR_FILENO) != 0;
  const auto progress = [bar](const std::string& what, std::size_t row, std::size_t rows) {
    if (bar) fmt::print(stderr, "\r\033[K{} of {}: {}", row, rows, what);
  };
  const auto comparison = compare::run(a.request, progress, [] { return interrupt_signal() != 0; });
  if (bar) fmt::print(stderr, "\r\033[K");
  const bool any = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                               [](const auto& r) { return r.state == compare::State::done; });
  const int status = status_of(any);
  if (!any && interrupt_signal() != 0) return status;
  if (file) compare::write_file(comparison, *file, a.force);
  if (picture) compare::write_picture(comparison, *picture);
  if (a.json) {
    fmt::print("{}\n", compare::json_text(comparison));
    return status;
  }
  if (!a.quiet && (file || picture)) {
    fmt::print(stderr, "wrote {}{}{}\n", file ? file->string() : "", file && picture ? " and " : "",
               picture ? picture->string() : "");
  }
  fmt::print("{}", compare::table_text(comparison));
  return status;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("compare", "Run a scenario with many integrators: work against precision");
  auto a = std::make_shared<CompareArguments>();
  auto& r = a->request;
  c->add_option("SCENARIO", a->scenario, "Scenario file")->required();
  c->add_option(
       "--integrators", r.integrators,
       "Which, separated by commas. Default: a set by the problem's size and stiffness, and the scenario's own")
      ->delimiter(',');
  c->add_option("--rtol", a->rtol, "LOOSEST:FINEST of the adaptive methods, a run a decade. Default 1e-3:1e-9");
  c->add_option("--dt", r.steps,
                "Steps of the fixed-step methods, separated by commas. Default: the scenario's dt, dt/2 and dt/4")
      ->delimiter(',');
  auto* optimisers =
      c->add_option(
           "--optimisers", a->optimisers,
           "Instead: flows of learning, by FLOW[(KEY=VALUE;...)]/METHOD[@STEP], separated by commas, or auto: loss "
           "against gradient evaluations, at rate 1. With a fixed step they are discrete optimisers")
          ->delimiter(',');
  for (const char* other : {"--integrators", "--rtol", "--dt"}) optimisers->excludes(c->get_option(other));
  c->add_option("--loss", a->loss,
                "With --optimisers: the loss to reach. Default: that of the scenario's stop, else a tenth of the first")
      ->needs(optimisers);
  c->add_option("--evaluations", a->evaluations, "With --optimisers: gradients a run may take. Default 10000")
      ->needs(optimisers);
  c->add_option("--accuracy", a->accuracy,
                "Relative accuracy to recommend for. Default: the middle of the ladder, as a power of ten");
  c->add_option("--reference", a->reference,
                "METHOD or METHOD@RTOL that stands for the truth. Default: one that fits, 100 times beyond the finest");
  c->add_option("--repeat", r.repeat, "Timed runs of each row; their median counts. Default 3")
      ->check(CLI::Range(1, 1000));
  c->add_option("--jobs", r.jobs, "Rows computed at the same time (timed runs are always alone). Default 1")
      ->check(CLI::Range(1, 256));
  c->add_option("--time-limit", a->time_limit,
                "Seconds a run may take; finer runs of a method that fails are skipped. "
                "Default 10");
  c->add_option("-o,--output", a->output, "Result file, netCDF-4. Default: SCENARIO-compare.h5, or the next free name");
  c->add_option("--plot", a->plot, "Picture, .svg or .png. Default: SCENARIO-compare.svg, or the next free name");
  c->add_flag("--no-files", a->no_files, "Write no files but those named");
  c->add_option("--set", r.overrides, "KEY=VALUE: overrides a key of the scenario")->allow_extra_args(false);
  add_allowed(*c, a->allowed);
  c->add_flag("--json", a->json, "The table as JSON on standard output");
  c->add_flag("-f,--force", a->force, "Overwrite the files named with -o and --plot");
  c->add_flag("-q,--quiet", a->quiet, "No progress");
  c->footer(
      "Without --optimisers every run goes from the scenario's start to the time where its stop condition fires in the "
      "reference (or to "
      "its\n"
      "end), and is measured against the reference at common times. Absolute tolerances keep the ratio to rtol that "
      "the\n"
      "scenario gives them. The reference's own error is the distance to a second, independent method.\n\n"
      "Examples:\n"
      "  neurode compare scenarios/xor_coupled.toml\n"
      "  neurode compare scenarios/xor_coupled.toml --rtol 1e-3:1e-9 --accuracy 1e-5 --plot xor.png\n"
      "  neurode compare scenarios/hodgkin_huxley.toml --integrators tsit5,exponential_euler --dt 0.1,0.05,0.025\n"
      "  neurode compare scenarios/xor.toml --optimisers gradient/euler@1,gradient/bs3@1e-3,adam/bs3@1e-3\n\n"
      "Exit status: 0 done; 2 wrong use or scenario; 3 no method got to the end; 4 file trouble; 130 interrupted "
      "(what was done until then is shown and written).");
  c->callback([a, &action] { action = [a] { return compare_scenario(*a); }; });
}

}  // namespace neurode::cli
