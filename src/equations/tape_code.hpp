#pragma once

#include <string_view>

#include "neurode/equations/tape.hpp"

namespace neurode::equations {

/// What an instruction does with its operands a, b, c. Comparisons and logic give 1.0 or 0.0.
enum class Tape::Code : std::uint8_t {
  copy,
  // f(a)
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
  floor,
  // a op b
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
  logical_or,
  div_exprel,  // a / exprel(b)
  // of three: one rounding in the first three, as separate instructions round in the others
  mul_add,           // a*b + c
  mul_sub,           // a*b - c
  sub_mul,           // c - a*b
  sum_times,         // (a + b) * c
  difference_times,  // (a - b) * c
  sum_over,          // (a + b) / c
  difference_over,   // (a - b) / c
  where,             // a != 0 ? b : c
};
inline constexpr std::size_t kTapeCodes = static_cast<std::size_t>(Tape::Code::where) + 1;

/// How many operands an instruction has (1 to 3).
constexpr int operand_count(Tape::Code code) {
  if (code < Tape::Code::add) return 1;
  return code < Tape::Code::mul_add ? 2 : 3;
}

}  // namespace neurode::equations
