#include "neurode/record/differences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace neurode::record {

namespace {

constexpr std::size_t kBlockNumbers = 256 * 1024;

/// The first place where two variables differ, both row-major and of the same shape below the first dimension.
template <class T>
std::string first_difference(const Reader& a, const Reader& b, const VariableInfo& va, std::size_t length) {
  std::vector<T> x, y;
  Blocks blocks(
      [&] {
        auto shape = va.shape;
        if (!shape.empty()) shape[0] = length;
        return shape;
      }(),
      kBlockNumbers);
  Slab block;
  while (blocks.next(block)) {
    a.read(va.name, block, x);
    b.read(va.name, block, y);
    if (std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0) continue;
    std::size_t k = 0;
    while (std::memcmp(&x[k], &y[k], sizeof(T)) == 0) ++k;
    std::string place;
    std::size_t rest = k;
    for (std::size_t d = block.count.size(); d-- > 0;) {
      place = fmt::format("{}{}{}", block.start[d] + rest % block.count[d], place.empty() ? "" : ", ", place);
      rest /= block.count[d];
    }
    return fmt::format("first differs at [{}]: {} and {}", place, x[k], y[k]);
  }
  return "";
}

}  // namespace

std::vector<Difference> differences(const Reader& a, const Reader& b, std::span<const std::uint64_t> only_points) {
  std::vector<Difference> out;
  const auto axes = a.axes();
  for (const auto& v : a.variables()) {
    const auto* w = b.find(v.name);
    if (!w) {
      out.push_back({v.name, "is not there"});
      continue;
    }
    std::size_t length = v.shape.empty() ? 0 : v.shape[0];
    bool cut = false;
    for (std::size_t k = 0; k < axes.size() && k < only_points.size(); ++k) {
      if (axes[k]->name != v.axis) continue;
      length = std::min<std::size_t>(length, only_points[k]);
      cut = true;
    }
    const bool same_rank = v.shape.size() == w->shape.size() && v.type == w->type;
    if (!same_rank || !std::equal(v.shape.begin() + (v.shape.empty() ? 0 : 1), v.shape.end(),
                                  w->shape.begin() + (w->shape.empty() ? 0 : 1))) {
      out.push_back({v.name, "has another shape or type"});
    } else if (!v.shape.empty() && (cut ? w->shape[0] < length : w->shape[0] != length)) {
      out.push_back({v.name, fmt::format("has {} points, not {}", w->shape[0], length)});
    } else {
      const auto what = v.type == Type::int64 ? first_difference<std::int64_t>(a, b, v, length)
                                              : first_difference<double>(a, b, v, length);
      if (!what.empty()) out.push_back({v.name, what});
    }
  }
  for (const auto& w : b.variables()) {
    if (!a.find(w.name)) out.push_back({w.name, "is new"});
  }
  return out;
}

}  // namespace neurode::record
