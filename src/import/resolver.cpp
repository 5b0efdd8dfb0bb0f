#include "import/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace neurode::importing {

using Kind = Expression::Kind;

namespace {

constexpr const char* kTooLarge = "the formula grows too large when functions and sums are written out";

}  // namespace

void Resolver::report(const Location& where, std::string problem, std::string found, std::string allowed,
                      std::string suggestion) {
  faulty_ = true;
  if (!told_.insert(where.text() + problem).second) return;
  diagnostics_.add({where, "", std::move(problem), std::move(found), std::move(allowed), std::move(suggestion)});
}

void Resolver::fail(const Location& where, std::string problem, std::string found, std::string allowed,
                    std::string suggestion) {
  report(where, std::move(problem), std::move(found), std::move(allowed), std::move(suggestion));
  throw Failed{};
}

Tree Resolver::formula(const Line& text) {
  const Tree tree = parse_expression(text, diagnostics_, remarks_);
  if (tree == nullptr) return nullptr;
  size_ = 0;
  faulty_ = false;
  try {
    Tree out = resolve(tree, {});
    return faulty_ ? nullptr : out;
  } catch (const Failed&) {
    return nullptr;
  }
}

Tree Resolver::initial_formula(const Line& text) {
  draws_ = true;
  Tree out = formula(text);
  draws_ = false;
  return out;
}

Tree Resolver::body(const Statement& function) {
  const auto it = bodies_.find(&function);
  if (it != bodies_.end()) return it->second;
  return bodies_[&function] = parse_expression(function.value, diagnostics_, remarks_);
}

void Resolver::check_function(const Statement& function) {
  const Tree tree = body(function);
  if (tree == nullptr) return;
  Bound bound;
  for (const auto& a : function.arguments) bound[a] = name(a, function.where);
  const auto delayed = delayed_;
  const bool noisy = noisy_;
  size_ = 0;
  open_.push_back(&function);
  try {
    resolve(tree, bound);
  } catch (const Failed&) {
  }
  open_.clear();
  delayed_ = delayed;
  noisy_ = noisy;
}

Tree Resolver::resolve(const Tree& tree, const Bound& bound) {
  if (++size_ > Expression::kLargest) fail(tree->where, kTooLarge);
  Tree out = resolve_one(tree, bound);
  if (out->too_large()) fail(tree->where, kTooLarge);
  return out;
}

Tree Resolver::resolve_one(const Tree& tree, const Bound& bound) {
  switch (tree->kind) {
    case Kind::number:
      return tree;
    case Kind::name:
      return resolve_name(tree, bound);
    case Kind::call:
      return resolve_call(tree, bound);
    default:
      break;
  }
  auto out = std::make_shared<Expression>(*tree);
  for (auto& a : out->arguments) {
    try {
      a = resolve(a, bound);
    } catch (const Failed&) {  // the other operand may have faults too
      a = number(0, tree->where);
    }
  }
  out->measure();
  return out;
}

Tree Resolver::resolve_name(const Tree& tree, const Bound& bound) {
  if (const auto it = bound.find(tree->text); it != bound.end()) return it->second;
  if (tree->text == "t" || tree->text == "pi") return tree;
  if (tree->text == "i'") fail(tree->where, "\"i'\" stands outside a sum", "", "sum(FIRST,LAST)of(FORMULA of i')");
  const Names::Entry* e = names_.find(tree->text);
  if (e == nullptr) {
    const bool function = known_function(tree->text) != nullptr || names_.function(tree->text) != nullptr;
    if (function) fail(tree->where, fmt::format("the function \"{}\" needs its arguments in parentheses", tree->text));
    const auto known = names_.known();
    std::vector<std::string> low;
    for (const auto& k : known) low.push_back(lower(k));
    const std::string nearest = nearest_name(tree->text, low);
    const auto at = std::find(low.begin(), low.end(), nearest);
    fail(tree->where, fmt::format("nothing is called \"{}\" here", tree->text), "", "the names " + quoted_list(known),
         at == low.end() ? "" : known[static_cast<std::size_t>(at - low.begin())]);
  }
  if (e->kind == Statement::Kind::unknown) {
    fail(tree->where,
         fmt::format("\"{}\" is {}, which has no counterpart in neurode", tree->text, e->statement->reason));
  }
  if (e->kind != Statement::Kind::wiener) return name(e->spelled, tree->where);
  noisy_ = true;
  return name("xi_" + e->spelled, tree->where);
}

void Resolver::expect_arguments(const Tree& tree, std::size_t count) {
  if (tree->arguments.size() == count) return;
  fail(tree->where, fmt::format("wrong number of arguments of \"{}\"", tree->text),
       std::to_string(tree->arguments.size()), std::to_string(count));
}

