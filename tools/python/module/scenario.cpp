// Python objects as scenarios.
#include <fmt/format.h>

#include <cstring>

#include "bindings.hpp"
#include "neurode/scenario/edit.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::python {

namespace {

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;

/// The array's own numbers; whoever lets go of them last may be without the GIL.
Array array_of(const Numbers& a) {
  Array out;
  out.shape.assign(a.shape(), a.shape() + a.ndim());
  auto* owner = new Numbers(a);
  out.numbers = std::shared_ptr<const double>(a.data(), [owner](const double*) {
    const py::gil_scoped_acquire gil;
    delete owner;
  });
  return out;
}

}  // namespace

Given given(const std::string& path, const std::optional<std::string>& text, const py::dict& arrays, bool allow_outside,
            bool allow_large, std::vector<std::string> overrides) {
  Given out{{path, {allow_outside ? Reach::anywhere : Reach::folder, allow_large}}, std::move(overrides)};
  out.file.text = text;
  auto named = std::make_shared<Arrays>();
  for (const auto& [name, a] : arrays) named->emplace(py::cast<std::string>(name), array_of(py::cast<Numbers>(a)));
  if (!named->empty()) out.file.arrays = std::move(named);
  return out;
}

Value value_of(py::handle object, const std::string& key) {
  Value v;
  v.key = key;
  if (object.is_none()) throw py::type_error(key + ": None is no value of a scenario; leave the key out");
  if (py::isinstance<py::bool_>(object)) {
    v.data = py::cast<bool>(object);
  } else if (py::isinstance<py::int_>(object)) {
    int overflow = 0;
    const long long whole = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
    if (overflow != 0) throw py::value_error(key + ": an integer of more than 64 bits");
    v.data = static_cast<std::int64_t>(whole);
  } else if (py::isinstance<py::float_>(object)) {
    v.data = py::cast<double>(object);
  } else if (py::isinstance<py::str>(object)) {
    const char* text = PyUnicode_AsUTF8(object.ptr());
    if (!text) throw py::error_already_set();
    v.data = std::string(text, std::strlen(text));
  } else if (py::isinstance<py::dict>(object)) {
    v.data = Value::Table{};
    for (const auto& [name, entry] : py::reinterpret_borrow<py::dict>(object)) {
      if (!py::isinstance<py::str>(name)) throw py::type_error(key + ": keys are strings");
      const auto text = py::cast<std::string>(name);
      v.table().emplace_back(text, value_of(entry, key.empty() ? key_text(text) : key + "." + key_text(text)));
    }
  } else if (py::isinstance<py::list>(object) || py::isinstance<py::tuple>(object)) {
    v.data = Value::List{};
    for (const auto& entry : py::reinterpret_borrow<py::sequence>(object)) v.list().push_back(value_of(entry, key));
  } else {
    throw py::type_error(
        fmt::format("{}: {} is no value of a scenario; allowed: bool, int, float, str, list, dict, arrays of numbers",
                    key.empty() ? "the scenario" : key, py::cast<std::string>(py::str(py::type::of(object)))));
  }
  return v;
}

void define_scenario(py::module_& m) {
  py::class_<Given>(m, "Given")
      .def(py::init(&given), py::arg("path"), py::arg("text"), py::arg("arrays"), py::arg("allow_outside"),
           py::arg("allow_large"), py::arg("overrides"));
  m.def(
      "toml_of", [](const py::dict& tree) { return scenario::to_toml(value_of(tree, "")); }, py::arg("tree"),
      "A scenario's tree as TOML text.");
  m.def(
      "toml_value", [](const py::object& value, const std::string& key) { return value_of(value, key).to_toml(); },
      py::arg("value"), py::arg("key"), "A value as TOML writes it on one line.");
}

}  // namespace neurode::python
