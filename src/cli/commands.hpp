#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace neurode::cli {

/// A command adds itself to the program and returns, by `action`, what to do; the action's value is the exit status.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);

}  // namespace neurode::cli
