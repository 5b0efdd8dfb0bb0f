#include <fmt/format.h>

#include "cli/commands.hpp"
#include "neurode/run/families.hpp"

namespace neurode::cli {

void add_schema(CLI::App& app, Action& action) {
  auto* c = app.add_subcommand("schema", "The JSON Schema of scenario files, for editors and programs");
  c->footer("Example:\n  neurode schema > neurode.schema.json");
  c->callback([&action] {
    action = [] {
      fmt::print("{}\n", scenario::json_schema(run::schema_families()));
      return 0;
    };
  });
}

}  // namespace neurode::cli
