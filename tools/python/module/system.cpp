// The right-hand side and its products as NumPy calls.
#include "neurode/dynamics/system.hpp"

#include <fmt/format.h>

#include "bindings.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::python {

namespace {

using Numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;

class PySystem {
 public:
  explicit PySystem(const Given& given) {
    {
      const py::gil_scoped_release free;
      prepared_ = run::prepare(given.file, given.overrides);
    }
    const char* what = system().delays()  ? "delays"
                       : system().noise() ? "noise"
                       : system().jumps() ? "spikes"
                                          : nullptr;
    if (what)
      throw UsageError(fmt::format("the scenario has {}: it is no ordinary differential equation x' = F(t, x)", what));
  }

  System& system() { return *prepared_->problem.system; }
  const StateLayout& layout() { return system().layout(); }
  Index size() { return system().size(); }

  Numbers vector(const py::handle& given, const char* name) {
    auto x = Numbers::ensure(given);
    if (!x) throw py::type_error(fmt::format("{}: not an array of real numbers", name));
    if (x.ndim() != 1 || x.shape(0) != size()) {
      std::string shape;
      for (py::ssize_t k = 0; k < x.ndim(); ++k) shape += fmt::format("{}{}", k > 0 ? ", " : "", x.shape(k));
      throw py::value_error(fmt::format("{}: shape ({}); the state has {} elements", name, shape, size()));
    }
    return x;
  }

  py::array rhs(double t, const py::object& state) {
    const Numbers x = vector(state, "x");
    py::array_t<double> out(size());
    system().rhs(t, x.data(), out.mutable_data());
    return out;
  }
  py::array jvp(double t, const py::object& state, const py::object& direction) {
    const Numbers x = vector(state, "x"), v = vector(direction, "v");
    py::array_t<double> out(size());
    system().jvp(t, x.data(), v.data(), out.mutable_data());
    return out;
  }
  py::array vjp(double t, const py::object& state, const py::object& direction) {
    const Numbers x = vector(state, "x"), u = vector(direction, "u");
    py::array_t<double> out(size());
    system().vjp(t, x.data(), u.data(), out.mutable_data());
    return out;
  }
  py::array jacobian(double t, const py::object& state) {
    const Numbers x = vector(state, "x");
    Matrix j(size(), size());
    system().jacobian(t, x.data(), j);
    py::array_t<double> out({size(), size()});
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(out.mutable_data(), size(),
                                                                                       size()) = j;
    return out;
  }
  /// (values, rows, starts of columns), or None where any element may differ from 0.
  py::object sparse_jacobian(double t, const py::object& state) {
    const Numbers x = vector(state, "x");
    const Sparsity* s = system().sparsity();
    if (!s) return py::none();
    py::array_t<double> values(s->nonzeros());
    system().sparse_jacobian(t, x.data(), values.mutable_data());
    return py::make_tuple(values, py::array_t<int>(s->nonzeros(), s->row.data()),
                          py::array_t<int>(static_cast<py::ssize_t>(s->start.size()), s->start.data()));
  }

  py::array initial() {
    const Vector& x = prepared_->problem.initial;
    return py::array_t<double>(x.size(), x.data());
  }
  py::tuple span() const { return py::make_tuple(prepared_->scenario.time.start, prepared_->scenario.time.end); }
  std::string time_unit() const { return prepared_->network->time_unit; }
  std::vector<double> breakpoints(double from, double to) { return system().breakpoints(from, to); }
  std::string describe(Index element) {
    if (element < 0 || element >= size()) throw py::index_error(fmt::format("the state has {} elements", size()));
    return layout().describe(element);
  }
  py::list slices() {
    py::list out;
    for (const auto& s : layout().slices()) {
      out.append(py::make_tuple(s.name, s.offset, s.rows, s.cols, std::string(block_name(s.block)), s.unit, s.long_name,
                                s.row_dimension, s.col_dimension));
    }
    return out;
  }

 private:
  std::unique_ptr<run::Prepared> prepared_;
};

}  // namespace

void define_system(py::module_& m) {
  py::class_<PySystem>(m, "System")
      .def(py::init<const Given&>(), py::arg("scenario"))
      .def("rhs", &PySystem::rhs, py::arg("t"), py::arg("x"))
      .def("jvp", &PySystem::jvp, py::arg("t"), py::arg("x"), py::arg("v"))
      .def("vjp", &PySystem::vjp, py::arg("t"), py::arg("x"), py::arg("u"))
      .def("jacobian", &PySystem::jacobian, py::arg("t"), py::arg("x"))
      .def("sparse_jacobian", &PySystem::sparse_jacobian, py::arg("t"), py::arg("x"))
      .def("initial", &PySystem::initial)
      .def("span", &PySystem::span)
      .def("time_unit", &PySystem::time_unit)
      .def("breakpoints", &PySystem::breakpoints, py::arg("start"), py::arg("end"))
      .def("describe", &PySystem::describe, py::arg("element"))
      .def("slices", &PySystem::slices)
      .def("__len__", &PySystem::size);
}

}  // namespace neurode::python
