#include <algorithm>

#include "fuzz/support.hpp"
#include "neurode/equations/dimensions.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode::fuzz {

namespace {

using namespace neurode::equations;

constexpr std::size_t kLanes = 3;

void evaluate_all(const Graph& graph, const std::vector<Node>& values) {
  const auto symbols = free_symbols(graph, values);
  const Tape tape(graph, values, symbols);
  std::vector<double> numbers(kLanes, 0.5), out(values.size() * kLanes), scratch(tape.scratch_size() + 8);
  std::vector<LaneInput> inputs(symbols.size(), {numbers.data(), false});
  std::vector<double*> outputs;
  for (std::size_t k = 0; k < values.size(); ++k) outputs.push_back(out.data() + k * kLanes);
  tape.run(kLanes, inputs.data(), outputs.data(), scratch.data());
}

/// What is printed reads as the same node.
void print_and_read(Graph& graph, Node value, const ParseOptions& options) {
  const std::string text = to_text(graph, value);
  if (text.size() > 2000 || options.paths || options.delays) return;
  Diagnostics faults;
  const SourceText source{text, {"printed", 1, 1}, ""};
  const auto again = parse_expression(graph, source, options, faults);
  if (!again) return;  // deeper than the parser goes
  must(again->value == value || to_text(graph, again->value) == text, "an expression reads as it is printed");
}

}  // namespace

void equations(const std::uint8_t* data, std::size_t size) {
  const auto [choice, text] = choice_and_text(data, size);
  refusing([&, choice = choice, text = text] {
    Graph graph;
    Diagnostics faults;
    std::vector<DelayCall> delays;
    ParseOptions options;
    options.paths = choice & 1U;
    if (choice & 2U) options.delays = &delays;
    if (choice & 4U) {
      const Node x = graph.symbol("argument of f");
      options.functions.push_back({"f", x, graph.unary(Op::tanh, graph.mul(x, x))});
    }
    const SourceText source{std::string(text), {"fuzz", 1, 1}, "equations"};
    std::vector<Node> values;
    if (choice & 8U) {
      if (const auto one = parse_expression(graph, source, options, faults)) values.push_back(one->value);
    } else {
      split_statements(source);
      const EquationSet set = parse_equations(graph, source, options, faults);
      Dimensions dimensions(graph,
                            {{"v", parse_unit("mV").value_or(Unit{})}, {"tau", parse_unit("ms").value_or(Unit{})}});
      check_dimensions(dimensions, set, source, "ms", faults);
      for (const auto& s : resolve_definitions(graph, set, source, faults)) values.push_back(s.value);
    }
    if (values.size() > 50) values.resize(50);
    if (values.empty()) return;
    auto symbols = free_symbols(graph, values);
    if (symbols.size() > 3) symbols.resize(3);
    const std::vector<Node> given = values;
    for (const Node x : symbols) {
      for (const Node f : given) {
        try {
          values.push_back(differentiate(graph, f, x));
        } catch (const std::invalid_argument&) {  // the third derivative of exprel
        }
      }
    }
    for (const Node f : given) print_and_read(graph, f, options);
    evaluate_all(graph, values);
    faults.throw_if_any();
  });
}

}  // namespace neurode::fuzz
