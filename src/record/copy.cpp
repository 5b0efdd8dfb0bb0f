#include "neurode/record/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "neurode/core/errors.hpp"

namespace neurode::record {

namespace {

constexpr std::size_t kBlockNumbers = 256 * 1024;

/// Variables on each time axis, the axis first, in order of creation.
std::vector<std::vector<const VariableInfo*>> by_axis(const Reader& file) {
  std::vector<std::vector<const VariableInfo*>> out;
  for (const auto* axis : file.axes()) out.push_back({axis});
  for (const auto& v : file.variables()) {
    if (v.coordinate || v.axis.empty()) continue;
    for (auto& axis : out) {
      if (axis.front()->name == v.axis) axis.push_back(&v);
    }
  }
  return out;
}

Slab rows(const VariableInfo& v, std::size_t from, std::size_t count) {
  Slab s{std::vector<std::size_t>(v.shape.size(), 0), v.shape};
  s.start[0] = from;
  s.count[0] = count;
  return s;
}

std::size_t point_size(const VariableInfo& v) {
  std::size_t n = 1;
  for (std::size_t i = 1; i < v.shape.size(); ++i) n *= v.shape[i];
  return n;
}

}  // namespace

void copy_points(const Reader& from, std::span<const std::uint64_t> points, Recorder& to) {
  const std::string path = from.path().string();
  const auto axes = by_axis(from);
  if (axes.size() != points.size()) throw FileError(path, "has another number of time axes than its checkpoint");
  for (std::size_t k = 0; k < axes.size(); ++k) {
    std::size_t width = 0;
    for (const auto* v : axes[k]) {
      if (v->shape.empty() || v->shape[0] < points[k]) {
        throw FileError(path, fmt::format("\"{}\" has fewer points than its checkpoint says", v->name));
      }
      width += point_size(*v);
    }
    const std::size_t at_once = std::max<std::size_t>(1, kBlockNumbers / std::max<std::size_t>(1, width));
    std::vector<std::vector<double>> numbers(axes[k].size());
    std::vector<std::span<const double>> values(axes[k].size() - 1);
    for (std::size_t row = 0; row < points[k]; row += at_once) {
      const std::size_t count = std::min<std::size_t>(at_once, points[k] - row);
      for (std::size_t i = 0; i < axes[k].size(); ++i)
        from.read(axes[k][i]->name, rows(*axes[k][i], row, count), numbers[i]);
      for (std::size_t r = 0; r < count; ++r) {
        for (std::size_t i = 1; i < axes[k].size(); ++i) {
          const std::size_t size = point_size(*axes[k][i]);
          values[i - 1] = std::span(numbers[i]).subspan(r * size, size);
        }
        try {
          to.append(static_cast<int>(k), numbers[0][r], values);
        } catch (const std::invalid_argument& e) {
          throw FileError(path, fmt::format("does not have what the scenario records: {}", e.what()));
        }
      }
    }
  }
}

}  // namespace neurode::record
