#include "neurode/core/limits.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode;

TEST_CASE("products of sizes are whole, or there is none") {
  using Sizes = std::vector<std::uint64_t>;
  CHECK(checked_product(Sizes{}) == 1);
  CHECK(checked_product(Sizes{3, 4, 5}) == 60);
  CHECK(checked_product(Sizes{std::uint64_t{1} << 40, std::uint64_t{1} << 20}) == limits::kMostElements);
  CHECK(!checked_product(Sizes{std::uint64_t{1} << 40, (std::uint64_t{1} << 20) + 1}));
  CHECK(!checked_product(Sizes{std::uint64_t{1} << 32, std::uint64_t{1} << 32}));  // 2^64 is 0
  CHECK(checked_product(Sizes{std::uint64_t{1} << 32, std::uint64_t{1} << 32, 0}) == 0);
  CHECK(checked_product(Sizes{7, 3}, 21) == 21);
  CHECK(!checked_product(Sizes{7, 3}, 20));
}

TEST_CASE("of many faults the first hundred are told, and how many more there are") {
  const auto text_of = [](std::size_t n) -> std::string {
    Diagnostics faults;
    try {
      for (std::size_t k = 0; k < n; ++k)
        faults.add({{"s.toml", static_cast<int>(k) + 1, 1}, "", "is wrong", "", "", ""});
      faults.throw_if_any();
    } catch (const ScenarioError& e) {
      CHECK(e.diagnostics().size() == std::min(n, limits::kKeptFaults + 1));
      return e.what();
    }
    return "";
  };
  CHECK(text_of(100).ends_with("s.toml:100:1: is wrong"));
  CHECK(text_of(101).ends_with("s.toml:100:1: is wrong\n... and 1 more"));
  CHECK(text_of(1000).ends_with("\n... and 900 more"));
  CHECK(text_of(100000).ends_with("\n... and 901 more at least"));
}

TEST_CASE("suggestions among many or long names are not looked for") {
  std::vector<std::string> names;
  for (int k = 0; k < 900; ++k) names.push_back("name_" + std::to_string(k));
  CHECK(nearest_name("nme_7", names) == "name_7");
  for (int k = 900; k < 1100; ++k) names.push_back("name_" + std::to_string(k));
  CHECK(nearest_name("nme_7", names) == "");
  CHECK(nearest_name(std::string(200, 'a'), {std::string(199, 'a')}) == "");
}
