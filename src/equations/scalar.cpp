#include "equations/scalar.hpp"

#include <cmath>
#include <stdexcept>

namespace neurode::equations {

namespace {

/// Derivative number `order` (0, 1, 2) of exprel at small x: the sum of k!/(k-order)! x^(k-order) / (k+1)!.
long double exprel_series(long double x, int order) {
  long double sum = 0, power = 1, factorial = 1;  // factorial: (k+1)!
  for (int k = 0; k < order; ++k) factorial *= k + 1;
  for (int k = order; k < order + 30; ++k) {
    factorial *= k + 1;
    long double falling = 1;
    for (int j = 0; j < order; ++j) falling *= k - j;
    sum += falling * power / factorial;
    power *= x;
  }
  return sum;
}

double exprel(double x) {
  if (std::abs(x) < 0.5) return static_cast<double>(exprel_series(x, 0));
  return static_cast<double>(std::expm1(static_cast<long double>(x)) / x);
}

double exprel_derivative(double x) {
  if (std::abs(x) < 1) return static_cast<double>(exprel_series(x, 1));
  if (std::isinf(x)) return x > 0 ? x : 0.0;
  const long double z = x, e = std::exp(z);
  return static_cast<double>(((z - 1) * e + 1) / z / z);
}

double exprel_second_derivative(double x) {
  if (std::abs(x) < 2) return static_cast<double>(exprel_series(x, 2));
  if (std::isinf(x)) return x > 0 ? x : 0.0;
  const long double z = x, e = std::exp(z);
  if (e == 0) return static_cast<double>(-2 / z / z / z);
  return static_cast<double>((((z - 2) * z + 2) * e - 2) / z / z / z);
}

double truth(bool x) { return x ? 1.0 : 0.0; }

}  // namespace

double apply(Op op, double a, double b, double c) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::sub:
      return a - b;
    case Op::mul:
      return a * b;
    case Op::div:
      return a / b;
    case Op::pow:
      return std::pow(a, b);
    case Op::min:
      return a < b || a != a ? a : b;
    case Op::max:
      return a > b || a != a ? a : b;
    case Op::less:
      return truth(a < b);
    case Op::less_equal:
      return truth(a <= b);
    case Op::equal:
      return truth(a == b);
    case Op::not_equal:
      return truth(a != b);
    case Op::logical_and:
      return truth(a != 0 && b != 0);
    case Op::logical_or:
      return truth(a != 0 || b != 0);
    case Op::neg:
      return -a;
    case Op::logical_not:
      return truth(a == 0);
    case Op::exp:
      return std::exp(a);
    case Op::expm1:
      return std::expm1(a);
    case Op::log:
      return std::log(a);
    case Op::log1p:
      return std::log1p(a);
    case Op::sqrt:
      return std::sqrt(a);
    case Op::sin:
      return std::sin(a);
    case Op::cos:
      return std::cos(a);
    case Op::tan:
      return std::tan(a);
    case Op::tanh:
      return std::tanh(a);
    case Op::atan:
      return std::atan(a);
    case Op::logistic: {
      const double e = std::exp(-std::abs(a));
      return a < 0 ? e / (1 + e) : 1 / (1 + e);
    }
    case Op::relu:
      return a < 0 ? 0.0 : a;
    case Op::softplus:
      return (a > 0 ? a : 0.0) + std::log1p(std::exp(-std::abs(a)));
    case Op::erf:
      return std::erf(a);
    case Op::exprel:
      return std::isinf(a) ? (a > 0 ? a : 0.0) : exprel(a);
    case Op::exprel_derivative:
      return exprel_derivative(a);
    case Op::exprel_second_derivative:
      return exprel_second_derivative(a);
    case Op::abs:
      return std::abs(a);
    case Op::sign:
      return a > 0 ? 1.0 : a < 0 ? -1.0 : a;
    case Op::heaviside:
      return a > 0 ? 1.0 : a <= 0 ? 0.0 : a;
    case Op::floor:
      return std::floor(a);
    case Op::where:
      return a != 0 ? b : c;
    case Op::constant:
    case Op::symbol:
      break;
  }
  throw std::invalid_argument("constants and symbols are not computed");
}

}  // namespace neurode::equations
