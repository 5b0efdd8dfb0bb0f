// neurode analyze and neurode compare.
#include "neurode/study/study.hpp"

#include "bindings.hpp"
#include "neurode/compare/compare.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::python {

namespace {

py::dict analyze(const std::string& name, const Given& scenario, const py::dict& parameters) {
  const auto* entry = find_entry(study::studies(), name);
  if (!entry) {
    Diagnostic d;
    d.problem = "there is no study \"" + name + "\"";
    d.allowed = quoted_list(entry_names(study::studies()));
    d.suggestion = nearest_name(name, entry_names(study::studies()));
    throw UsageError(d.format());
  }
  study::Request request{scenario.file, scenario.overrides, {}, Interrupt()};
  Diagnostics diagnostics;
  request.parameters = read_parameters(entry->parameters, value_of(parameters, ""), "analyze " + name, diagnostics);
  diagnostics.throw_if_any();
  study::Findings found;
  {
    const py::gil_scoped_release free;
    found = entry->run(request);
  }
  raise_if_interrupted();
  py::dict out = dict_of(study::as_result(found));
  out["complete"] = found.complete;
  out["notes"] = found.notes;
  out["table"] = study::table_text(found);
  return out;
}

py::list list_studies() {
  py::list out;
  for (const auto& entry : study::studies()) {
    py::dict parameters;
    for (const auto& spec : entry.parameters) parameters[py::str(spec.name)] = spec.help;
    out.append(py::make_tuple(entry.name, entry.summary, parameters));
  }
  return out;
}

py::dict compare_integrators(const Given& scenario, const py::dict& options) {
  compare::Request request;
  request.scenario = scenario.file;
  request.overrides = scenario.overrides;
  const auto take = [&]<class T>(const char* name, T& into) {
    if (options.contains(name)) into = py::cast<T>(options[name]);
  };
  take("integrators", request.integrators);
  take("loosest", request.loosest);
  take("finest", request.finest);
  take("steps", request.steps);
  take("repeat", request.repeat);
  take("jobs", request.jobs);
  take("time_limit", request.time_limit);
  take("reference_method", request.reference_method);
  take("reference_rtol", request.reference_rtol);
  take("accuracy", request.accuracy);
  compare::Comparison c;
  {
    const py::gil_scoped_release free;
    c = compare::run(
        request, [](const std::string&, std::size_t, std::size_t) {}, Interrupt());
  }
  raise_if_interrupted();
  py::dict out = dict_of(compare::as_result(c));
  out["table"] = compare::table_text(c);
  return out;
}

}  // namespace

void define_studies(py::module_& m) {
  m.def("analyze", &analyze, py::arg("study"), py::arg("scenario"), py::arg("parameters"));
  m.def("studies", &list_studies);
  m.def("compare", &compare_integrators, py::arg("scenario"), py::arg("options"));
}

}  // namespace neurode::python
