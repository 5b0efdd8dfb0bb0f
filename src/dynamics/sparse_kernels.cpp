#include "dynamics/sparse_kernels.hpp"

#include <algorithm>

#include "neurode/core/threads.hpp"

namespace neurode {

namespace {

/// a*b + c, with one rounding or two, but the same everywhere: left to the compiler, each loop would have its own way.
inline double mul_add(double a, double b, double c) {
#ifdef __FP_FAST_FMA
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// Rows are cut into so many pieces of about as many elements each.
constexpr std::int64_t kPieces = 64;

/// f(first row, end) for pieces of rows.
template <class F>
void for_rows(const SparsePattern& s, Index samples, F&& f) {
  if (s.nonzeros() * samples < kThreadedSparse) return f(Index{0}, s.rows);
  const auto row_at = [&](std::int64_t piece) {
    const std::int64_t element = s.nonzeros() * piece / kPieces;
    return piece == kPieces ? s.rows : std::lower_bound(s.start.begin(), s.start.end(), element) - s.start.begin();
  };
  for_chunks(kPieces, true, [&](std::int64_t p) {
    const Index first = row_at(p), end = row_at(p + 1);
    if (first < end) f(first, end);
  });
}

/// f.template operator()<B>(first sample) for blocks of B samples: 4, then single ones.
template <class F>
void for_samples(Index samples, F&& f) {
  Index k = 0;
  for (; k + 4 <= samples; k += 4) f.template operator()<4>(k);
  for (; k < samples; ++k) f.template operator()<1>(k);
}

/// Sums of a row's elements with B samples of x. Four running parts each, so that additions need not wait for each
/// other.
template <int B, bool Uniform>
void row_sums(const double* values, const std::int32_t* column, std::int64_t count, const double* const* x,
              double* sum) {
  double part[4][B] = {};
  std::int64_t e = 0;
  for (; e + 4 <= count; e += 4) {
    for (int k = 0; k < 4; ++k) {
      const std::int32_t c = column[e + k];
      for (int b = 0; b < B; ++b) {
        if constexpr (Uniform) {
          part[k][b] += x[b][c];
        } else {
          part[k][b] = mul_add(values[e + k], x[b][c], part[k][b]);
        }
      }
    }
  }
  for (; e < count; ++e) {
    for (int b = 0; b < B; ++b) part[0][b] = mul_add(Uniform ? 1.0 : values[e], x[b][column[e]], part[0][b]);
  }
  for (int b = 0; b < B; ++b) sum[b] = (part[0][b] + part[1][b]) + (part[2][b] + part[3][b]);
}

template <bool Uniform>
void times(const SparsePattern& s, const double* values, const double* x, Index samples, bool add, double* y) {
  for_rows(s, samples, [&](Index first, Index end) {
    for_samples(samples, [&]<int B>(Index sample) {
      const double* in[B];
      for (int b = 0; b < B; ++b) in[b] = x + (sample + b) * s.cols;
      for (Index r = first; r < end; ++r) {
        const std::int64_t begin = s.start[static_cast<std::size_t>(r)];
        const std::int64_t count = s.start[static_cast<std::size_t>(r) + 1] - begin;
        double sum[B];
        row_sums<B, Uniform>(Uniform ? values : values + begin, s.column.data() + begin, count, in, sum);
        for (int b = 0; b < B; ++b) {
          double& out = y[(sample + b) * s.rows + r];
          const double before = add ? out : 0.0;
          out = Uniform ? mul_add(*values, sum[b], before) : before + sum[b];
        }
      }
    });
  });
}

/// f(first row of work, block) over all blocks of columns; y's part of each block is cleared first unless `add`.
template <class F>
void for_columns(const SparsePattern& s, const ColumnBlocks* blocks, Index samples, bool add, double* y, F&& f) {
  const std::int64_t count = blocks ? blocks->count() : 1;
  for_chunks(count, s.nonzeros() * samples >= kThreadedSparse, [&](std::int64_t k) {
    const int block = static_cast<int>(k);
    const Index first = blocks ? blocks->first_column(block) : 0;
    const Index end = blocks ? blocks->first_column(block + 1) : s.cols;
    if (!add) {
      for (Index sample = 0; sample < samples; ++sample) {
        std::fill(y + sample * s.cols + first, y + sample * s.cols + end, 0.0);
      }
    }
    f([&](Index row) {
      const auto r = static_cast<std::size_t>(row);
      return blocks ? std::pair{blocks->begin(s, row, block), blocks->begin(s, row, block + 1)}
                    : std::pair{s.start[r], s.start[r + 1]};
    });
  });
}

template <bool Uniform>
void transposed_times(const SparsePattern& s, const ColumnBlocks* blocks, const double* values, const double* x,
                      Index samples, bool add, double* y) {
  for_columns(s, blocks, samples, add, y, [&](const auto& elements) {
    for_samples(samples, [&]<int B>(Index sample) {
      double* out[B];
      for (int b = 0; b < B; ++b) out[b] = y + (sample + b) * s.cols;
      for (Index r = 0; r < s.rows; ++r) {
        double in[B];
        for (int b = 0; b < B; ++b) in[b] = (Uniform ? *values : 1.0) * x[(sample + b) * s.rows + r];
        const auto [begin, end] = elements(r);
        for (std::int64_t e = begin; e < end; ++e) {
          const std::int32_t c = s.column[static_cast<std::size_t>(e)];
          for (int b = 0; b < B; ++b) out[b][c] = mul_add(Uniform ? 1.0 : values[e], in[b], out[b][c]);
        }
      }
    });
  });
}

}  // namespace

ColumnBlocks::ColumnBlocks(const SparsePattern& s, int blocks) : count_(std::max(1, blocks)) {
  std::vector<std::int64_t> in_column(static_cast<std::size_t>(s.cols));
  for (const std::int32_t c : s.column) ++in_column[static_cast<std::size_t>(c)];
  columns_.push_back(0);
  std::int64_t seen = 0;
  for (Index c = 0; c < s.cols; ++c) {
    seen += in_column[static_cast<std::size_t>(c)];
    while (static_cast<int>(columns_.size()) < count_ &&
           seen * count_ >= s.nonzeros() * static_cast<std::int64_t>(columns_.size())) {
      columns_.push_back(c + 1);
    }
  }
  columns_.resize(static_cast<std::size_t>(count_) + 1, s.cols);
  columns_.back() = s.cols;
  split_.reserve(static_cast<std::size_t>(s.rows) * static_cast<std::size_t>(count_ - 1));
  for (std::size_t r = 0; r < static_cast<std::size_t>(s.rows); ++r) {
    const auto begin = s.column.begin() + s.start[r], end = s.column.begin() + s.start[r + 1];
    for (int b = 1; b < count_; ++b) {
      split_.push_back(static_cast<std::uint32_t>(std::lower_bound(begin, end, first_column(b)) - begin));
    }
  }
}

void sparse_times(const SparsePattern& s, const double* values, bool uniform, const double* x, Index samples, bool add,
                  double* y) {
  uniform ? times<true>(s, values, x, samples, add, y) : times<false>(s, values, x, samples, add, y);
}

void sparse_transposed_times(const SparsePattern& s, const ColumnBlocks* blocks, const double* values, bool uniform,
                             const double* x, Index samples, bool add, double* y) {
  uniform ? transposed_times<true>(s, blocks, values, x, samples, add, y)
          : transposed_times<false>(s, blocks, values, x, samples, add, y);
}

void sparse_outer(const SparsePattern& s, const double* a, const double* b, Index samples, bool add, double* y) {
  for_rows(s, samples, [&](Index first, Index end) {
    const std::int64_t begin = s.start[static_cast<std::size_t>(first)], stop = s.start[static_cast<std::size_t>(end)];
    if (!add) std::fill(y + begin, y + stop, 0.0);
    for_samples(samples, [&]<int B>(Index sample) {
      for (Index r = first; r < end; ++r) {
        double left[B];
        for (int k = 0; k < B; ++k) left[k] = a[(sample + k) * s.rows + r];
        for (std::int64_t e = s.start[static_cast<std::size_t>(r)]; e < s.start[static_cast<std::size_t>(r) + 1]; ++e) {
          const std::int32_t c = s.column[static_cast<std::size_t>(e)];
          double sum = y[e];
          for (int k = 0; k < B; ++k) sum = mul_add(left[k], b[(sample + k) * s.cols + c], sum);
          y[e] = sum;
        }
      }
    });
  });
}

void gather_rows(const SparsePattern& s, const double* v, Index samples, double* y) {
  for_rows(s, samples, [&](Index first, Index end) {
    for (Index sample = 0; sample < samples; ++sample) {
      double* out = y + sample * s.nonzeros();
      for (Index r = first; r < end; ++r) {
        const auto k = static_cast<std::size_t>(r);
        std::fill(out + s.start[k], out + s.start[k + 1], v[sample * s.rows + r]);
      }
    }
  });
}

void gather_columns(const SparsePattern& s, const double* v, Index samples, double* y) {
  for_rows(s, samples, [&](Index first, Index end) {
    const std::int64_t begin = s.start[static_cast<std::size_t>(first)], stop = s.start[static_cast<std::size_t>(end)];
    for (Index sample = 0; sample < samples; ++sample) {
      double* out = y + sample * s.nonzeros();
      const double* in = v + sample * s.cols;
      for (std::int64_t e = begin; e < stop; ++e) out[e] = in[s.column[static_cast<std::size_t>(e)]];
    }
  });
}

void scatter_rows(const SparsePattern& s, const double* v, Index samples, bool add, double* y) {
  for_rows(s, samples, [&](Index first, Index end) {
    for (Index sample = 0; sample < samples; ++sample) {
      const double* in = v + sample * s.nonzeros();
      for (Index r = first; r < end; ++r) {
        double part[4] = {};
        std::int64_t e = s.start[static_cast<std::size_t>(r)];
        const std::int64_t stop = s.start[static_cast<std::size_t>(r) + 1];
        for (; e + 4 <= stop; e += 4) {
          for (int k = 0; k < 4; ++k) part[k] += in[e + k];
        }
        for (; e < stop; ++e) part[0] += in[e];
        const double sum = (part[0] + part[1]) + (part[2] + part[3]);
        double& out = y[sample * s.rows + r];
        out = add ? out + sum : sum;
      }
    }
  });
}

void scatter_columns(const SparsePattern& s, const ColumnBlocks* blocks, const double* v, Index samples, bool add,
                     double* y) {
  for_columns(s, blocks, samples, add, y, [&](const auto& elements) {
    for (Index sample = 0; sample < samples; ++sample) {
      const double* in = v + sample * s.nonzeros();
      double* out = y + sample * s.cols;
      for (Index r = 0; r < s.rows; ++r) {
        const auto [begin, end] = elements(r);
        for (std::int64_t e = begin; e < end; ++e) out[s.column[static_cast<std::size_t>(e)]] += in[e];
      }
    }
  });
}

}  // namespace neurode
