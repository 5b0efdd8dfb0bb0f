#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "import/statements.hpp"

namespace neurode::importing {

/// Every name of a file, by its lower case: what it is, and how the scenario spells it: as it is spelled first, with a
/// `_` at its end where neurode needs the name for itself.
class Names {
 public:
  struct Entry {
    Statement::Kind kind = Statement::Kind::fixed;
    std::string spelled;
    const Statement* statement = nullptr;
    std::size_t order = 0;  ///< among all statements
  };

  /// Names defined twice and initial values of nothing are faults; renamed ones are remarks.
  Names(const OdeFile& file, Diagnostics& diagnostics, std::vector<Remark>& remarks);

  const Entry* find(const std::string& name) const;      ///< any case; functions and auxiliary quantities aside
  const Entry* function(const std::string& name) const;  ///< a function of the file's own
  /// How an auxiliary quantity is spelled; it may share its name with something else.
  const std::string& auxiliary(const std::string& name) const;
  /// Names as written, for messages.
  std::vector<std::string> known() const;
  /// The variables in the order of their statements, rates first, as `shift` counts them; in lower case.
  const std::vector<std::string>& variables() const { return variables_; }
  /// Numbers and parameters with a value, by the scenario's spelling.
  const std::unordered_map<std::string, double>& constants() const { return constants_; }

 private:
  void enter(const Statement& s, std::size_t order);
  std::string spelling(const std::string& wanted, const Location& where);
  bool taken(const std::string& name) const;

  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  std::unordered_map<std::string, std::string> first_spelling_;
  std::unordered_map<std::string, Entry> entries_, functions_;
  std::unordered_map<std::string, std::string> auxiliary_;
  std::vector<std::string> variables_;
  std::unordered_set<std::string> spelled_;
  std::unordered_map<std::string, double> constants_;
};

/// Functions of XPPAUT that neurode has, by XPPAUT's name; heav, if and what reads other variables aside.
struct KnownFunction {
  const char* name;
  const char* ours;
  std::size_t arguments;
};
const KnownFunction* known_function(const std::string& name);
/// What is wrong with a function that XPPAUT has and neurode has not; "" for any other name.
std::string refused_function(const std::string& name);
/// All functions that a file may call, sorted.
const std::vector<std::string>& known_functions();

}  // namespace neurode::importing
