#include "neurode/suggest/suggest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::cli {

namespace {

struct SuggestArguments {
  suggest::Request request;
  std::string scenario;
  Allowed allowed;
  std::optional<std::string> apply;
  std::optional<double> loss;
  bool json = false, force = false, quiet = false;
};

void require(bool good, const char* option, double x, const char* allowed) {
  if (!good) throw UsageError(fmt::format("{}: {:g} is no good; allowed: {}", option, x, allowed));
}

int suggest_for(SuggestArguments& a) {
  auto& r = a.request;
  r.loss = a.loss.value_or(0);
  require(!a.loss || r.loss > 0, "--loss", r.loss, "a number > 0");
  require(r.evaluations >= 0, "--evaluations", r.evaluations, "a number >= 0");
  require(r.seconds > 0, "--seconds", r.seconds, "a number > 0");
  a.request.scenario = {a.scenario, a.allowed};
  if (a.apply) record::check_writable(*a.apply, a.force);  // before minutes of work
  catch_interrupts();
  const bool bar = !a.quiet && isatty(STDERR_FILENO) != 0;
  const auto s = suggest::suggest(
      a.request,
      [bar](const std::string& what) {
        if (bar) fmt::print(stderr, "\r\033[K{}", what);
      },
      [] { return interrupt_signal() != 0; });
  if (bar) fmt::print(stderr, "\r\033[K");
  if (interrupt_signal() != 0) return 128 + interrupt_signal();
  if (a.json) {
    fmt::print("{}\n", suggest::json_text(s));
  } else {
    fmt::print("{}", suggest::text(s));
  }
  if (a.apply) {
    suggest::write_scenario(s, *a.apply, a.force);
    if (!a.quiet) fmt::print(stderr, "wrote {}\n", *a.apply);
  }
  return 0;
}

}  // namespace

void add_suggest(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("suggest", "Initial weights, activation, learning rate and optimiser, by the dynamics");
  auto a = std::make_shared<SuggestArguments>();
  auto& r = a->request;
  c->add_option("SCENARIO", a->scenario, "Scenario file")->required();
  c->add_option("--set", r.overrides, "KEY=VALUE: overrides a key of the scenario")->allow_extra_args(false);
  add_allowed(*c, a->allowed);
  c->add_option("--loss", a->loss,
                "The loss to reach. Default: that of the scenario's stop, else a tenth of the first");
  c->add_option("--evaluations", r.evaluations,
                "Gradient evaluations that a trial may take; 0: no trials, the analysis alone. Default 1000");
  c->add_option("--trials", r.trials, "Seeds of each candidate, from the scenario's on. Default 3")
      ->check(CLI::Range(1, 1000));
  c->add_option("--seeds", r.seeds, "Then train the file and the suggestion from seeds 1 to N, and print both")
      ->check(CLI::Range(1, 10000));
  c->add_option("--seconds", r.seconds,
                "Seconds a trial may take, and a twentieth of what a run of --seeds may. Default 30");
  c->add_option("--apply", a->apply, "Writes the scenario with what is suggested to this file");
  c->add_flag("--json", a->json, "As JSON");
  c->add_flag("-f,--force", a->force, "Overwrite the file of --apply");
  c->add_flag("-q,--quiet", a->quiet, "No progress");
  c->footer(
      "Looks at the untrained network (spread of signals over its layers, rest and time scales of its activity,\n"
      "curvature of the loss), says what follows for each choice, and tries the candidates: flows with a method,\n"
      "then initial weights with the best flow, then other hidden units with the best of both. What reaches the loss\n"
      "from most seeds, and then with the fewest gradients (median), is suggested. Products with a Hessian or a "
      "metric\n"
      "count as gradients.\n\n"
      "Examples:\n"
      "  neurode suggest scenarios/xor.toml\n"
      "  neurode suggest scenarios/xor.toml --seeds 10 --apply xor_suggested.toml\n"
      "  neurode suggest scenarios/random_network.toml --evaluations 0\n\n"
      "Exit status: 0 done; 2 wrong use or scenario; 4 file trouble; 130 interrupted.");
  c->callback([a, &action] { action = [a] { return suggest_for(*a); }; });
}

}  // namespace neurode::cli
