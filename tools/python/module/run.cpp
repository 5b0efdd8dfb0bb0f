// Runs in process.
#include "neurode/run/estimate.hpp"
#include "neurode/run/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bindings.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/machine.hpp"

namespace neurode::python {

bool Interrupt::operator()() {
  constexpr std::chrono::milliseconds kPause{50}, kShort{1};
  constexpr int kMostCalls = 64;  // a look at the clock may cost as much as a step of a small system
  State& s = *state_;
  if (s.noted) return true;
  if (--s.calls_left > 0) return false;
  const auto now = std::chrono::steady_clock::now();
  s.calls = now - s.called < kShort ? std::min(2 * s.calls, kMostCalls) : 1;
  s.calls_left = s.calls;
  s.called = now;
  if (now - s.looked < kPause) return false;
  s.looked = now;
  const py::gil_scoped_acquire gil;
  s.noted = PyErr_CheckSignals() != 0;
  return s.noted;
}

void raise_if_interrupted() {
  if (PyErr_Occurred()) throw py::error_already_set();
}

namespace {

/// A scenario made ready to run.
class Run {
 public:
  explicit Run(const Given& given) : given_(given) { prepare(); }

  py::dict to_memory(const py::object& progress, double seconds) {
    refuse_large();
    record::Memory memory;
    py::dict outcome = watched(progress, seconds,
                               [&](const run::RunHooks& hooks) { return run::simulate(*prepared_, hooks, memory); });
    outcome["result"] = dict_of(std::move(memory));
    return outcome;
  }

  py::dict to_file(const std::string& file, bool overwrite, const py::object& progress, double seconds) {
    if (file.find('\0') != std::string::npos) throw py::value_error("output: a file's name holds no U+0000");
    record::check_writable(file, overwrite);
    if (!given_.file.allowed.large) run::check_file_size(*prepared_, file);
    return watched(progress, seconds,
                   [&](const run::RunHooks& hooks) { return run::simulate(*prepared_, file, overwrite, hooks); });
  }

 private:
  void prepare() {
    const py::gil_scoped_release free;
    prepared_ = run::prepare(given_.file, given_.overrides);
  }

  void refuse_large() const {
    if (given_.file.allowed.large) return;
    const auto& time = prepared_->scenario.time;
    const double bytes = prepared_->plan.estimated_bytes(time.end - time.start);
    const Available available = available_memory();
    if (bytes <= available.bytes) return;
    throw ScenarioError({{prepared_->scenario.record.where, "record", "the result is larger than the memory",
                          "about " + size_text(bytes),
                          fmt::format("up to {}: {}; a larger record.every, fewer variables or neurons, or output=FILE",
                                      size_text(available.bytes), available.why),
                          ""}});
  }

  template <class Work>
  py::dict watched(const py::object& progress, double seconds, const Work& work) {
    run::RunHooks hooks;
    bool failed = false;
    if (!progress.is_none()) {
      hooks.progress_seconds = seconds;
      hooks.progress = [&](const run::Progress& p) {
        if (failed) return;
        const py::gil_scoped_acquire gil;
        try {
          progress(p.t, p.start, p.end, p.steps, p.seconds, p.has_loss ? py::cast(p.loss) : py::none());
        } catch (py::error_already_set& e) {
          e.restore();
          failed = true;
        }
      };
    }
    hooks.interrupt = [&, stop = Interrupt()]() mutable { return failed || stop(); };
    run::Summary s;
    {
      const py::gil_scoped_release free;
      s = work(hooks);
    }
    const auto& r = s.result;
    py::dict out;
    out["outcome"] = std::string(integrate::outcome_name(r.outcome));
    out["succeeded"] = integrate::succeeded(r.outcome);
    out["message"] = r.message;
    out["advice"] = integrate::succeeded(r.outcome) ? "" : std::string(integrate::outcome_advice(r.outcome));
    out["time"] = r.t;
    if (PyErr_Occurred()) {  // handed over, so that what was computed is not lost with it
      py::error_already_set raised;
      out["raised"] = raised.value();
    }
    return out;
  }

  Given given_;
  std::unique_ptr<run::Prepared> prepared_;
};

}  // namespace

void define_run(py::module_& m) {
  py::class_<Run>(m, "Run", "A scenario made ready; each run takes a new one.")
      .def(py::init<const Given&>(), py::arg("scenario"))
      .def("to_memory", &Run::to_memory, py::arg("progress"), py::arg("seconds"))
      .def("to_file", &Run::to_file, py::arg("file"), py::arg("overwrite"), py::arg("progress"), py::arg("seconds"));
}

}  // namespace neurode::python
