// Sums over columns block by block: the same bits as in one go, whatever the blocks.
#include "dynamics/sparse_kernels.hpp"

#include <doctest/doctest.h>

#include "neurode/core/random.hpp"

using namespace neurode;

TEST_CASE("blocks of columns cover every element once, balanced, and change no bit") {
  const CounterRandom random(1, "pattern");
  SparsePattern s;
  s.rows = 40;
  s.cols = 33;
  s.start.push_back(0);
  for (Index r = 0; r < s.rows; ++r) {
    for (Index c = 0; c < s.cols; ++c) {
      if (random.uniform(static_cast<std::uint64_t>(r * s.cols + c)) < 0.4) {
        s.column.push_back(static_cast<std::int32_t>(c));
      }
    }
    s.start.push_back(static_cast<std::int64_t>(s.column.size()));
  }
  const Index samples = 5, count = s.nonzeros();
  Vector values(count), x(s.rows * samples), each(count * samples);
  for (Index i = 0; i < count; ++i) values[i] = random.normal(static_cast<std::uint64_t>(i));
  for (Index i = 0; i < x.size(); ++i) x[i] = random.normal(static_cast<std::uint64_t>(10000 + i));
  for (Index i = 0; i < each.size(); ++i) each[i] = random.normal(static_cast<std::uint64_t>(20000 + i));
  const Vector start = Vector::LinSpaced(s.cols * samples, -1, 1);
  Vector product = start, sums = start;
  sparse_transposed_times(s, nullptr, values.data(), false, x.data(), samples, true, product.data());
  scatter_columns(s, nullptr, each.data(), samples, true, sums.data());
  for (const int blocks : {1, 2, 3, 7, 50}) {
    CAPTURE(blocks);
    const ColumnBlocks cut(s, blocks);
    REQUIRE(cut.count() == blocks);
    CHECK(cut.first_column(0) == 0);
    CHECK(cut.first_column(blocks) == s.cols);
    for (int b = 0; b < blocks; ++b) {
      Index in_block = 0;
      for (Index r = 0; r < s.rows; ++r) {
        CHECK(cut.begin(s, r, b) <= cut.begin(s, r, b + 1));
        for (auto e = cut.begin(s, r, b); e < cut.begin(s, r, b + 1); ++e, ++in_block) {
          CHECK(s.column[static_cast<std::size_t>(e)] >= cut.first_column(b));
          CHECK(s.column[static_cast<std::size_t>(e)] < cut.first_column(b + 1));
        }
      }
      CHECK(in_block <= count / blocks + s.rows);  // a column more than its share at the most
    }
    Vector p = start, q = start;
    sparse_transposed_times(s, &cut, values.data(), false, x.data(), samples, true, p.data());
    scatter_columns(s, &cut, each.data(), samples, true, q.data());
    CHECK(p == product);
    CHECK(q == sums);
  }
}

TEST_CASE("a sample's sums do not depend on how many samples there are") {
  const SparsePattern s{2, 9, {0, 7, 9}, {0, 1, 2, 4, 5, 6, 8, 3, 7}};
  Vector values(9), x(9 * 6), all(2 * 6), one(2);
  for (Index i = 0; i < 9; ++i) values[i] = 1.0 / static_cast<double>(i + 3);
  for (Index i = 0; i < x.size(); ++i) x[i] = 1.0 / static_cast<double>(2 * i + 7);
  sparse_times(s, values.data(), false, x.data(), 6, false, all.data());
  for (Index k = 0; k < 6; ++k) {
    sparse_times(s, values.data(), false, x.data() + 9 * k, 1, false, one.data());
    CHECK(one == all.segment(2 * k, 2));
  }
}
