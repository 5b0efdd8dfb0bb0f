// The part of ExpressionParser that knows functions, and names with dots, indices and reductions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "equations/expression_parser.hpp"
#include "equations/functions.hpp"

namespace neurode::equations {

Node ExpressionParser::call(const Token& name_token) {
  const Token name = name_token;
  const Token open = take();
  std::vector<Node> arguments;
  std::vector<Location> places;
  if (!accept(")")) {
    do {
      if (peek().is(",") || peek().is(")")) fail(peek(), "an argument is missing", describe(peek()));
      places.push_back(where(peek()));
      arguments.push_back(disjunction());
    } while (accept(","));
    expect_close(open);
  }
  if (name.text == "delay") return delay_call(name, arguments, places);
  return build_call(name, arguments);
}

/// The call becomes a symbol spelled like itself, so that it prints as it was written.
Node ExpressionParser::delay_call(const Token& name, const std::vector<Node>& arguments,
                                  const std::vector<Location>& places) {
  if (options_.delays == nullptr) {
    report(name, "\"delay\" cannot be used here", {}, "delay(...) in the equations and the output of a model");
    return graph_.constant(0);
  }
  if (arguments.size() != 2) {
    report(name, "wrong number of arguments of \"delay\"", std::to_string(arguments.size()),
           "2, as in delay(x, tau): x a time tau ago");
    return graph_.constant(0);
  }
  const Node symbol =
      graph_.symbol(fmt::format("delay({}, {})", to_name(graph_, arguments[0]), to_name(graph_, arguments[1])));
  const auto known = [symbol](const DelayCall& d) { return d.symbol == symbol; };
  if (std::none_of(options_.delays->begin(), options_.delays->end(), known)) {
    options_.delays->push_back({symbol, arguments[0], arguments[1], where(name), places[1]});
  }
  return symbol;
}

Node ExpressionParser::build_call(const Token& name, const std::vector<Node>& arguments) {
  const auto wrong_count = [&](std::string allowed) {
    report(name, fmt::format("wrong number of arguments of \"{}\"", name.text), std::to_string(arguments.size()),
           std::move(allowed));
    return graph_.constant(0);
  };
  for (const auto& f : options_.functions) {
    if (f.name != name.text) continue;
    if (arguments.size() != 1) return wrong_count("1");
    return substitute(graph_, f.body, {{f.argument.id, arguments[0]}});
  }
  if (const Composed* c = find_composed(name.text)) {
    if (static_cast<int>(arguments.size()) != c->arguments) return wrong_count(std::to_string(c->arguments));
    return c->build(graph_, arguments.data());
  }
  const Function* f = find_function(name.text);
  if (f == nullptr) {
    std::vector<std::string> user;
    for (const auto& u : options_.functions) user.push_back(u.name);
    std::vector<std::string> all = function_names();
    if (options_.delays != nullptr) user.emplace_back("delay");
    all.insert(all.end(), user.begin(), user.end());
    std::sort(all.begin(), all.end());
    report(name, fmt::format("unknown function \"{}\"", name.text), {}, quoted_list(all),
           suggest_function(name.text, user));
    return graph_.constant(0);
  }
  const int count = static_cast<int>(arguments.size());
  if (count < f->least || (f->most >= 0 && count > f->most)) {
    return wrong_count(f->most < 0 ? fmt::format("{} or more", f->least) : std::to_string(f->least));
  }
  if (count == 1) return graph_.unary(f->op, arguments[0]);
  if (f->op == Op::where) return graph_.where(arguments[0], arguments[1], arguments[2]);
  Node value = arguments[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) value = graph_.binary(f->op, value, arguments[i]);
  return value;
}

/// mean(PATH), sum(PATH), min(PATH), max(PATH): of one path, so that min(a, b) stays the function.
bool ExpressionParser::is_reduction() const {
  static constexpr std::array<std::string_view, 4> kReductions{"mean", "sum", "min", "max"};
  const Token& name = peek();
  if (std::find(kReductions.begin(), kReductions.end(), name.text) == kReductions.end() || !peek(1).is("("))
    return false;
  if (name.text == "mean" || name.text == "sum") return true;
  std::size_t i = 2;
  while (peek(i).kind == Token::Kind::name || peek(i).kind == Token::Kind::quoted ||
         peek(i).kind == Token::Kind::number || peek(i).is(".") || peek(i).is("[") || peek(i).is("]") ||
         (peek(i).is(",") && peek(i - 1).kind == Token::Kind::number)) {
    ++i;
  }
  return i > 2 && peek(i).is(")");
}

Node ExpressionParser::reduction() {
  const Token name = take();
  const Token open = take();
  const Token& first = peek();
  if (first.kind != Token::Kind::name && first.kind != Token::Kind::quoted) {
    fail(first, fmt::format("\"{}\" takes the name of a variable", name.text), describe(first), "a name like hidden.a");
  }
  const std::string inner = path();
  if (!peek().is(")") && !at_end()) {
    fail(peek(), fmt::format("\"{}\" takes one name of a variable", name.text), describe(peek()),
         "a name like hidden.a");
  }
  expect_close(open);
  return symbol(name, fmt::format("{}({})", name.text, inner));
}

std::string ExpressionParser::path_head() {
  std::string out(take().text);
  while (peek().is(".")) {
    take();
    if (peek().kind != Token::Kind::name) fail(peek(), "a name is missing after \".\"", describe(peek()));
    out += '.';
    out += take().text;
  }
  return out;
}

/// NAME.NAME[i, j], spelled without spaces outside quotes.
std::string ExpressionParser::path() {
  std::string out = path_head();
  if (!peek().is("[")) return out;
  const Token open = take();
  char before = '[';
  do {
    const Token& index = peek();
    const bool whole = index.kind == Token::Kind::number && !index.text.empty() &&
                       index.text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!whole) fail(index, "an index is missing or not an integer", describe(index), "integers from 0");
    out += before;
    out += take().text;
    before = ',';
  } while (accept(","));
  if (!accept("]")) {
    if (at_end()) fail(open, "missing \"]\" for this \"[\"", describe(peek()));
    fail(peek(), "missing \"]\"", describe(peek()));
  }
  return out + ']';
}

}  // namespace neurode::equations
