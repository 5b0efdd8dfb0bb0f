#include "neurode/equations/assignments.hpp"

#include <algorithm>
#include <cctype>

namespace neurode::equations {

namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// One statement: [begin, end) of the text, comment taken off.
struct Piece {
  std::size_t begin, end;
};

std::vector<Piece> split(const std::string& text) {
  std::vector<Piece> out;
  std::size_t begin = 0;
  bool comment = false;
  std::size_t end_of_code = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool end = i == text.size() || text[i] == '\n' || (text[i] == ';' && !comment);
    if (!comment) end_of_code = i;
    if (end) {
      out.push_back({begin, end_of_code});
      begin = i + 1;
      comment = false;
    } else if (text[i] == '#') {
      comment = true;
    }
  }
  return out;
}

/// The text with everything outside the piece blanked, so that places stay right.
SourceText only(const SourceText& source, std::size_t begin, std::size_t end) {
  SourceText out = source;
  for (std::size_t i = 0; i < out.text.size(); ++i) {
    if ((i < begin || i >= end) && out.text[i] != '\n') out.text[i] = ' ';
  }
  return out;
}

}  // namespace

AssignmentSet parse_assignments(Graph& graph, const SourceText& source, Diagnostics& diagnostics) {
  AssignmentSet out;
  Substitution so_far;
  const std::string& text = source.text;
  for (const auto& [from, end] : split(text)) {
    std::size_t begin = from;
    while (begin < end && std::isspace(static_cast<unsigned char>(text[begin])) != 0) ++begin;
    if (begin == end) continue;
    std::size_t after = begin;
    while (after < end && in_name(text[after])) ++after;
    const std::string name = text.substr(begin, after - begin);
    while (after < end && text[after] == ' ') ++after;
    const char op = after < end && std::string("+-*/").find(text[after]) != std::string::npos ? text[after] : '=';
    const std::size_t equals = after + (op == '=' ? 0 : 1);
    const bool good = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 && equals < end &&
                      text[equals] == '=' && (equals + 1 == text.size() || text[equals + 1] != '=');
    if (!good) {
      diagnostics.add({source.at(begin), source.key, "is no assignment", text.substr(begin, end - begin),
                       "NAME = expression, NAME += expression (also -=, *=, /=)", ""});
      continue;
    }
    const auto parsed = parse_expression(graph, only(source, equals + 1, end), {}, diagnostics);
    if (!parsed) continue;
    out.uses.insert(out.uses.end(), parsed->uses.begin(), parsed->uses.end());
    const Node symbol = graph.symbol(name);
    const Node before = so_far.count(symbol.id) != 0 ? so_far[symbol.id] : symbol;
    Node value = substitute(graph, parsed->value, so_far);
    if (op == '+') value = graph.add(before, value);
    if (op == '-') value = graph.sub(before, value);
    if (op == '*') value = graph.mul(before, value);
    if (op == '/') value = graph.div(before, value);
    so_far[symbol.id] = value;
    const auto known = std::find_if(out.assignments.begin(), out.assignments.end(),
                                    [&name](const Assignment& a) { return a.name == name; });
    if (known != out.assignments.end()) {
      known->value = value;
    } else {
      out.assignments.push_back({name, value, source.at(begin)});
    }
  }
  return out;
}

std::optional<Node> margin(Graph& graph, Node condition) {
  const auto d = graph[condition];
  switch (d.op) {
    case Op::less:
    case Op::less_equal:
      return graph.sub(d.b, d.a);
    case Op::logical_and:
    case Op::logical_or: {
      const auto a = margin(graph, d.a), b = margin(graph, d.b);
      if (!a || !b) return std::nullopt;
      return graph.binary(d.op == Op::logical_and ? Op::min : Op::max, *a, *b);
    }
    case Op::logical_not: {
      const auto a = margin(graph, d.a);
      return a ? std::optional(graph.neg(*a)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace neurode::equations
