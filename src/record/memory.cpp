#include "neurode/record/memory.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "neurode/record/recorder.hpp"

namespace neurode::record {

Memory::Memory(std::vector<Dimension> the_dimensions, std::vector<TimeAxis> the_axes,
               std::vector<Variable> the_variables, Attributes global)
    : dimensions(std::move(the_dimensions)), attributes(std::move(global)), of_axis_(the_axes.size()) {
  for (auto& a : the_axes) axes.push_back({std::move(a), {}});
  for (auto& v : the_variables) {
    if (v.axis >= 0) of_axis_.at(static_cast<std::size_t>(v.axis)).push_back(variables.size());
    variables.push_back({std::move(v), {}});
  }
}

void Memory::append(int axis, double t, std::span<const std::span<const double>> values) {
  const auto& columns = of_axis_.at(static_cast<std::size_t>(axis));
  if (values.size() != columns.size()) throw std::invalid_argument("as many spans as the axis has variables");
  axes[static_cast<std::size_t>(axis)].times.push_back(t);
  for (std::size_t k = 0; k < values.size(); ++k) {
    auto& numbers = variables[columns[k]].numbers;
    numbers.insert(numbers.end(), values[k].begin(), values[k].end());
  }
}

void Memory::write(const std::string& variable, std::span<const double> values) {
  for (auto& v : variables) {
    if (v.declared.name == variable && v.declared.axis < 0) return v.numbers.assign(values.begin(), values.end());
  }
  throw std::invalid_argument("there is no variable \"" + variable + "\" without a time axis");
}

void Memory::attribute(const std::string& name, const Attribute& value) {
  const auto at = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.first == name; });
  if (at != attributes.end()) {
    at->second = value;
  } else {
    attributes.emplace_back(name, value);
  }
}

void write_file(const Memory& memory, const std::filesystem::path& file, bool overwrite) {
  std::vector<TimeAxis> axes;
  for (const auto& a : memory.axes) axes.push_back(a.declared);
  std::vector<Variable> variables;
  for (const auto& v : memory.variables) variables.push_back(v.declared);
  FileOptions options;
  options.overwrite = overwrite;
  Recorder recorder(file, memory.dimensions, axes, variables, memory.attributes, options);
  for (const auto& v : memory.variables) {
    if (v.declared.axis < 0 && !v.numbers.empty()) recorder.write(v.declared.name, v.numbers);
  }
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const auto& times = memory.axes[a].times;
    std::vector<std::span<const double>> point;
    for (std::size_t k = 0; k < times.size(); ++k) {
      point.clear();
      for (const auto& v : memory.variables) {
        if (v.declared.axis != static_cast<int>(a)) continue;
        const std::size_t size = v.numbers.size() / times.size();
        point.emplace_back(v.numbers.data() + k * size, size);
      }
      recorder.append(static_cast<int>(a), times[k], point);
    }
  }
  recorder.close();
}

}  // namespace neurode::record
