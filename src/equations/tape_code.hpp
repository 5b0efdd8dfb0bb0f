#pragma once

#include <string_view>

#include "neurode/equations/tape.hpp"

namespace neurode::equations {

/// What an instruction does with its operands a, b, c. Comparisons and logic give 1.0 or 0.0.
enum class Tape::Code : std::uint8_t {
  copy,  // a
  neg,
  logical_not,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  sin,
  cos,
  tan,
  tanh,
  atan,
  logistic,
  relu,
  softplus,
  erf,
  exprel,
  exprel_derivative,
  exprel_second_derivative,
  abs,
  sign,
  heaviside,
  floor,  // f(a)
  add,
  sub,
  mul,
  div,
  pow,
  min,
  max,
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,  // a op b
  mul_add,
  mul_sub,
  sub_mul,  // a*b + c, a*b - c, c - a*b
  where,    // a != 0 ? b : c
};
inline constexpr std::size_t kTapeCodes = static_cast<std::size_t>(Tape::Code::where) + 1;

/// How many operands an instruction has (1 to 3).
constexpr int operand_count(Tape::Code code) {
  if (code < Tape::Code::add) return 1;
  return code < Tape::Code::mul_add ? 2 : 3;
}

}  // namespace neurode::equations
