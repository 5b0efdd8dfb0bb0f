#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// Data of one input symbol: one number a lane, or (uniform) one number for all lanes.
struct LaneInput {
  const double* data = nullptr;
  bool uniform = false;
};

/// Straight-line code for a set of expressions, run over lanes (neurons x samples) in blocks that stay in the L1 cache.
///
/// Built from a Graph; keeps nothing of it. Lanes are independent: the result of a lane depends neither on its position
/// nor on the number of lanes. Running allocates nothing and is safe concurrently with separate scratch.
class Tape {
 public:
  /// One block: registers hold this many lanes.
  static constexpr std::size_t kBlock = 256;

  Tape() = default;
  /// Code that computes `outputs` from `inputs` (symbol nodes). Common subexpressions once, registers reused.
  /// @throws std::invalid_argument (naming it) if an output depends on a symbol that is not among the inputs.
  Tape(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs);

  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return outputs_; }
  std::size_t instructions() const { return code_.size(); }
  /// Doubles of scratch memory that run() needs, whatever the number of lanes; 64-byte alignment is best. Their
  /// contents need not survive from one run to the next.
  std::size_t scratch_size() const;

  /// Computes lanes 0 ... n-1: outputs[k][lane]. Output arrays must not overlap inputs or each other. What depends on
  /// uniform inputs alone is computed once a run, not once a lane.
  void run(std::size_t n, const LaneInput* inputs, double* const* outputs, double* scratch) const;

  // The instructions are data, so that another executor can take them.
  struct Operand {
    enum class Where : std::uint8_t { none, reg, input, constant, output } where = Where::none;
    std::uint32_t index = 0;
  };
  enum class Code : std::uint8_t;  ///< see src/equations/tape_code.hpp
  struct Instruction {
    Code code;
    Operand target, a, b, c;
  };
  const std::vector<Instruction>& code() const { return code_; }
  const std::vector<double>& constants() const { return constants_; }

 private:
  /// An instruction for run(): its operands as indices into one table of places.
  struct Cell {
    std::uint32_t target, a, b, c;
  };
  struct Frame;
  std::size_t places() const { return inputs_ + outputs_ + constants_.size() + 1 + code_.size(); }
  void pack();
  Frame open(std::size_t n, const LaneInput* inputs, double* const* outputs, double* scratch) const;
  void first_block(const Frame& frame, std::size_t width, std::size_t n, double* const* outputs) const;

  std::vector<Instruction> code_;
  std::vector<Cell> cells_;
  std::vector<double> constants_;
  std::size_t inputs_ = 0, outputs_ = 0, registers_ = 0;
};

}  // namespace neurode::equations
