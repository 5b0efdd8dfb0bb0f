#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "neurode/record/reader.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::record {

/// Appends to a recorder whose time axes and variables are those of `from` what stands there: on axis k (in order of
/// creation) its first points[k] points.
/// @throws FileError where `from` has other axes or variables, fewer points, or cannot be read
void copy_points(const Reader& from, std::span<const std::uint64_t> points, Recorder& to);

/// How two result files differ in what was recorded.
struct Difference {
  std::string variable;
  std::string what;  ///< "is not there", "has 11 points, not 10", "first differs at time[3], ..."
};
/// Compares all datasets, bit by bit; only_points (of each time axis of `a`; empty: all): so many points of each.
std::vector<Difference> differences(const Reader& a, const Reader& b, std::span<const std::uint64_t> only_points = {});

}  // namespace neurode::record
