#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "neurode/record/reader.hpp"

namespace neurode::record {

/// How two result files differ in what was recorded.
struct Difference {
  std::string variable;
  std::string what;  ///< "is not there", "has 11 points, not 10", "first differs at time[3], ..."
};
/// Compares all datasets, bit by bit; only_points (of each time axis of `a`; empty: all): so many points of each.
std::vector<Difference> differences(const Reader& a, const Reader& b, std::span<const std::uint64_t> only_points = {});

}  // namespace neurode::record
