#include "import/expression.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "neurode/core/value.hpp"

namespace neurode::importing {

using Kind = Expression::Kind;

namespace {

Tree make(Kind kind, std::string text, std::vector<Tree> arguments, const Location& where) {
  auto e = std::make_shared<Expression>();
  e->kind = kind;
  e->text = std::move(text);
  e->arguments = std::move(arguments);
  e->where = where;
  e->measure();
  return e;
}

/// How tightly text binds in neurode's language, loosest first.
enum Level { kOr = 1, kAnd, kNot, kComparison, kSum, kProduct, kUnary, kPower, kPrimary };

Level level(const Expression& e) {
  if (e.kind == Kind::negate) return kUnary;
  if (e.kind == Kind::logical_not) return kNot;
  if (e.kind != Kind::binary) return kPrimary;
  if (e.text == "or") return kOr;
  if (e.text == "and") return kAnd;
  if (e.text == "+" || e.text == "-") return kSum;
  if (e.text == "*" || e.text == "/") return kProduct;
  return e.text == "^" ? kPower : kComparison;
}

void write(const Tree& tree, int least, std::string& out);

void write_binary(const Expression& e, Level own, std::string& out) {
  const bool power = own == kPower;
  write(e.arguments[0], power || own == kComparison ? own + 1 : own, out);
  out += own == kProduct || power ? e.text : " " + e.text + " ";
  // x^-2 needs no parentheses, but a - (-b) and a*(-b) read better with them.
  const bool sign = e.arguments[1]->kind == Kind::negate && (own == kSum || own == kProduct);
  write(e.arguments[1], power ? kUnary : sign ? kPower : own + 1, out);
}

void write(const Tree& tree, int least, std::string& out) {
  const Expression& e = *tree;
  const Level own = level(e);
  if (own < least) out += '(';
  switch (e.kind) {
    case Kind::number:
    case Kind::name:
      out += e.text;
      break;
    case Kind::negate:
      out += '-';
      write(e.arguments[0], kUnary, out);
      break;
    case Kind::logical_not:
      out += "not ";
      write(e.arguments[0], kNot, out);
      break;
    case Kind::binary:
      write_binary(e, own, out);
      break;
    case Kind::call:
      out += e.text + '(';
      for (std::size_t i = 0; i < e.arguments.size(); ++i) {
        out += i > 0 ? ", " : "";
        write(e.arguments[i], 0, out);
      }
      out += ')';
      break;
  }
  if (own < least) out += ')';
}

double apply(const std::string& op, double a, double b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return a / b;
  if (op == "^") return std::pow(a, b);
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  return op == "and" ? (a != 0 && b != 0) : (a != 0 || b != 0);
}

struct Unary {
  const char* name;
  double (*value)(double);
};
constexpr std::array kUnaries{Unary{"abs", std::fabs},    Unary{"acos", std::acos}, Unary{"asin", std::asin},
                              Unary{"atan", std::atan},   Unary{"ceil", std::ceil}, Unary{"cos", std::cos},
                              Unary{"cosh", std::cosh},   Unary{"erf", std::erf},   Unary{"exp", std::exp},
                              Unary{"floor", std::floor}, Unary{"log", std::log},   Unary{"log10", std::log10},
                              Unary{"sin", std::sin},     Unary{"sinh", std::sinh}, Unary{"sqrt", std::sqrt},
                              Unary{"tan", std::tan},     Unary{"tanh", std::tanh}};

std::optional<double> apply_function(const std::string& f, const std::vector<double>& a) {
  if (a.size() == 1) {
    if (f == "sign") return a[0] > 0 ? 1.0 : a[0] < 0 ? -1.0 : a[0];
    for (const auto& u : kUnaries) {
      if (f == u.name) return u.value(a[0]);
    }
  }
  if (a.size() == 2) {
    if (f == "atan2") return std::atan2(a[0], a[1]);
    if (f == "max") return std::max(a[0], a[1]);
    if (f == "min") return std::min(a[0], a[1]);
    if (f == "mod") return a[0] - a[1] * std::floor(a[0] / a[1]);
  }
  if (f == "where" && a.size() == 3) return a[0] != 0 ? a[1] : a[2];
  return std::nullopt;
}

}  // namespace

void Expression::measure() {
  size = depth = 1;
  for (const auto& a : arguments) {
    size = std::min(size + a->size, kLargest + 1);
    depth = std::max(depth, a->depth + 1);
  }
}

Tree number(double value, const Location& where) {
  auto e = std::make_shared<Expression>();
  e->value = value;
  e->text = number_text(std::fabs(value));
  e->where = where;
  return std::signbit(value) ? unary(Kind::negate, e, where) : Tree(e);
}

Tree name(std::string text, const Location& where) { return make(Kind::name, std::move(text), {}, where); }
Tree unary(Kind kind, Tree a, const Location& where) { return make(kind, "", {std::move(a)}, where); }
Tree binary(std::string op, Tree a, Tree b, const Location& where) {
  return make(Kind::binary, std::move(op), {std::move(a), std::move(b)}, where);
}
Tree call(std::string function, std::vector<Tree> arguments, const Location& where) {
  return make(Kind::call, std::move(function), std::move(arguments), where);
}

std::string to_text(const Tree& tree) {
  std::string out;
  write(tree, 0, out);
  return out;
}

bool mentions(const Tree& tree, const std::string& name) {
  bool found = false;
  walk(tree, [&](const Expression& e) { found = found || (e.kind == Kind::name && e.text == name); });
  return found;
}

Tree replaced(const Tree& tree, const std::unordered_map<std::string, Tree>& by) {
  if (tree->kind == Kind::name) {
    const auto it = by.find(tree->text);
    return it == by.end() ? tree : it->second;
  }
  if (tree->arguments.empty()) return tree;
  auto e = std::make_shared<Expression>(*tree);
  for (auto& a : e->arguments) a = replaced(a, by);
  e->measure();
  return e;
}

std::optional<double> evaluate(const Tree& tree, const std::unordered_map<std::string, double>& values) {
  if (tree->kind == Kind::number) return tree->value;
  if (tree->kind == Kind::name) {
    if (tree->text == "pi") return std::numbers::pi;
    const auto it = values.find(tree->text);
    return it == values.end() ? std::nullopt : std::optional(it->second);
  }
  std::vector<double> arguments;
  for (const auto& a : tree->arguments) {
    const auto v = evaluate(a, values);
    if (!v) return std::nullopt;
    arguments.push_back(*v);
  }
  if (tree->kind == Kind::negate) return -arguments[0];
  if (tree->kind == Kind::logical_not) return arguments[0] == 0;
  if (tree->kind == Kind::binary) return apply(tree->text, arguments[0], arguments[1]);
  return apply_function(tree->text, arguments);
}

}  // namespace neurode::importing
