#pragma once

#include <memory>
#include <span>
#include <vector>

#include "neurode/dynamics/program.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode {

class ColumnBlocks;

/// A Program made ready to run for some outputs: what they do not need is left out, expressions over the same lanes are
/// joined into one tape, and intermediate matrices share memory as soon as they are free.
///
/// run() allocates nothing. Not safe for concurrent calls on one object; large blocks run on several threads inside,
/// cut in a way that does not depend on their number.
class Executable {
 public:
  /// Where a value goes: external output vector and offset. An invalid value writes `size` zeros.
  struct Output {
    ValueId value;
    int vector = 0;
    Index offset = 0;
    Index size = 0;
  };

  Executable(const Program& program, const std::vector<Output>& outputs);

  /// in[k]: external input vector k of the program (in[0] = { t, midpoint of the segment }); out[k]: output vectors.
  void run(const double* const* in, double* const* out);

  std::size_t scratch_size() const { return scratch_.size(); }  ///< doubles
  std::size_t steps() const { return steps_.size(); }
  /// Is there a matrix product, a convolution or the like in it, which is what costs?
  bool has_products() const;

 private:
  enum class Base : std::uint8_t { input, output, scratch, constant };
  struct Ref {
    Base base = Base::scratch;
    int vector = 0;
    Index offset = 0;
    const double* data = nullptr;
  };
  struct Step {
    Program::Kind kind = Program::Kind::elementwise;
    Program::Along along = Program::Along::all;
    bool transpose_a = false, transpose_b = false, has_base = false;
    Index rows = 0, cols = 0, inner = 0, in_rows = 0, in_cols = 0, offset = 0;
    std::vector<Ref> in, out;
    std::vector<char> uniform;  // of elementwise inputs
    equations::Tape tape;
    std::shared_ptr<const TimeTable> table;
    std::shared_ptr<const SparsePattern> pattern;
    std::shared_ptr<const ColumnBlocks> blocks;  // where several threads may sum over columns
    Program::End end = Program::End::row;
    std::shared_ptr<const ConvolutionShape> shape;
    Program::Role result = Program::Role::output;
    // Pairs: how far an input moves in memory from one post element, pre element and sample to the next.
    struct Strides {
      Index post = 0, pre = 0, sample = 0;
    };
    Index post = 0, pre = 0, samples = 0;
    Program::Side into = Program::Side::post;
    std::vector<Strides> strides;
  };

  const double* read(const Ref& r, const double* const* in, double* const* out) const {
    switch (r.base) {
      case Base::input:
        return in[r.vector] + r.offset;
      case Base::output:
        return out[r.vector] + r.offset;
      case Base::constant:
        return r.data;
      case Base::scratch:
        break;
    }
    return scratch_.data() + r.offset;
  }
  double* write(const Ref& r, double* const* out) {
    return r.base == Base::output ? out[r.vector] + r.offset : scratch_.data() + r.offset;
  }
  /// Scratch memory, on a cache line; each thread's part is tape_stride_ further on.
  double* aligned_scratch();
  /// Scratch was laid out for so many threads; if there are more by now, one thread does the work.
  bool threads_fit() const;
  void run_tape(const Step& s, const double* const* in, double* const* out);
  void run_coupling(const Step& s, const double* const* in, double* const* out);
  void run_convolution(const Step& s, const double* const* in, double* const* out, double* target);

  friend class ExecutableBuilder;
  friend class PairsRun;
  std::vector<Step> steps_;
  Vector scratch_;
  std::vector<double> tape_scratch_;
  std::size_t tape_stride_ = 0;  // doubles of tape scratch a thread
  int threads_ = 1;
  std::vector<equations::LaneInput> inputs_;
  std::vector<double*> outputs_;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace neurode
