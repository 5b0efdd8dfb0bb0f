#include "analysis/export_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

std::size_t product(const std::vector<std::size_t>& shape) {
  std::size_t n = 1;
  for (const auto k : shape) n *= k;
  return n;
}

/// `no WHAT "NAME" (did you mean "..."?); there are ...`
[[noreturn]] void unknown(const std::string& what, const std::string& name, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(name, names);
  throw UsageError(fmt::format("there is no {} \"{}\"{}; {}", what, name,
                               nearest.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", nearest),
                               names.empty() ? "there is none at all" : "there are " + quoted_list(names)));
}

/// Dimensions with numbered elements that the file has (no time axes).
std::vector<std::string> element_dimensions(const record::Reader& reader) {
  std::vector<std::string> names;
  for (const auto& v : reader.variables()) {
    for (const auto& d : v.dimensions) {
      if (d != v.axis && std::find(names.begin(), names.end(), d) == names.end()) names.push_back(d);
    }
  }
  return names;
}

}  // namespace

std::vector<std::size_t> SelectedVariable::shape() const {
  std::vector<std::size_t> shape;
  for (const auto& d : dimensions) shape.push_back(d.size());
  return shape;
}

std::size_t SelectedVariable::size() const { return product(shape()); }

std::size_t SelectedVariable::point_size() const {
  auto shape_of_point = shape();
  if (!info->axis.empty()) shape_of_point.erase(shape_of_point.begin());
  return product(shape_of_point);
}

bool Numbers::append_text(std::size_t i, std::string& out) const {
  if (type == record::Type::int64) {
    fmt::format_to(std::back_inserter(out), "{}", integer[i]);
  } else if (!std::isfinite(real[i])) {
    return false;
  } else if (type == record::Type::float32) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<float>(real[i]));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", real[i]);
  }
  return true;
}

ExportSource::ExportSource(const record::Reader& reader, const ExportRequest& request)
    : reader_(reader), request_(request), everything_(request.variables.empty()) {
  if (!(request.t_min <= request.t_max)) {
    throw UsageError(
        fmt::format("the time window starts at {} and ends before that, at {}", request.t_min, request.t_max));
  }
  check_selections();
  if (everything_) {
    for (const auto& v : reader.variables()) {
      if (!v.coordinate) variables_.push_back(selected(v));
    }
    if (variables_.empty()) throw UsageError(reader.path().string() + " holds no variables to export");
    return;
  }
  for (const auto& name : request.variables) {
    const auto* info = reader.find(name);
    if (!info) {
      std::vector<std::string> names;
      for (const auto& v : reader.variables()) names.push_back(v.name);
      unknown("variable", name, names);
    }
    const bool twice = std::any_of(variables_.begin(), variables_.end(), [&](const auto& v) { return v.info == info; });
    if (!twice) variables_.push_back(selected(*info));
  }
}

void ExportSource::check_selections() const {
  const auto names = element_dimensions(reader_);
  for (std::size_t k = 0; k < request_.select.size(); ++k) {
    const auto& s = request_.select[k];
    if (std::find(names.begin(), names.end(), s.dimension) == names.end()) unknown("dimension", s.dimension, names);
    if (s.labels.empty()) throw UsageError("no element of dimension \"" + s.dimension + "\" is chosen");
    for (std::size_t j = 0; j < k; ++j) {
      if (request_.select[j].dimension == s.dimension) {
        throw UsageError("elements of dimension \"" + s.dimension + "\" are chosen twice; name them together");
      }
    }
  }
}

SelectedVariable ExportSource::selected(const record::VariableInfo& info) const {
  SelectedVariable v;
  v.info = &info;
  for (std::size_t i = 0; i < info.dimensions.size(); ++i) v.dimensions.push_back(dimension(info, i));
  return v;
}

SelectedVariable::Dimension ExportSource::dimension(const record::VariableInfo& info, std::size_t i) const {
  SelectedVariable::Dimension d;
  d.name = info.dimensions[i];
  d.count = info.shape[i];
  if (i == 0 && !info.axis.empty()) {
    apply_window(d);
    return d;
  }
  const auto* labels = reader_.find(d.name);
  if (labels && labels->shape == std::vector<std::size_t>{d.count} && labels->type == record::Type::int64) {
    reader_.read(d.name, {{0}, {d.count}}, d.labels);
  } else {
    for (std::size_t k = 0; k < d.count; ++k) d.labels.push_back(static_cast<std::int64_t>(k));
  }
  for (const auto& s : request_.select) {
    if (s.dimension != d.name) continue;
    for (const auto label : s.labels) {
      const auto at = std::find(d.labels.begin(), d.labels.end(), label);
      if (at == d.labels.end()) {
        const auto [low, high] = std::minmax_element(d.labels.begin(), d.labels.end());
        throw UsageError(fmt::format("dimension \"{}\" has no element {}; it has {} of them, from {} to {}", d.name,
                                     label, d.count, *low, *high));
      }
      d.positions.push_back(static_cast<std::size_t>(at - d.labels.begin()));
    }
    d.labels = s.labels;
  }
  return d;
}

