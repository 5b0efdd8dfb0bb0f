// Results in memory as NumPy arrays.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "bindings.hpp"

namespace neurode::python {

namespace {

/// An array that owns the numbers.
template <class T>
py::array array_of(std::vector<T>&& numbers, const std::vector<py::ssize_t>& shape) {
  auto owned = std::make_unique<std::vector<T>>(std::move(numbers));
  const T* first = owned->data();
  const py::capsule owner(owned.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array(py::dtype::of<T>(), shape, first, owner);
}

py::array typed(std::vector<double>&& numbers, record::Type type, const std::vector<py::ssize_t>& shape) {
  if (type == record::Type::float64) return array_of(std::move(numbers), shape);
  if (type == record::Type::float32) {
    return array_of(std::vector<float>(numbers.begin(), numbers.end()), shape);
  }
  std::vector<std::int64_t> whole(numbers.size());
  std::transform(numbers.begin(), numbers.end(), whole.begin(), record::to_integer);
  return array_of(std::move(whole), shape);
}

py::dict attributes_of(const record::Attributes& attributes) {
  py::dict out;
  for (const auto& [name, value] : attributes) {
    std::visit([&, key = py::str(name)](const auto& x) { out[key] = py::cast(x); }, value);
  }
  return out;
}

py::dict described(const record::Attributes& own, const std::string& unit, const std::string& long_name) {
  py::dict out;
  if (!unit.empty()) out["units"] = unit;
  if (!long_name.empty()) out["long_name"] = long_name;
  for (const auto& [name, value] : attributes_of(own)) out[name] = value;
  return out;
}

}  // namespace

py::dict dict_of(record::Memory&& memory) {
  py::dict out, dimensions, axes, variables;
  std::map<std::string, py::ssize_t> sizes;
  for (const auto& d : memory.dimensions) {
    sizes[d.name] = static_cast<py::ssize_t>(d.size);
    auto labels = d.labels;
    if (labels.empty()) {
      labels.resize(d.size);
      std::iota(labels.begin(), labels.end(), std::int64_t{0});
    }
    dimensions[py::str(d.name)] = array_of(std::move(labels), {static_cast<py::ssize_t>(d.size)});
  }
  std::vector<py::ssize_t> points;
  for (auto& a : memory.axes) {
    points.push_back(static_cast<py::ssize_t>(a.times.size()));
    axes[py::str(a.declared.name)] =
        py::make_tuple(array_of(std::move(a.times), {points.back()}),
                       described({{"axis", std::string("T")}}, a.declared.unit, a.declared.long_name));
  }
  for (auto& v : memory.variables) {
    std::vector<std::string> names = v.declared.dimensions;
    std::vector<py::ssize_t> shape;
    for (const auto& name : names) shape.push_back(sizes.at(name));
    if (v.declared.axis >= 0) {
      const auto axis = static_cast<std::size_t>(v.declared.axis);
      names.insert(names.begin(), memory.axes[axis].declared.name);
      shape.insert(shape.begin(), points[axis]);
    } else if (v.numbers.empty()) {  // never written
      v.numbers.assign(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()), NAN);
    }
    variables[py::str(v.declared.name)] =
        py::make_tuple(names, typed(std::move(v.numbers), v.declared.type, shape),
                       described(v.declared.attributes, v.declared.unit, v.declared.long_name));
  }
  out["dimensions"] = dimensions;
  out["axes"] = axes;
  out["variables"] = variables;
  out["attributes"] = attributes_of(memory.attributes);
  return out;
}

}  // namespace neurode::python
