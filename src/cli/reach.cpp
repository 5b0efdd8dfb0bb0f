#include "cli/commands.hpp"

namespace neurode::cli {

void add_reach(CLI::App& command, Reach& reach) {
  command.add_flag_callback(
      "--allow-outside", [&reach] { reach = Reach::anywhere; },
      "The file may name others outside its own folder; only for one that you trust");
}

}  // namespace neurode::cli
