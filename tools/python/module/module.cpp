#include "bindings.hpp"
#include "neurode/record/reader.hpp"
#include "neurode/run/simulate.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The compiled part of neurode; use the functions of the package.";
  m.attr("__version__") = neurode::run::version();
  m.def(
      "is_damaged", [](const std::string& path) { return neurode::record::is_damaged(path); }, pybind11::arg("path"));
  neurode::python::define_errors(m);
  neurode::python::define_scenario(m);
  neurode::python::define_run(m);
  neurode::python::define_system(m);
  neurode::python::define_studies(m);
}
