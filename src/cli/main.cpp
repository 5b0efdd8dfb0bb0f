#include <fmt/format.h>

#include <clocale>
#include <cstdio>
#include <exception>
#include <new>

#include "cli/commands.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/run/simulate.hpp"

using namespace neurode;

int main(int argc, char** argv) {
  CLI::App app("neurode: neuron activity and synaptic weights as one differential equation", "neurode");
  app.set_version_flag("--version", "neurode " + run::version() + "\n" + run::build_text());
  app.require_subcommand(1);
  app.fallthrough(false);
  app.footer(
      "Examples:\n"
      "  neurode run scenarios/xor.toml              simulate; writes xor.h5\n"
      "  neurode info xor.h5                         what is in it\n"
      "  neurode export xor.h5 --format csv          the numbers as text\n"
      "  neurode check scenarios/xor.toml            what a run would refuse, and the expanded equations\n"
      "  neurode list models                         what there is\n\n"
      "neurode COMMAND --help tells more. Exit status: 0 done; 2 wrong use or scenario; 3 numerical failure; 4 file trouble.");
  cli::Action action;
  cli::add_run(app, action);
  cli::add_check(app, action);
  cli::add_info(app, action);
  cli::add_export(app, action);
  cli::add_list(app, action);
  cli::add_schema(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    fmt::print(stderr, "neurode: {}\nneurode --help tells how it is used.\n", e.what());
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
    fmt::print(stderr, "neurode: not enough memory for this\n");
    return 3;
  } catch (const std::exception& e) {
    fmt::print(stderr, "neurode: a fault of the program itself, please report it: {}\n", e.what());
    return 70;
  }
}
