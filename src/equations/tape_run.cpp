#include <algorithm>
#include <cstring>

#include "equations/kernels.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode::equations {

namespace {

/// Kernels take multiples of 8 lanes.
constexpr std::size_t kStep = 8;
/// Below this many lanes, a number that is no multiple of 8 is run on padded copies; above, the last 8 lanes are
/// computed once more in place.
constexpr std::size_t kStaged = 64;

constexpr std::size_t round_up(std::size_t n) { return (n + kStep - 1) / kStep * kStep; }
/// Doubles that hold n objects of a type.
template <class T>
constexpr std::size_t doubles(std::size_t n) {
  static_assert(alignof(T) <= alignof(double));
  return round_up((n * sizeof(T) + sizeof(double) - 1) / sizeof(double));
}

constexpr double kZero = 0;

}  // namespace

/// Where everything is in one run; all of it lives in the scratch memory.
struct Tape::Frame {
  double* registers;
  double* staged;         // padded copies of inputs and outputs
  double* numbers;        // results that are one number for all lanes, by instruction
  const double** places;  // by Cell index
  Kernel* kernels;        // by instruction; null where the result is one number
  unsigned char* single;  // by Cell index: 1 if one number for all lanes
};

std::size_t Tape::scratch_size() const {
  return registers_ * kBlock + (inputs_ + outputs_) * kStaged + round_up(code_.size()) +
         doubles<const double*>(places()) + doubles<Kernel>(code_.size()) + doubles<unsigned char>(places());
}

Tape::Frame Tape::open(std::size_t n, const LaneInput* inputs, double* const* outputs, double* scratch) const {
  Frame f;
  f.registers = scratch;
  f.staged = f.registers + registers_ * kBlock;
  f.numbers = f.staged + (inputs_ + outputs_) * kStaged;
  double* rest = f.numbers + round_up(code_.size());
  f.places = reinterpret_cast<const double**>(rest);
  rest += doubles<const double*>(places());
  f.kernels = reinterpret_cast<Kernel*>(rest);
  rest += doubles<Kernel>(code_.size());
  f.single = reinterpret_cast<unsigned char*>(rest);

  const bool staged = n % kStep != 0 && n < kStaged;
  for (std::size_t k = 0; k < inputs_; ++k) {
    f.single[k] = inputs[k].uniform ? 1 : 0;
    f.places[k] = inputs[k].data;
    if (!staged || inputs[k].uniform) continue;
    double* copy = f.staged + k * kStaged;
    copy_padded(n, copy, inputs[k].data);
    f.places[k] = copy;
  }
  const std::size_t first_constant = inputs_ + outputs_;
  for (std::size_t k = 0; k < outputs_; ++k) {
    f.single[inputs_ + k] = 0;
    f.places[inputs_ + k] = staged ? f.staged + (inputs_ + k) * kStaged : outputs[k];
  }
  for (std::size_t k = 0; k < constants_.size(); ++k) f.places[first_constant + k] = &constants_[k];
  f.places[first_constant + constants_.size()] = &kZero;
  std::memset(f.single + first_constant, 1, constants_.size() + 1);
  const std::size_t first_result = first_constant + constants_.size() + 1;
  for (std::size_t i = 0; i < code_.size(); ++i) {
    const Operand& target = code_[i].target;
    f.single[first_result + i] = 0;
    if (target.where == Operand::Where::reg) f.places[first_result + i] = f.registers + target.index * kBlock;
  }
  return f;
}

void Tape::first_block(const Frame& f, std::size_t width, std::size_t n, double* const* outputs) const {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    const double *a = f.places[cell.a], *b = f.places[cell.b], *c = f.places[cell.c];
    const std::size_t singles =
        static_cast<std::size_t>(f.single[cell.a] | f.single[cell.b] << 1 | f.single[cell.c] << 2);
    const Kernel kernel = kKernels[static_cast<std::size_t>(code_[i].code)][singles];
    if (singles != 7) {
      f.kernels[i] = kernel;
      kernel(width, const_cast<double*>(f.places[cell.target]), a, b, c);
      continue;
    }
    // One number for all lanes: computed as a lane is, so that it comes out the same.
    alignas(64) double lanes[4][kStep];
    std::fill_n(lanes[0], kStep, *a);
    std::fill_n(lanes[1], kStep, *b);
    std::fill_n(lanes[2], kStep, *c);
    kernel(kStep, lanes[3], lanes[0], lanes[1], lanes[2]);
    f.numbers[i] = lanes[3][0];
    f.kernels[i] = nullptr;
    f.places[cell.target] = f.numbers + i;
    f.single[cell.target] = 1;
    if (code_[i].target.where == Operand::Where::output) std::fill_n(outputs[code_[i].target.index], n, f.numbers[i]);
  }
}

void Tape::run(std::size_t n, const LaneInput* inputs, double* const* outputs, double* scratch) const {
  if (n == 0) return;
  const Frame f = open(n, inputs, outputs, scratch);
  const std::size_t whole = n / kStep * kStep;
  if (whole != n && n < kStaged) {
    first_block(f, round_up(n), n, outputs);
    for (std::size_t k = 0; k < outputs_; ++k) {
      if (f.single[inputs_ + k] == 0) std::memcpy(outputs[k], f.places[inputs_ + k], n * sizeof(double));
    }
    return;
  }
  std::size_t start = 0, width = std::min(kBlock, whole);
  first_block(f, width, n, outputs);
  for (std::size_t end = width; end < n;) {
    // The last lanes that fill no 8 are computed together with some before them, which come out the same again.
    const std::size_t next = end < whole ? end : n - kStep;
    for (std::size_t k = 0; k < inputs_ + outputs_; ++k) {
      if (f.single[k] == 0) f.places[k] += next - start;
    }
    start = next;
    width = end < whole ? std::min(kBlock, whole - end) : kStep;
    end = start + width;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const Cell& cell = cells_[i];
      if (f.kernels[i] == nullptr) continue;
      f.kernels[i](width, const_cast<double*>(f.places[cell.target]), f.places[cell.a], f.places[cell.b],
                   f.places[cell.c]);
    }
  }
}

}  // namespace neurode::equations
