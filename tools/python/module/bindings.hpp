#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/core/value.hpp"
#include "neurode/record/memory.hpp"

namespace neurode::python {

namespace py = pybind11;

/// What Python hands over of a scenario: (name, text or None, {name: array}, allow_outside, allow_large, [KEY=VALUE]).
struct Given {
  ScenarioFile file;
  std::vector<std::string> overrides;
};
Given given(const std::string& path, const std::optional<std::string>& text, const py::dict& arrays, bool allow_outside,
            bool allow_large, std::vector<std::string> overrides);

/// A Python object (None, bool, int, float, str, list, tuple, dict) as a value of a scenario.
/// @throws py::type_error that names the key
Value value_of(py::handle object, const std::string& key);

/// {"dimensions", "axes", "variables", "attributes"}, the numbers as NumPy arrays that own what was in `memory`.
py::dict dict_of(record::Memory&& memory);

/// Has Python been told to stop (Ctrl-C)? Looks every 50 ms or so. Call it without the GIL. Copies are told alike.
class Interrupt {
 public:
  bool operator()();

 private:
  struct State {
    bool noted = false;
    int calls_left = 0, calls = 1;
    std::chrono::steady_clock::time_point called = std::chrono::steady_clock::now(), looked = called;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};
/// With the GIL: raises what was noted.
void raise_if_interrupted();

void define_errors(py::module_& m);
void define_scenario(py::module_& m);
void define_run(py::module_& m);
void define_system(py::module_& m);
void define_studies(py::module_& m);

}  // namespace neurode::python
