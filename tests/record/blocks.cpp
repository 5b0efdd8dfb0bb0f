#include "neurode/record/blocks.hpp"

#include <doctest/doctest.h>

using neurode::record::Blocks;
using neurode::record::Slab;
using Sizes = std::vector<std::size_t>;

TEST_CASE("blocks cover an array in its own order") {
  const std::vector<Sizes> shapes = {{}, {1}, {7}, {3, 5}, {4, 1, 6}, {2, 3, 4, 5}};
  for (const auto& shape : shapes) {
    for (const std::size_t most : {0, 1, 2, 3, 4, 6, 7, 20, 59, 60, 1000}) {
      Blocks blocks(shape, most);
      Slab b;
      std::size_t expected = 0, total = 1;
      for (const auto n : shape) total *= n;
      while (blocks.next(b)) {
        CHECK(b.size() <= std::max<std::size_t>(most, 1));
        // The first element's place in the whole is where the last block ended; the last one's shows that it is
        // contiguous.
        std::size_t first = 0, last = 0;
        for (std::size_t i = 0; i < shape.size(); ++i) {
          first = first * shape[i] + b.start[i];
          last = last * shape[i] + b.start[i] + b.count[i] - 1;
        }
        CHECK(first == expected);
        CHECK(last - first + 1 == b.size());
        expected = last + 1;
      }
      CHECK(expected == total);
      CHECK_FALSE(blocks.next(b));
    }
  }
}

TEST_CASE("blocks are as large as allowed") {
  CHECK(Blocks({100, 10, 10}, 1000).block_shape() == Sizes{10, 10, 10});
  CHECK(Blocks({100, 10, 10}, 1099).block_shape() == Sizes{10, 10, 10});
  CHECK(Blocks({100, 10, 10}, 99).block_shape() == Sizes{1, 9, 10});
  CHECK(Blocks({100, 10, 10}, 9).block_shape() == Sizes{1, 1, 9});
  CHECK(Blocks({100, 10, 10}, 1000000).block_shape() == Sizes{100, 10, 10});
}

TEST_CASE("an empty array has no block") {
  Slab b;
  CHECK_FALSE(Blocks({0}, 10).next(b));
  CHECK_FALSE(Blocks({3, 0, 2}, 10).next(b));
}
