#pragma once

#include <cstdint>
#include <span>

#include "neurode/record/reader.hpp"
#include "neurode/record/recorder.hpp"

namespace neurode::record {

/// Appends to a recorder whose time axes and variables are those of `from` what stands there: on axis k (in order of
/// creation) its first points[k] points.
/// @throws FileError where `from` has other axes or variables, fewer points, or cannot be read
void copy_points(const Reader& from, std::span<const std::uint64_t> points, Recorder& to);

}  // namespace neurode::record
