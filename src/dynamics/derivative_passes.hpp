#pragma once

#include <vector>

#include "neurode/dynamics/program.hpp"

namespace neurode {

/// Forward mode: the derivative of each operation's results where its inputs move.
struct TangentPass {
  Program& p;
  std::vector<ValueId> d;  ///< derivative of each value; invalid = zero

  ValueId of(ValueId v) const { return d[static_cast<std::size_t>(v.id)]; }
  void run(const Program::Op& op);
  void elementwise(const Program::Op& op);
  ValueId slope(const Program::Op& op);
  /// Of sparse operations, pairs and convolutions.
  ValueId coupling(const Program::Op& op);
  ValueId pairwise(const Program::Op& op);
};

/// Reverse mode: what each operation's results give back to its inputs.
struct AdjointPass {
  Program& p;
  std::vector<char> active;                 ///< by value: does it depend on a target?
  std::vector<std::vector<ValueId>> terms;  ///< contributions to each value's adjoint

  bool wants(ValueId v) const { return active[static_cast<std::size_t>(v.id)] != 0; }
  void add(ValueId v, ValueId bar) { terms[static_cast<std::size_t>(v.id)].push_back(bar); }
  ValueId total(ValueId v);
  void run(const Program::Op& op);
  void elementwise(const Program::Op& op);
  void product(const Program::Op& op, ValueId bar);
  /// Of sparse operations, pairs and convolutions.
  void coupling(const Program::Op& op, ValueId bar);
  void sparse_product(const Program::Op& op, ValueId bar);
  void pairwise(const Program::Op& op, ValueId bar);
  void convolution(const Program::Op& op, ValueId bar);
};

}  // namespace neurode
