#include "import/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "neurode/equations/parse.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::importing {

using Kind = Statement::Kind;

namespace {

/// Sorted by name.
constexpr std::array kKnown{
    KnownFunction{"abs", "abs", 1},   KnownFunction{"acos", "acos", 1},   KnownFunction{"asin", "asin", 1},
    KnownFunction{"atan", "atan", 1}, KnownFunction{"atan2", "atan2", 2}, KnownFunction{"ceil", "ceil", 1},
    KnownFunction{"cos", "cos", 1},   KnownFunction{"cosh", "cosh", 1},   KnownFunction{"erf", "erf", 1},
    KnownFunction{"exp", "exp", 1},   KnownFunction{"flr", "floor", 1},   KnownFunction{"ln", "log", 1},
    KnownFunction{"log", "log", 1},   KnownFunction{"log10", "log10", 1}, KnownFunction{"max", "max", 2},
    KnownFunction{"min", "min", 2},   KnownFunction{"mod", "mod", 2},     KnownFunction{"sign", "sign", 1},
    KnownFunction{"sin", "sin", 1},   KnownFunction{"sinh", "sinh", 1},   KnownFunction{"sqrt", "sqrt", 1},
    KnownFunction{"tan", "tan", 1},   KnownFunction{"tanh", "tanh", 1},
};

/// Words that mean something else in a scenario's equations, its populations or its variables' names.
bool is_reserved(const std::string& name) {
  static constexpr std::array<std::string_view, 10> kWords{"t",   "pi", "dt",    "and",    "or",
                                                           "not", "xi", "delay", "output", "error"};
  if (std::find(kWords.begin(), kWords.end(), name) != kWords.end() || name.starts_with("xi_")) return true;
  const auto& functions = equations::function_names();
  if (std::find(functions.begin(), functions.end(), name) != functions.end()) return true;
  for (const auto& section : scenario::section_tables()) {
    if (section.section != "population.*") continue;
    return std::any_of(section.keys.begin(), section.keys.end(), [&](const auto& k) { return k.name == name; });
  }
  return false;
}

/// Kinds whose names formulas may read.
bool is_value(Kind k) {
  return k == Kind::parameter || k == Kind::number || k == Kind::derived || k == Kind::fixed || k == Kind::rate ||
         k == Kind::wiener || k == Kind::unknown;
}

}  // namespace

const KnownFunction* known_function(const std::string& name) {
  const auto it = std::find_if(kKnown.begin(), kKnown.end(), [&](const auto& f) { return name == f.name; });
  return it == kKnown.end() ? nullptr : &*it;
}

std::string refused_function(const std::string& name) {
  if (name == "ran" || name == "normal" || name == "poisson") {
    return fmt::format(
        "\"{}\" draws a new number whenever a formula is evaluated, which no differential equation means", name);
  }
  if (name == "besselj" || name == "bessely" || name == "besseli" || name == "lgamma" || name == "set" ||
      name == "hom_bcs" || name == "ishift") {
    return fmt::format("the function \"{}\" has no counterpart in neurode", name);
  }
  return name == "int" ? "an integral over the past (Volterra equation) has no counterpart in neurode" : "";
}

const std::vector<std::string>& known_functions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out{"del_shft", "delay", "erfc", "heav", "if", "shift", "sum"};
    for (const auto& f : kKnown) out.emplace_back(f.name);
    std::sort(out.begin(), out.end());
    return out;
  }();
  return names;
}

Names::Names(const OdeFile& file, Diagnostics& diagnostics, std::vector<Remark>& remarks)
    : diagnostics_(diagnostics), remarks_(remarks) {
  for (const auto& s : file.statements) {
    if (is_value(s.kind) || s.kind == Kind::initial) first_spelling_.emplace(lower(s.name), s.name);
  }
  for (std::size_t i = 0; i < file.statements.size(); ++i) enter(file.statements[i], i);
  for (const Kind kind : {Kind::rate, Kind::fixed}) {
    for (const auto& s : file.statements) {
      if (s.kind == kind) variables_.push_back(lower(s.name));
    }
  }
  for (const auto& s : file.statements) {
    if (s.kind != Kind::auxiliary) continue;
    const std::string key = lower(s.name);
    const std::string wanted = find(key) != nullptr ? s.name + "_aux" : s.name;
    if (!auxiliary_.emplace(key, "").second) {
      diagnostics_.add({s.where, "", fmt::format("\"{}\" is defined twice", s.name), "", "names of their own", ""});
    } else {
      auxiliary_[key] = spelling(wanted, s.where);
    }
  }
}

void Names::enter(const Statement& s, std::size_t order) {
  const std::string key = lower(s.name);
  const bool function = s.kind == Kind::function;
  if (!is_value(s.kind) && !function) return;
  const bool builtin = std::find(known_functions().begin(), known_functions().end(), key) != known_functions().end() ||
                       !refused_function(key).empty();
  if (builtin || key == "t" || key == "pi") {
    diagnostics_.add(
        {s.where, "", fmt::format("\"{}\" is XPPAUT's own and cannot be defined", s.name), "", "another name", ""});
    return;
  }
  const Entry* first = find(key) != nullptr ? find(key) : this->function(key);
  if (first != nullptr) {
    const bool same = s.repeated && first->kind == s.kind && first->statement->value.text == s.value.text;
    if (same) return;  // beside an array in one list
    diagnostics_.add({s.where, "", fmt::format("\"{}\" is defined twice", s.name), "",
                      fmt::format("names of their own, in upper or lower case; the first is at line {}",
                                  first->statement->where.line),
                      ""});
    return;
  }
  if (function) {
    functions_[key] = {s.kind, s.name, &s, order};
    return;
  }
  Entry& e = entries_[key] = {s.kind, "", &s, order};
  e.spelled = s.kind == Kind::unknown ? s.name : spelling(first_spelling_[key], s.where);
  if (s.kind == Kind::parameter || s.kind == Kind::number) constants_[e.spelled] = leading_number(s.value).value;
}

bool Names::taken(const std::string& name) const { return spelled_.count(name) > 0; }

std::string Names::spelling(const std::string& wanted, const Location& where) {
  std::string name = wanted;
  if (name == "xi" || name.starts_with("xi_")) name.insert(2, "1");  // what follows "xi_" is no way out: noise
  while (is_reserved(name) || taken(name)) name += '_';
  if (name != wanted) {
    remarks_.push_back(
        {where, fmt::format("changed: \"{}\" is called \"{}\": neurode uses the name itself", wanted, name)});
  }
  spelled_.insert(name);
  return name;
}

const Names::Entry* Names::find(const std::string& name) const {
  const auto it = entries_.find(lower(name));
  return it == entries_.end() ? nullptr : &it->second;
}

const Names::Entry* Names::function(const std::string& name) const {
  const auto it = functions_.find(lower(name));
  return it == functions_.end() ? nullptr : &it->second;
}

const std::string& Names::auxiliary(const std::string& name) const {
  static const std::string none;
  const auto it = auxiliary_.find(lower(name));
  return it == auxiliary_.end() ? none : it->second;
}

std::vector<std::string> Names::known() const {
  std::vector<std::string> out{"t", "pi"};
  for (const auto& [key, e] : entries_) out.push_back(e.statement->name);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace neurode::importing
