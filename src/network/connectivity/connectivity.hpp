#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "network/connectivity/wiring.hpp"
#include "neurode/core/random.hpp"
#include "neurode/core/threads.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

ConnectivityEntry all_to_all_connectivity();
ConnectivityEntry convolution_connectivity();
ConnectivityEntry distance_connectivity();
ConnectivityEntry fixed_in_degree_connectivity();
ConnectivityEntry fixed_out_degree_connectivity();
ConnectivityEntry fixed_probability_connectivity();
ConnectivityEntry from_file_connectivity();
ConnectivityEntry low_rank_connectivity();
ConnectivityEntry one_to_one_connectivity();

/// A fault at a parameter of the connectivity where it is given, else at what the user wrote as a whole.
void report(const ConnectivityContext& context, const std::string& key, std::string problem, std::string found,
            std::string allowed, Diagnostics& diagnostics);

/// The key `self`, and its value; false makes sense only within a population (reported).
ParameterSpec self_parameter();
bool read_self(const ConnectivityContext& context, Diagnostics& diagnostics);

/// One to `axes` integers >= `least` from a number (for all axes) or a list of one an axis; empty where faulty
/// (reported).
std::vector<Index> read_integers(const ConnectivityContext& context, const std::string& key, std::size_t axes,
                                 std::int64_t least, Diagnostics& diagnostics);

/// "[3, 28, 28]"
std::string shape_list(const std::vector<Index>& shape);

/// The random numbers of a connectivity's draws: number k of row (or column) i is number i 2^32 + k of the stream.
class RowRandom {
 public:
  explicit RowRandom(const ConnectivityContext& context)
      : random_(context.scenario.seed, context.name + ".connections") {}
  double uniform(Index i, std::uint64_t k) const { return random_.uniform(at(i, k)); }
  std::uint64_t integer(Index i, std::uint64_t k, std::uint64_t n) const { return random_.integer(at(i, k), n); }

 private:
  static std::uint64_t at(Index i, std::uint64_t k) { return (static_cast<std::uint64_t>(i) << 32) + k; }
  CounterRandom random_;
};

/// `count` distinct numbers of 0 ... n-1, every such set equally likely, in no order. One object a thread.
/// @par Source  R. W. Floyd in J. Bentley, Commun. ACM 30 (1987) 754-757
class DistinctDraws {
 public:
  /// Set number `row` (below 2^32 - 1) into out[0 ... count - 1].
  void draw(const RowRandom& random, Index row, Index count, Index n, std::int32_t* out);

 private:
  std::vector<std::uint32_t> seen_;  // by whom each number was last drawn
};

/// A pattern from its rows. row(i, thread, columns) fills an empty vector with the columns of row i, ascending; it is
/// called twice, by several threads, so that the pattern takes no more memory than it needs in the end.
template <class F>
std::shared_ptr<SparsePattern> pattern_by_rows(Index rows, Index cols, F&& row) {
  constexpr std::int64_t kRows = 128;  // a chunk
  auto p = std::make_shared<SparsePattern>();
  p->rows = rows;
  p->cols = cols;
  p->start.assign(static_cast<std::size_t>(rows) + 1, 0);
  const auto visit = [&](auto&& f) {
    for_chunks((rows + kRows - 1) / kRows, rows > 4 * kRows, [&](std::int64_t chunk) {
      std::vector<std::int32_t> columns;
      const Index end = std::min<Index>(rows, (chunk + 1) * kRows);
      for (Index i = chunk * kRows; i < end; ++i) {
        columns.clear();
        row(i, static_cast<std::size_t>(this_thread()), columns);
        f(static_cast<std::size_t>(i), columns);
      }
    });
  };
  visit([&](std::size_t i, const auto& columns) { p->start[i + 1] = static_cast<std::int64_t>(columns.size()); });
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) p->start[i + 1] += p->start[i];
  p->column.resize(static_cast<std::size_t>(p->start.back()));
  visit([&](std::size_t i, const auto& columns) {
    std::copy(columns.begin(), columns.end(), p->column.begin() + p->start[i]);
  });
  return p;
}

/// A sparse wiring of that pattern.
Connections sparse_connections(std::shared_ptr<const SparsePattern> pattern);

}  // namespace neurode::network
