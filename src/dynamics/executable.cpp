#include "neurode/dynamics/executable.hpp"

#include <algorithm>
#include <cstdint>

#include "dynamics/lanes.hpp"
#include "dynamics/products.hpp"
#include "neurode/core/threads.hpp"

namespace neurode {

namespace {

void sum_along(Program::Along along, const double* x, Index rows, Index cols, double* out) {
  switch (along) {
    case Program::Along::all:
      out[0] = sum_of(x, rows * cols);
      break;
    case Program::Along::rows:
      for (Index j = 0; j < cols; ++j) out[j] = sum_of(x + j * rows, rows);
      break;
    case Program::Along::columns:
      std::copy(x, x + rows, out);
      for (Index j = 1; j < cols; ++j) {
        for (Index i = 0; i < rows; ++i) out[i] += x[j * rows + i];
      }
      break;
  }
}

void max_along(Program::Along along, const double* x, Index rows, Index cols, double* out) {
  if (along == Program::Along::all) {
    out[0] = *std::max_element(x, x + rows * cols);
  } else if (along == Program::Along::rows) {
    for (Index j = 0; j < cols; ++j) out[j] = *std::max_element(x + j * rows, x + (j + 1) * rows);
  } else {
    std::copy(x, x + rows, out);
    for (Index j = 1; j < cols; ++j) {
      for (Index i = 0; i < rows; ++i) out[i] = std::max(out[i], x[j * rows + i]);
    }
  }
}

void broadcast_along(Program::Along along, const double* x, Index rows, Index cols, double* out) {
  switch (along) {
    case Program::Along::all:
      std::fill(out, out + rows * cols, x[0]);
      break;
    case Program::Along::rows:
      for (Index j = 0; j < cols; ++j) std::fill(out + j * rows, out + (j + 1) * rows, x[j]);
      break;
    case Program::Along::columns:
      for (Index j = 0; j < cols; ++j) {
        for (Index i = 0; i < rows; ++i) out[j * rows + i] = x[i];
      }
      break;
  }
}

/// The knot interval is chosen by the segment's midpoint, so that both ends of a segment belong to the same piece.
void look_up(const TimeTable& table, double t, double segment, double* out) {
  const auto& times = table.times;
  const auto after = std::upper_bound(times.begin(), times.end(), segment) - times.begin();
  const Index last = static_cast<Index>(times.size()) - 1;
  const Index left = std::clamp<Index>(static_cast<Index>(after) - 1, 0, last);
  const Index right = std::min(left + 1, last);
  double share = 0;
  if (table.linear && after > 0 && right > left) {
    share = (t - times[static_cast<std::size_t>(left)]) /
            (times[static_cast<std::size_t>(right)] - times[static_cast<std::size_t>(left)]);
  }
  for (Index i = 0; i < table.values.rows(); ++i) {
    out[i] = table.values(i, left) + share * (table.values(i, right) - table.values(i, left));
  }
}

}  // namespace

double* Executable::aligned_scratch() {
  return reinterpret_cast<double*>((reinterpret_cast<std::uintptr_t>(tape_scratch_.data()) + 63) & ~std::uintptr_t{63});
}

bool Executable::threads_fit() const { return max_threads() <= threads_; }

void Executable::run_tape(const Step& s, const double* const* in, double* const* out) {
  const auto lanes = static_cast<std::size_t>(s.rows * s.cols);
  const std::size_t ins = s.in.size(), outs = s.out.size();
  const bool threaded = lanes * (s.tape.instructions() + 1) >= kThreadedLanes && threads_fit();
  const std::size_t piece = threaded ? 8 * equations::Tape::kBlock : lanes;
  const auto pieces = static_cast<std::int64_t>(lanes == 0 ? 0 : (lanes + piece - 1) / piece);
  double* aligned = aligned_scratch();
  for_chunks(pieces, threaded, [&](std::int64_t p) {
    const auto thread = static_cast<std::size_t>(this_thread());
    equations::LaneInput* inputs = inputs_.data() + thread * (ins + 1);
    double** outputs = outputs_.data() + thread * (outs + 1);
    const std::size_t first = static_cast<std::size_t>(p) * piece;
    for (std::size_t k = 0; k < ins; ++k) {
      const bool uniform = s.uniform[k] != 0;
      inputs[k] = {read(s.in[k], in, out) + (uniform ? 0 : first), uniform};
    }
    for (std::size_t k = 0; k < outs; ++k) outputs[k] = write(s.out[k], out) + first;
    s.tape.run(std::min(piece, lanes - first), inputs, outputs, aligned + thread * tape_stride_);
  });
}

bool Executable::has_products() const {
  using Kind = Program::Kind;
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& s) {
    return s.kind == Kind::product || s.kind == Kind::sparse_product || s.kind == Kind::sparse_outer ||
           s.kind == Kind::pairwise || s.kind == Kind::convolution;
  });
}

void Executable::run(const double* const* in, double* const* out) {
  for (const Step& s : steps_) {
    if (s.kind == Program::Kind::elementwise) {
      run_tape(s, in, out);
      continue;
    }
    const double* a = read(s.in[0], in, out);
    double* target = write(s.out[0], out);
    switch (s.kind) {
      case Program::Kind::product:
        matrix_product(s.rows, s.cols, s.inner, a, s.transpose_a, read(s.in[1], in, out), s.transpose_b,
                       s.has_base ? read(s.in[2], in, out) : nullptr, target);
        break;
      case Program::Kind::broadcast:
        broadcast_along(s.along, a, s.rows, s.cols, target);
        break;
      case Program::Kind::sum:
        sum_along(s.along, a, s.in_rows, s.in_cols, target);
        break;
      case Program::Kind::max:
        max_along(s.along, a, s.in_rows, s.in_cols, target);
        break;
      case Program::Kind::view:
        std::copy(a + s.offset, a + s.offset + s.rows * s.cols, target);
        break;
      case Program::Kind::embed:
        std::fill(target, target + s.rows * s.cols, 0.0);
        std::copy(a, a + s.in_rows * s.in_cols, target + s.offset);
        break;
      case Program::Kind::table:
        look_up(*s.table, *a, *read(s.in[1], in, out), target);
        break;
      default:
        run_coupling(s, in, out);
    }
  }
}

}  // namespace neurode
