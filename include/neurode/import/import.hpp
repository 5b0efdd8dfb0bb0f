#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/scenario_folder.hpp"

namespace neurode::importing {

/// Something of the file that the scenario has otherwise or not at all.
struct Remark {
  Location where;
  std::string text;  ///< begins with "left out: ", "changed: " or "note: "

  /// `file:line:column: left out: ...`
  std::string format() const { return where.text() + ": " + text; }
};

struct Imported {
  std::string name;             ///< of the model and its population, from the file's name
  std::string toml;             ///< the scenario; its head lists the remarks
  std::vector<Remark> remarks;  ///< in the order of the file
};

/// An XPPAUT file (.ode) as a scenario: one model, one population of one neuron, the file's parameters, initial values,
/// auxiliary quantities, event, noise, delays, step and length. Names keep their first spelling; XPPAUT knows no case.
/// Expressions mean what XPPAUT makes of them: comparisons and ^ bind tighter than * and +, ^ from the left.
///
/// `text` is the file, `path` its name: for messages, for the model's name, and to find files it includes, which
/// `reach` keeps in its folder.
/// The scenario has been read back by the scenario reader.
/// @throws ScenarioError with every fault of the file: nothing of it is imported then
/// @throws FileError if a file that it includes cannot be read
/// @par Source  B. Ermentrout, Simulating, Analyzing, and Animating Dynamical Systems, SIAM 2002, appendix B; the
///     grammar as XPPAUT 8 itself reads it
Imported import_ode(const std::string& text, const std::filesystem::path& path, Reach reach = Reach::folder);

/// The same from the file. @throws FileError if it cannot be read
Imported import_ode(const std::filesystem::path& path, Reach reach = Reach::folder);

}  // namespace neurode::importing