Tree Resolver::resolve_call(const Tree& tree, const Bound& bound) {
  const std::string& f = tree->text;
  if (f == "sum") return sum(tree, bound);
  if (f == "delay" || f == "del_shft") return delayed(tree, bound);
  if (f == "shift") {
    expect_arguments(tree, 2);
    return shifted(tree->arguments[0], tree->arguments[1], bound);
  }
  if (const auto* own = names_.function(f)) return user_call(tree, *own, bound);
  std::vector<Tree> arguments;
  for (const auto& a : tree->arguments) arguments.push_back(resolve(a, bound));
  if (f == "where") return call(f, std::move(arguments), tree->where);
  if (f == "heav") {  // 1 at 0, which heaviside is not
    expect_arguments(tree, 1);
    const Tree x = arguments[0];
    const bool difference = x->kind == Kind::binary && x->text == "-";
    if (difference) return binary(">=", x->arguments[0], x->arguments[1], tree->where);
    return binary(">=", x, number(0, tree->where), tree->where);
  }
  if (f == "erfc") {
    expect_arguments(tree, 1);
    return binary("-", number(1, tree->where), call("erf", std::move(arguments), tree->where), tree->where);
  }
  if (f == "ran" && draws_) {
    expect_arguments(tree, 1);
    return binary("*", arguments[0], name(f, tree->where), tree->where);
  }
  if (const auto* known = known_function(f)) {
    expect_arguments(tree, known->arguments);
    return call(known->ours, std::move(arguments), tree->where);
  }
  if (const std::string why = refused_function(f); !why.empty()) {
    fail(tree->where, why, "", f == "normal" || f == "ran" ? "white noise: \"wiener NAME\"" : "");
  }
  if (const auto* e = names_.find(f)) {
    if (e->kind == Statement::Kind::unknown) {
      fail(tree->where, fmt::format("\"{}\" is {}, which has no counterpart in neurode", f, e->statement->reason));
    }
    fail(tree->where, fmt::format("\"{}\" is no function", f), "", "an operator before \"(\", as in \"a*(b + c)\"");
  }
  fail(tree->where, fmt::format("unknown function \"{}\"", f), "", quoted_list(known_functions()),
       nearest_name(f, known_functions()));
}

Tree Resolver::user_call(const Tree& tree, const Names::Entry& function, const Bound& bound) {
  const Statement& s = *function.statement;
  expect_arguments(tree, s.arguments.size());
  if (std::find(open_.begin(), open_.end(), &s) != open_.end()) {
    fail(tree->where, fmt::format("the function \"{}\" calls itself", s.name));
  }
  Bound inner;
  for (std::size_t i = 0; i < s.arguments.size(); ++i) inner[s.arguments[i]] = resolve(tree->arguments[i], bound);
  if (const auto it = bound.find("i'"); it != bound.end()) inner.emplace("i'", it->second);
  const Tree formula = body(s);
  if (formula == nullptr) throw Failed{};
  open_.push_back(&s);
  try {
    Tree out = resolve(formula, inner);
    open_.pop_back();
    return out;
  } catch (const Failed&) {
    open_.pop_back();
    throw;
  }
}

int Resolver::integer(const Tree& tree, const Bound& bound, const char* what) {
  const Tree value = resolve(tree, bound);
  const auto v = evaluate(value, names_.constants());
  if (!v || *v != std::floor(*v) || std::fabs(*v) > 1e6) {
    fail(tree->where, fmt::format("{} must be an integer known beforehand", what),
         fmt::format("\"{}\"", to_text(value)), "a number, or a formula of numbers and parameters");
  }
  return static_cast<int>(*v);
}

Tree Resolver::sum(const Tree& tree, const Bound& bound) {
  expect_arguments(tree, 3);
  const int first = integer(tree->arguments[0], bound, "the first index of a sum");
  const int last = integer(tree->arguments[1], bound, "the last index of a sum");
  if (last - first >= Expression::kDeepest) {
    fail(tree->where, "too many terms", std::to_string(last - first + 1),
         fmt::format("up to {}", Expression::kDeepest));
  }
  Tree total;
  Bound inner = bound;
  for (int i = first; i <= last; ++i) {
    inner["i'"] = number(i, tree->where);
    Tree term = resolve(tree->arguments[2], inner);
    total = total == nullptr ? term : binary("+", total, term, tree->where);
    if (total->too_large()) fail(tree->where, kTooLarge);
  }
  return total == nullptr ? number(0, tree->where) : total;
}

Tree Resolver::shifted(const Tree& variable, const Tree& by, const Bound& bound) {
  const int offset = integer(by, bound, "the distance of a shift");
  const auto& order = names_.variables();
  const auto at = variable->kind == Kind::name ? std::find(order.begin(), order.end(), variable->text) : order.end();
  if (at == order.end()) fail(variable->where, "only variables can be shifted", "", quoted_list(order));
  const auto index = (at - order.begin()) + offset;
  if (index < 0 || index >= static_cast<std::ptrdiff_t>(order.size())) {
    fail(variable->where, fmt::format("there is no variable {} places from \"{}\"", offset, variable->text), "",
         "the variables in their order: " + quoted_list(order));
  }
  return resolve_name(name(order[static_cast<std::size_t>(index)], variable->where), {});
}

Tree Resolver::delayed(const Tree& tree, const Bound& bound) {
  const bool shift = tree->text == "del_shft";
  expect_arguments(tree, shift ? 3 : 2);
  Tree variable = shift ? shifted(tree->arguments[0], tree->arguments[1], bound) : resolve(tree->arguments[0], bound);
  if (variable->kind != Kind::name || variable->text == "t" || variable->text == "pi") {
    fail(tree->arguments[0]->where, "only a variable can be delayed", fmt::format("\"{}\"", to_text(variable)));
  }
  delayed_.insert(variable->text);
  return call("delay", {variable, resolve(tree->arguments.back(), bound)}, tree->where);
}

}  // namespace neurode::importing
