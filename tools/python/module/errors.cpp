// C++ errors as the exceptions of neurode.errors, with their fields.
#include "neurode/core/errors.hpp"

#include "bindings.hpp"

namespace neurode::python {

namespace {

py::object told(const Diagnostic& d) {
  return py::module_::import("neurode.errors")
      .attr("Diagnostic")(d.where.file, d.where.line, d.where.column, d.key, d.problem, d.found, d.allowed,
                          d.suggestion);
}

void raise(const char* type, const py::tuple& arguments) {
  if (PyErr_Occurred()) return;  // Ctrl-C, which this is but a consequence of
  const py::object made = py::module_::import("neurode.errors").attr(type)(*arguments);
  PyErr_SetObject(py::type::of(made).ptr(), made.ptr());
}

void translate(std::exception_ptr p) {
  try {
    if (p) std::rethrow_exception(p);
  } catch (const ScenarioError& e) {
    py::list diagnostics;
    if (PyErr_Occurred()) return;
    for (const auto& d : e.diagnostics()) diagnostics.append(told(d));
    raise("ScenarioError", py::make_tuple(e.what(), diagnostics));
  } catch (const FileError& e) {
    raise("FileError", py::make_tuple(e.what(), e.path()));
  } catch (const NumericalError& e) {
    raise("NumericalError", py::make_tuple(e.what()));
  } catch (const UsageError& e) {
    raise("UsageError", py::make_tuple(e.what()));
  } catch (const Error& e) {
    raise("Error", py::make_tuple(e.what()));
  }
}

}  // namespace

void define_errors(py::module_&) { py::register_exception_translator(translate); }

}  // namespace neurode::python
