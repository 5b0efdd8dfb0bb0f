// `@` options: those of the integration become keys of the scenario, the others are left out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "import/model.hpp"
#include "neurode/core/value.hpp"

namespace neurode::importing {

namespace {

/// XPPAUT goes by the first letter of a method's name.
struct Method {
  char letter;
  const char* theirs;
  const char* ours;
  bool adaptive;
  const char* otherwise;  ///< where the model has delays or events; null: the same
  bool exact;             ///< not the same method: say so
};
constexpr std::array kMethods{
    Method{'a', "adams", "adams_bashforth_moulton", false, "rk4", true},
    Method{'b', "backeul", "implicit_euler", false, nullptr, true},
    Method{'c', "cvode", "cvode_bdf", true, "rodas5p", true},
    Method{'e', "euler", "euler", false, nullptr, true},
    Method{'g', "gear", "cvode_bdf", true, "rodas5p", true},
    Method{'m', "modeuler", "heun", false, nullptr, true},
    Method{'q', "qualrk", "dopri5", true, nullptr, false},
    Method{'r', "rungekutta", "rk4", false, nullptr, true},
    Method{'s', "stiff", "rodas5p", true, nullptr, false},
    Method{'v', "volterra", "rk4", false, nullptr, false},
    Method{'y', "ymp", "rk4", false, nullptr, false},
    Method{'2', "2rb", "rosenbrock23", true, nullptr, true},
    Method{'5', "5dp", "dopri5", true, nullptr, true},
    Method{'8', "83dp", "dop853", true, nullptr, true},
};

/// The options read here, by how XPPAUT abbreviates them.
constexpr std::array kRead{"total", "dtmin", "dtmax", "dt", "nout", "njmp", "t0", "meth", "tol", "atol", "seed"};

class Options {
 public:
  Options(const OdeFile& file, const Model& model, Diagnostics& diagnostics, std::vector<Remark>& remarks)
      : model_(model), diagnostics_(diagnostics), remarks_(remarks) {
    for (const auto& s : file.statements) {
      if (s.kind == Statement::Kind::option) take(s);
    }
    tell();
  }

  Settings run() {
    Settings out;
    const double dt = std::fabs(number("dt", 0.05)), total = number("total", 20);
    out.start = number("t0", 0);
    if (total <= 0 || dt <= 0 || number("dt", 0.05) < 0) {
      const Statement* s = total <= 0 ? read_["total"] : read_["dt"];
      diagnostics_.add({s->value.at(0), "", fmt::format("\"{}\" must be > 0: neurode integrates forwards", s->name),
                        s->value.text, "", ""});
    }
    if (out.start != 0) out.time.emplace_back("start", rounded(out.start));
    out.time.emplace_back("end", rounded(out.start + total));
    const double every = std::max(1.0, number(read_.count("nout") > 0 ? "nout" : "njmp", 1));
    out.every = rounded(dt * every);
    method(out, dt);
    if (read_.count("seed") > 0) out.seed = fmt::format("{:.0f}", std::fabs(std::floor(number("seed", 0))));
    return out;
  }

 private:
  void take(const Statement& s) {
    const std::string name = lower(s.name);
    if (name.starts_with("trans")) {
      remarks_.push_back(
          {s.where, fmt::format("left out: trans={}: the scenario records from the start", s.value.text)});
      return;
    }
    if (name.starts_with("delay")) {
      remarks_.push_back(
          {s.where, fmt::format("left out: delay={}: neurode finds the longest delay itself", s.value.text)});
      return;
    }
    if (name.starts_with("bound")) {
      const std::string what = "left out: {}={}: nothing bounds the states; [time] takes a condition stop.when";
      remarks_.push_back({s.where, fmt::format(fmt::runtime(what), s.name, s.value.text)});
      return;
    }
    for (const std::string_view option : kRead) {
      if (!name.starts_with(option)) continue;
      read_[std::string(option)] = &s;
      return;
    }
    left_out_.push_back(&s);
  }

