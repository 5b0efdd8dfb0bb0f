#include "neurode/equations/tape.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "equations/ops.hpp"
#include "equations/scalar.hpp"

namespace neurode::equations {

using Where = Tape::Operand::Where;

Tape::Tape(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs)
    : inputs_(inputs.size()), outputs_(outputs.size()) {
  const auto marks = reachable(graph, outputs);
  std::vector<Operand> place(marks.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].id < marks.size()) place[inputs[i].id] = {Where::input, static_cast<std::uint32_t>(i)};
  }
  std::vector<std::uint32_t> last(marks.size());
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    if (!marks[i]) continue;
    for (const Node x : Operands(graph[Node{i}])) last[x.id] = i;
  }
  std::vector<std::uint32_t> free;
  for (std::uint32_t i = 0; i < marks.size(); ++i) {
    if (!marks[i]) continue;
    const NodeData& d = graph[Node{i}];
    if (d.op == Op::symbol) {
      if (place[i].where == Where::none) {
        throw std::invalid_argument("an expression depends on \"" + graph.name(Node{i}) + "\", which is not an input");
      }
    } else if (d.op == Op::constant) {
      place[i] = {Where::constant, static_cast<std::uint32_t>(constants_.size())};
      constants_.push_back(d.value);
    } else {
      Instruction in;
      in.code = static_cast<Code>(d.op);
      const int n = arity(d.op);
      in.a = place[d.a.id];
      if (n > 1) in.b = place[d.b.id];
      if (n > 2) in.c = place[d.c.id];
      const bool is_output = std::find(outputs.begin(), outputs.end(), Node{i}) != outputs.end();
      std::vector<std::uint32_t> done;
      for (const Node x : Operands(d)) {
        if (last[x.id] == i && place[x.id].where == Where::reg &&
            std::find(outputs.begin(), outputs.end(), x) == outputs.end() &&
            std::find(free.begin(), free.end(), place[x.id].index) == free.end()) {
          free.push_back(place[x.id].index);
        }
      }
      if (free.empty() || is_output) {
        place[i] = {Where::reg, static_cast<std::uint32_t>(registers_++)};
      } else {
        place[i] = {Where::reg, free.back()};
        free.pop_back();
      }
      in.target = place[i];
      code_.push_back(in);
    }
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    Instruction in;
    in.code = static_cast<Code>(Op::constant);  // copy
    in.target = {Where::output, static_cast<std::uint32_t>(k)};
    in.a = place[outputs[k].id];
    code_.push_back(in);
  }
}

std::size_t Tape::scratch_size() const { return registers_ * kBlock; }

void Tape::run(std::size_t n, const LaneInput* inputs, double* const* outputs, double* scratch) const {
  for (std::size_t start = 0; start < n; start += kBlock) {
    const std::size_t count = std::min(kBlock, n - start);
    for (const Instruction& in : code_) {
      const auto read = [&](Operand o, std::size_t lane) {
        switch (o.where) {
          case Where::reg:
            return scratch[o.index * kBlock + lane];
          case Where::input:
            return inputs[o.index].data[inputs[o.index].uniform ? 0 : start + lane];
          case Where::constant:
            return constants_[o.index];
          default:
            return 0.0;
        }
      };
      const Op op = static_cast<Op>(in.code);
      for (std::size_t lane = 0; lane < count; ++lane) {
        const double a = read(in.a, lane);
        const double y = op == Op::constant ? a : apply(op, a, read(in.b, lane), read(in.c, lane));
        (in.target.where == Where::output ? outputs[in.target.index][start + lane]
                                          : scratch[in.target.index * kBlock + lane]) = y;
      }
    }
  }
}

}  // namespace neurode::equations
