// Sparse operations, pairs and convolutions of an Executable.
#include <algorithm>

#include "dynamics/convolution_kernels.hpp"
#include "dynamics/lanes.hpp"
#include "dynamics/sparse_kernels.hpp"
#include "neurode/core/threads.hpp"
#include "neurode/dynamics/executable.hpp"

namespace neurode {

/// One run over all pairs. Lanes run along the post elements, for one pre element after the other, so that every sum
/// has one order; where there are few post elements, several pre elements go into one run of the tape.
class PairsRun {
 public:
  PairsRun(Executable& e, const Executable::Step& s, const double* const* in, double* const* out, double* target)
      : e_(e), s_(s), in_(in), out_(out), target_(target) {}

  void run() {
    const auto lanes = static_cast<std::size_t>(s_.post * s_.pre * s_.samples);
    threaded_ = lanes * (s_.tape.instructions() + 1) >= kThreadedLanes && e_.threads_fit();
    if (!s_.has_base) std::fill(target_, target_ + s_.rows * s_.cols, 0.0);
    if (s_.into == Program::Side::post) return into_post();
    // Each pre element has results of its own.
    const Index together = std::max<Index>(wide() ? 1 : columns_at_once(), 16);
    const Index blocks = (s_.pre + together - 1) / together;
    const bool pair = s_.into == Program::Side::pair;
    for_chunks(blocks * (pair ? 1 : s_.samples), threaded_, [&](std::int64_t task) {
      const Index first = task % blocks * together, end = std::min(first + together, s_.pre);
      if (pair) {
        for (Index sample = 0; sample < s_.samples; ++sample) columns(first, end, sample);
      } else {
        columns(first, end, task / blocks);
      }
    });
  }

 private:
  /// Pairs of post elements from `i` with pre elements from `j`; several pre elements only with all post elements.
  struct Strip {
    Index i, post, j, pre, sample;
  };

  bool wide() const { return s_.post >= static_cast<Index>(kNarrowPairs); }
  Index columns_at_once() const { return static_cast<Index>(kPairLanes) / std::max<Index>(1, s_.post); }
  static constexpr Index kPiece = static_cast<Index>(kPairLanes);

  void into_post() {
    const Index pieces = wide() ? (s_.post + kPiece - 1) / kPiece : 1;
    for_chunks(s_.samples * pieces, threaded_, [&](std::int64_t task) {
      const Index sample = task / pieces, i = task % pieces * kPiece;
      double* sum = target_ + sample * s_.post + i;
      if (wide()) {
        const Index n = std::min(kPiece, s_.post - i);
        for (Index j = 0; j < s_.pre; ++j) add(evaluate({i, n, j, 1, sample}), n, sum);
        return;
      }
      for (Index j = 0; j < s_.pre; j += columns_at_once()) {
        const Index count = std::min(columns_at_once(), s_.pre - j);
        const double* values = evaluate({0, s_.post, j, count, sample});
        for (Index k = 0; k < count; ++k) add(values + k * s_.post, s_.post, sum);
      }
    });
  }

  void columns(Index first, Index end, Index sample) {
    const Index step = wide() ? 1 : columns_at_once();
    for (Index j = first; j < end; j += step) {
      const Index count = std::min(step, end - j);
      for (Index i = 0; i < s_.post; i += kPiece) {
        const Index n = std::min(kPiece, s_.post - i);
        const double* values = evaluate({i, n, j, count, sample});
        if (s_.into == Program::Side::pair) {
          add(values, n * count, target_ + j * s_.post + i);
        } else {
          for (Index k = 0; k < count; ++k) target_[sample * s_.pre + j + k] += sum_of(values + k * n, n);
        }
      }
    }
  }

  static void add(const double* values, Index n, double* sum) {
    for (Index i = 0; i < n; ++i) sum[i] += values[i];
  }