/// Times grow: the window is a range of points.
void ExportSource::apply_window(SelectedVariable::Dimension& d) const {
  if (std::isinf(request_.t_min) && std::isinf(request_.t_max)) return;
  const auto* axis = reader_.find(d.name);
  const std::size_t points = std::min(d.count, axis->shape.front());
  std::size_t first = points, end = 0;
  record::Blocks blocks({points}, kNumbersPerBlock);
  record::Slab block;
  std::vector<double> times;
  while (blocks.next(block)) {
    reader_.read(d.name, block, times);
    for (std::size_t k = 0; k < times.size(); ++k) {
      if (times[k] < request_.t_min || times[k] > request_.t_max) continue;
      first = std::min(first, block.start[0] + k);
      end = block.start[0] + k + 1;
    }
  }
  if (first >= end) {
    throw UsageError(fmt::format("no point of \"{}\" lies between {} and {}{}", d.name, request_.t_min, request_.t_max,
                                 points == 0
                                     ? "; it has none at all"
                                     : fmt::format("; it runs from {} to {}", reader_.read(d.name, {{0}, {1}})[0],
                                                   reader_.read(d.name, {{points - 1}, {1}})[0])));
  }
  d.first = first;
  d.count = end - first;
}

std::vector<std::string> ExportSource::axes() const {
  std::vector<std::string> names;
  for (const auto& v : variables_) {
    const auto& name = v.info->axis;
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

SelectedVariable ExportSource::axis(const std::string& name) const { return selected(*reader_.find(name)); }

void ExportSource::read(const SelectedVariable& variable, const record::Slab& block, Numbers& out) const {
  out.type = variable.info->type;
  out.real.clear();
  out.integer.clear();
  if (block.size() > 0) append(variable, block, out);
}

void ExportSource::append(const SelectedVariable& variable, record::Slab block, Numbers& out) const {
  // The smallest box of the file around what is asked for.
  const std::size_t rank = block.count.size();
  record::Slab box = block;
  bool picked = false;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto& d = variable.dimensions[i];
    if (d.positions.empty()) {
      box.start[i] += d.first;
      continue;
    }
    const auto begin = d.positions.begin() + static_cast<std::ptrdiff_t>(block.start[i]);
    const auto [low, high] = std::minmax_element(begin, begin + static_cast<std::ptrdiff_t>(block.count[i]));
    box.start[i] = *low;
    box.count[i] = *high - *low + 1;
    picked = true;
  }
  // A few elements far apart: a box too large to be read at once is taken in halves.
  const auto wide = std::find_if(block.count.begin(), block.count.end(), [](std::size_t n) { return n > 1; });
  if (picked && box.size() > kNumbersPerBlock && wide != block.count.end()) {
    const auto i = static_cast<std::size_t>(wide - block.count.begin());
    const std::size_t half = *wide / 2, rest = *wide - half;
    *wide = half;
    append(variable, block, out);
    block.start[i] += half;
    block.count[i] = rest;
    append(variable, block, out);
    return;
  }
  if (out.type == record::Type::int64) {
    append_box(variable, block, box, picked, out.integer);
  } else {
    append_box(variable, block, box, picked, out.real);
  }
}

/// Reads `box` and appends the elements of `block` in it.
template <class T>
void ExportSource::append_box(const SelectedVariable& variable, const record::Slab& block, const record::Slab& box,
                              bool picked, std::vector<T>& out) const {
  if (!picked && out.empty()) {
    reader_.read(variable.info->name, box, out);
    return;
  }
  std::vector<T> whole;
  reader_.read(variable.info->name, box, whole);
  const std::size_t rank = block.count.size(), n = block.size();
  std::vector<std::size_t> at(rank, 0);
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < rank; ++i) {
      const auto& d = variable.dimensions[i];
      const std::size_t position = d.positions.empty() ? at[i] : d.positions[block.start[i] + at[i]] - box.start[i];
      from = from * box.count[i] + position;
    }
    out.push_back(whole[from]);
    for (std::size_t i = rank; i-- > 0;) {
      if (++at[i] < block.count[i]) break;
      at[i] = 0;
    }
  }
}

}  // namespace neurode::analysis