  /// One remark a line of the file.
  void tell() {
    for (std::size_t i = 0; i < left_out_.size();) {
      const Statement& first = *left_out_[i];
      std::string list;
      for (; i < left_out_.size() && left_out_[i]->where.line == first.where.line; ++i) {
        const Statement& s = *left_out_[i];
        list += fmt::format("{}{}{}", list.empty() ? "" : ", ", s.name, s.value.empty() ? "" : "=" + s.value.text);
      }
      remarks_.push_back({first.where, fmt::format("left out: what is for XPPAUT's plots and analyses: {}", list)});
    }
  }

  double number(const std::string& option, double standard) {
    const auto it = read_.find(option);
    if (it == read_.end()) return standard;
    const Line& value = it->second->value;
    const LeadingNumber n = leading_number(value);
    if (!n.whole || !std::isfinite(n.value)) {
      diagnostics_.add({value.at(0), "", fmt::format("\"{}\" must be a number", it->second->name),
                        fmt::format("\"{}\"", value.text), "", ""});
      return standard;
    }
    return n.value;
  }

  void method(Settings& out, double dt) {
    const auto given = read_.find("meth");
    const Statement* s = given == read_.end() ? nullptr : given->second;
    const std::string name = s == nullptr ? "rungekutta" : lower(s->value.text);
    std::string letter = name.substr(0, 1);
    if (name.starts_with("dp5") || name.starts_with("dp4")) letter = "5";
    if (name.starts_with("dp8")) letter = "8";
    const auto m = std::find_if(kMethods.begin(), kMethods.end(),
                                [&](const Method& x) { return letter == std::string(1, x.letter); });
    if (m == kMethods.end()) {
      std::vector<std::string> names;
      for (const auto& x : kMethods) names.emplace_back(x.theirs);
      diagnostics_.add({s->value.at(0), "",
                        fmt::format("the method \"{}\" has no counterpart in neurode", s->value.text), "",
                        quoted_list(names), ""});
      return;
    }
    const bool other = m->otherwise != nullptr && (model_.delayed || !model_.threshold.empty());
    std::string ours = other ? m->otherwise : m->ours;
    bool adaptive = m->adaptive;
    if (model_.noisy) {
      ours = "euler_maruyama";
      adaptive = false;
    }
    const bool same = m->exact && !other && (!model_.noisy || m->letter == 'e');
    if (!same && s != nullptr) {
      const char* why = model_.noisy ? ", for white noise" : other ? ", which takes delays and events" : "";
      remarks_.push_back({s->where, fmt::format("changed: the method \"{}\" is {}{}", s->value.text, ours, why)});
    }
    out.integrator.emplace_back("method", quoted_text(ours));
    if (adaptive) return tolerances(out);
    out.integrator.emplace_back("dt", rounded(dt));
    for (const char* option : {"tol", "atol", "dtmin", "dtmax"}) {
      if (read_.count(option) > 0) {
        remarks_.push_back({read_[option]->where, fmt::format("left out: {}={}: the step is fixed", read_[option]->name,
                                                              read_[option]->value.text)});
      }
    }
  }

  void tolerances(Settings& out) {
    static constexpr std::array<std::pair<const char*, const char*>, 4> kKeys{
        {{"tol", "rtol"}, {"atol", "atol"}, {"dtmin", "dt_min"}, {"dtmax", "dt_max"}}};
    for (const auto& [theirs, ours] : kKeys) {
      if (read_.count(theirs) == 0) continue;
      const double x = number(theirs, 1);
      if (x > 0) out.integrator.emplace_back(ours, number_text(x));
    }
  }

  const Model& model_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  std::map<std::string, const Statement*> read_;
  std::vector<const Statement*> left_out_;
};

}  // namespace

Settings read_options(const OdeFile& file, const Model& model, Diagnostics& diagnostics, std::vector<Remark>& remarks) {
  return Options(file, model, diagnostics, remarks).run();
}

}  // namespace neurode::importing
