#pragma once

#include <span>
#include <vector>

#include "equations/tape_code.hpp"

namespace neurode::equations {

/// Expressions as the tape's instructions, before they have an order and registers. Values stand after their operands.
struct Lowered {
  enum class Kind : std::uint8_t { input, constant, computed };
  struct Value {
    Kind kind = Kind::computed;
    Tape::Code code = Tape::Code::copy;
    std::uint32_t operand[3] = {0, 0, 0};  ///< values; of an input or constant its index
  };

  std::vector<Value> values;
  std::vector<double> constants;
  std::vector<std::uint32_t> outputs;  ///< values
};

/// Chooses instructions: small powers become products, division by a power of two a product, and a product used once in
/// a sum or difference is fused with it, as is a sum or difference used once as a factor or numerator. Constants are
/// those that instructions read.
/// @throws std::invalid_argument if an output depends on a symbol that is not an input
Lowered lower(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs);

/// The computed values that outputs need, in an order that keeps few of them waiting (Sethi and Ullman, J. ACM 17
/// (1970) 715-728: the operand that needs more registers first; shared values are not accounted for).
std::vector<std::uint32_t> schedule(const Lowered& lowered);

}  // namespace neurode::equations
