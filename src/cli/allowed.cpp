#include "cli/commands.hpp"

namespace neurode::cli {

void add_reach(CLI::App& command, Reach& reach) {
  command.add_flag_callback(
      "--allow-outside", [&reach] { reach = Reach::anywhere; },
      "The file may name others outside its own folder; only for one that you trust");
}

void add_allowed(CLI::App& command, Allowed& allowed) {
  add_reach(command, allowed.reach);
  command.add_flag("--allow-large", allowed.large,
                   "It may need more memory or disk than there is, by the estimates of neurode check");
}

}  // namespace neurode::cli
