#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/machine.hpp"
#include "neurode/run/simulate.hpp"

using namespace neurode;

/// What is wrong with the first word, if it names no command.
static std::string command_fault(const CLI::App& app, int argc, char** argv) {
  if (argc > 1 && argv[1][0] == '-') {
    const std::string option = argv[1];
    if (option == "-h" || option == "--help" || option == "--version") return "";
    return "there is no option \"" + option + "\" before a command; allowed: \"--help\" and \"--version\"";
  }
  std::vector<std::string> names;
  for (const auto* c : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(c->get_name());
  if (argc < 2) return "no command; allowed: " + quoted_list(names);
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return "";
  Diagnostic d;
  d.problem = std::string("there is no command \"") + argv[1] + "\"";
  d.allowed = quoted_list(names);
  d.suggestion = nearest_name(argv[1], names);
  return d.format();
}

int main(int argc, char** argv) {
  CLI::App app("neurode: neuron activity and synaptic weights as one differential equation", "neurode");
  app.set_version_flag("--version", "neurode " + run::version() + "\n" + run::build_text());
  app.require_subcommand(1);
  app.fallthrough(false);
  app.footer(
      "Examples:\n"
      "  neurode run scenarios/xor.toml              simulate; writes xor.h5\n"
      "  neurode compare scenarios/xor_coupled.toml  which integrator suits it: table, picture, recommendation\n"
      "  neurode resume xor.h5                       go on where it was stopped, or killed\n"
      "  neurode info xor.h5                         what is in it\n"
      "  neurode plot xor.h5                         a picture of it\n"
      "  neurode export xor.h5 --format csv          the numbers as text\n"
      "  neurode check scenarios/xor.toml            what a run would refuse, and the expanded equations\n"
      "  neurode list models                         what there is\n\n"
      "neurode COMMAND --help tells more. Exit status: 0 done; 2 wrong use or scenario; 3 numerical failure; 4 file "
      "trouble.");
  // A write beyond a limit of file size fails as on a full disk, instead of killing the program.
  std::signal(SIGXFSZ, SIG_IGN);
  cli::Action action;
  cli::add_run(app, action);
  cli::add_resume(app, action);
  cli::add_rerun(app, action);
  cli::add_check(app, action);
  cli::add_suggest(app, action);
  cli::add_compare(app, action);
  cli::add_analyze(app, action);
  cli::add_report(app, action);
  cli::add_info(app, action);
  cli::add_export(app, action);
  cli::add_plot(app, action);
  cli::add_import(app, action);
  cli::add_list(app, action);
  cli::add_schema(app, action);
  if (const std::string fault = command_fault(app, argc, argv); !fault.empty()) {
    fmt::print(stderr, "neurode: {}\nneurode --help tells how it is used.\n", fault);
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    const std::string command = argc > 1 && argv[1][0] != '-' ? std::string(" ") + argv[1] : "";
    fmt::print(stderr, "neurode{}: {}\nneurode{} --help tells how it is used.\n", command, e.what(), command);
    return 2;
  }
  try {
    const int status = action();
    if (std::fflush(stdout) != 0) throw FileError("standard output", "cannot be written");
    return status;
  } catch (const ScenarioError& e) {
    fmt::print(stderr, "{}\n", e.what());
    return e.exit_status();
  } catch (const Error& e) {
    fmt::print(stderr, "neurode: {}\n", e.what());
    return e.exit_status();
  } catch (const std::bad_alloc&) {
    const Available left = available_memory();
    fmt::print(stderr,
               "neurode: there is not enough memory for this: {} are left ({}); smaller populations or fewer "
               "samples need less\n",
               size_text(left.bytes), left.why);
    return 3;
  } catch (const std::exception& e) {
    fmt::print(stderr, "neurode: a fault of the program itself, please report it: {}\n", e.what());
    return 70;
  }
}