  /// The expression for a strip, post elements fastest, in this thread's memory.
  const double* evaluate(const Strip& strip) {
    const auto thread = static_cast<std::size_t>(this_thread());
    const std::size_t inputs = s_.strides.size();
    equations::LaneInput* lanes = e_.inputs_.data() + thread * (inputs + 1);
    double* tape = e_.aligned_scratch() + thread * e_.tape_stride_;
    double* result = tape + s_.tape.scratch_size();
    for (std::size_t k = 0; k < inputs; ++k) {
      const auto& stride = s_.strides[k];
      const double* data =
          e_.read(s_.in[k], in_, out_) + strip.i * stride.post + strip.j * stride.pre + strip.sample * stride.sample;
      lanes[k] = {data, stride.post == 0};
      const bool one = stride.post == 0 && stride.pre == 0, pair = stride.post != 0 && stride.pre != 0;
      if (strip.pre == 1 || one || pair) continue;
      double* staged = result + (k + 1) * kPairLanes;
      for (Index j = 0; j < strip.pre; ++j) {
        double* to = staged + j * strip.post;
        if (stride.post != 0) {
          std::copy(data, data + strip.post, to);
        } else {
          std::fill(to, to + strip.post, data[j]);
        }
      }
      lanes[k] = {staged, false};
    }
    s_.tape.run(static_cast<std::size_t>(strip.post * strip.pre), lanes, &result, tape);
    return result;
  }

  Executable& e_;
  const Executable::Step& s_;
  const double* const* in_;
  double* const* out_;
  double* target_;
  bool threaded_ = false;
};

void Executable::run_coupling(const Step& s, const double* const* in, double* const* out) {
  double* target = write(s.out[0], out);
  if (s.has_base) {
    const double* base = read(s.in.back(), in, out);
    if (base != target) std::copy(base, base + s.rows * s.cols, target);
  }
  if (s.kind == Program::Kind::pairwise) return PairsRun(*this, s, in, out, target).run();
  if (s.kind == Program::Kind::convolution) return run_convolution(s, in, out, target);
  const SparsePattern& pattern = *s.pattern;
  const double* first = read(s.in[0], in, out);
  const bool uniform = s.in_rows * s.in_cols == 1 && pattern.nonzeros() != 1;
  switch (s.kind) {
    case Program::Kind::sparse_product: {
      const double* x = read(s.in[1], in, out);
      if (s.transpose_a) {
        sparse_transposed_times(pattern, s.blocks.get(), first, uniform, x, s.cols, s.has_base, target);
      } else {
        sparse_times(pattern, first, uniform, x, s.cols, s.has_base, target);
      }
      break;
    }
    case Program::Kind::sparse_outer:
      sparse_outer(pattern, first, read(s.in[1], in, out), s.in_cols, s.has_base, target);
      break;
    case Program::Kind::gather:
      s.end == Program::End::row ? gather_rows(pattern, first, s.cols, target)
                                 : gather_columns(pattern, first, s.cols, target);
      break;
    default:  // scatter
      s.end == Program::End::row ? scatter_rows(pattern, first, s.cols, s.has_base, target)
                                 : scatter_columns(pattern, s.blocks.get(), first, s.cols, s.has_base, target);
  }
}

void Executable::run_convolution(const Step& s, const double* const* in, double* const* out, double* target) {
  const double *a = read(s.in[0], in, out), *b = read(s.in[1], in, out);
  double* scratch = aligned_scratch();
  const auto stride = static_cast<Index>(tape_stride_);
  const bool threads = threads_fit();
  switch (s.result) {
    case Program::Role::output:
      convolve(*s.shape, a, b, s.samples, s.has_base, target, scratch, stride, threads);
      break;
    case Program::Role::input:
      convolve_to_input(*s.shape, a, b, s.samples, s.has_base, target, scratch, stride, threads);
      break;
    case Program::Role::kernel:
      convolve_to_kernel(*s.shape, a, b, s.samples, s.has_base, target, scratch, stride, threads);
      break;
  }
}

}  // namespace neurode
