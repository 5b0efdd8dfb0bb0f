#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "import/expression.hpp"
#include "import/names.hpp"

namespace neurode::importing {

/// Turns XPPAUT's formulas into neurode's: names as the scenario spells them, functions of the file written out at
/// their calls, sums term by term, `shift` as the variable it means, white noise as xi_NAME.
class Resolver {
 public:
  Resolver(const Names& names, Diagnostics& diagnostics, std::vector<Remark>& remarks)
      : names_(names), diagnostics_(diagnostics), remarks_(remarks) {}

  /// Null where the formula is faulty (reported, each fault once).
  Tree formula(const Line& text);
  /// The same for an initial value, where ran(c) may stand: c times the name `ran`, a number from 0 to 1.
  Tree initial_formula(const Line& text);
  /// Looks for faults in a function of the file that may never be called.
  void check_function(const Statement& function);

  /// States read by `delay`, as the scenario spells them.
  const std::set<std::string>& delayed() const { return delayed_; }
  bool noisy() const { return noisy_; }

 private:
  using Bound = std::unordered_map<std::string, Tree>;
  struct Failed {};

  Tree resolve(const Tree& tree, const Bound& bound);
  Tree resolve_one(const Tree& tree, const Bound& bound);
  Tree resolve_name(const Tree& tree, const Bound& bound);
  Tree resolve_call(const Tree& tree, const Bound& bound);
  Tree user_call(const Tree& tree, const Names::Entry& function, const Bound& bound);
  Tree sum(const Tree& tree, const Bound& bound);
  Tree shifted(const Tree& variable, const Tree& by, const Bound& bound);
  Tree delayed(const Tree& tree, const Bound& bound);
  Tree body(const Statement& function);
  int integer(const Tree& tree, const Bound& bound, const char* what);
  void expect_arguments(const Tree& tree, std::size_t count);
  void report(const Location& where, std::string problem, std::string found = "", std::string allowed = "",
              std::string suggestion = "");
  [[noreturn]] void fail(const Location& where, std::string problem, std::string found = "", std::string allowed = "",
                         std::string suggestion = "");

  const Names& names_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  std::unordered_map<const Statement*, Tree> bodies_;
  std::vector<const Statement*> open_;  ///< functions being written out
  std::set<std::string> told_, delayed_;
  std::size_t size_ = 0;                                 ///< of the formula so far
  bool noisy_ = false, faulty_ = false, draws_ = false;  ///< may ran be called?
};

}  // namespace neurode::importing
