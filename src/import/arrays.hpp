#pragma once

#include <vector>

#include "import/lines.hpp"

namespace neurode::importing {

/// Ranges `[a..b]` and blocks `%[a..b]` ... `%` written out: one copy an element, with `[j]`, `[j+n]`, `[j-n]`, `[j*n]`
/// and `[n]` as numbers.
std::vector<Line> expand_arrays(const std::vector<Line>& lines, Diagnostics& diagnostics);

}  // namespace neurode::importing
