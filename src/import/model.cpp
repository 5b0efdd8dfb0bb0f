#include "import/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "import/names.hpp"
#include "import/resolver.hpp"
#include "neurode/core/value.hpp"

namespace neurode::importing {

using Kind = Statement::Kind;

namespace {

class Maker {
 public:
  Maker(const OdeFile& file, const Names& names, Resolver& resolver, Diagnostics& diagnostics,
        std::vector<Remark>& remarks)
      : file_(file), names_(names), resolver_(resolver), diagnostics_(diagnostics), remarks_(remarks) {}

  Model run() {
    for (const auto& s : file_.statements) statement(s);
    if (std::none_of(model_.equations.begin(), model_.equations.end(), [](const auto& e) { return e.is_rate; }) &&
        diagnostics_.empty()) {
      const Location where = file_.statements.empty() ? Location{} : file_.statements[0].where;
      diagnostics_.add(
          {where, "", "the file has no differential equation", "", "NAME'=FORMULA or dNAME/dt=FORMULA", ""});
    }
    order();
    model_.past = resolver_.delayed();
    model_.delayed = !model_.past.empty();
    model_.noisy = resolver_.noisy();
    for (const auto& [name, value] : names_.constants()) values_[name] = value;
    for (const auto& e : model_.equations) {
      if (e.is_rate || e.value == nullptr) continue;
      if (const auto v = evaluate(e.value, values_)) values_[e.name] = *v;
    }
    initial();
    for (const auto& s : file_.statements) {
      if (s.kind == Kind::only) only(s);
    }
    return std::move(model_);
  }

 private:
  void statement(const Statement& s) {
    const Names::Entry* e = names_.find(s.name);
    const bool mine = e != nullptr && e->statement == &s;  // not one defined twice
    switch (s.kind) {
      case Kind::parameter:
      case Kind::number:
        if (mine) parameter(s, e->spelled);
        break;
      case Kind::derived:
      case Kind::fixed:
      case Kind::rate:
        if (mine)
          model_.equations.push_back(
              {e->spelled, s.kind == Kind::rate, resolver_.formula(s.value), s.comments, s.remark});
        break;
      case Kind::auxiliary:
        auxiliary(s);
        break;
      case Kind::function:
        resolver_.check_function(s);
        break;
      case Kind::preset:
        preset(s);
        break;
      case Kind::unknown:
        remarks_.push_back({s.where, fmt::format("left out: \"{}\", {}", s.name, s.reason)});
        break;
      default:
        break;
    }
  }

  double number_of(const Statement& s) {
    const LeadingNumber n = leading_number(s.value);
    if (!n.whole && !s.value.empty()) {
      remarks_.push_back({s.value.at(0), fmt::format("note: \"{}\" is {}, as XPPAUT reads it: up to the number's end",
                                                     s.value.text, number_text(n.value))});
    }
    if (!std::isfinite(n.value)) {
      diagnostics_.add(
          {s.value.at(0), "", fmt::format("the value of \"{}\" must be finite", s.name), s.value.text, "", ""});
    }
    return n.value;
  }

  void parameter(const Statement& s, const std::string& name) {
    model_.parameters.push_back({name, number_of(s), s.comments, s.remark});
    if (s.kind == Kind::number) model_.parameters.back().comments.emplace_back("XPPAUT has it as a fixed number:");
  }

  void auxiliary(const Statement& s) {
    const std::string& name = names_.auxiliary(s.name);
    const std::size_t before = diagnostics_.size();
    const bool noisy = resolver_.noisy();
    const Tree value = resolver_.formula(s.value);
    if (value == nullptr || name.empty() || diagnostics_.size() != before) return;
    const bool noise = !noisy && resolver_.noisy();
    bool mentions_noise = noise;
    walk(value, [&](const Expression& e) {
      mentions_noise = mentions_noise || (e.kind == Expression::Kind::name && e.text.starts_with("xi_"));
    });
    if (mentions_noise) {
      remarks_.push_back({s.where, fmt::format("left out: \"{}\": white noise has no value at a time", s.name)});
      return;
    }
    const Names::Entry* same = names_.find(s.name);
    if (same != nullptr && value->kind == Expression::Kind::name && value->text == same->spelled) {
      if (same->kind != Kind::rate) model_.recorded.push_back(same->spelled);
      return;
    }
    model_.equations.push_back({name, false, value, s.comments, s.remark});
    model_.recorded.push_back(name);
  }

  void preset(const Statement& s) {
    Model::Preset out;
    out.name = s.name;
    std::string others;
    for (const auto& [name, value] : split_list(s.value)) {
      const Names::Entry* e = names_.find(name.text);
      const double x = leading_number(value).value;
      if (e != nullptr && (e->kind == Kind::parameter || e->kind == Kind::number)) {
        out.parameters.emplace_back(e->spelled, x);
      } else if (e != nullptr && e->kind == Kind::rate) {
        out.initial.emplace_back(e->spelled, x);
      } else {
        others += (others.empty() ? "" : ", ") + name.text;
      }
    }
    if (!others.empty()) remarks_.push_back({s.where, fmt::format("left out: of the set \"{}\": {}", s.name, others)});
    if (!out.parameters.empty() || !out.initial.empty()) model_.presets.push_back(std::move(out));
  }

  /// XPPAUT evaluates NAME=FORMULA from the top; neurode in whatever order they need, if there is one.
  void order() {
    for (std::size_t i = 0; i < model_.equations.size(); ++i) {
      const auto& e = model_.equations[i];
      if (e.is_rate || e.value == nullptr) continue;
      for (std::size_t k = i; k < model_.equations.size(); ++k) {
        const auto& later = model_.equations[k];
        if (later.is_rate || !mentions(e.value, later.name)) continue;
        if (reaches(later.name, e.name, 0)) {
          diagnostics_.add({e.value->where, "", fmt::format("\"{}\" depends on itself", e.name), "",
                            "formulas of states, parameters and what stands above", ""});
        } else {
          remarks_.push_back(
              {e.value->where, fmt::format("note: \"{}\" uses \"{}\", which is defined below: XPPAUT takes "
                                           "its value from the evaluation before, neurode that of now",
                                           e.name, later.name)});
        }
      }
    }
  }

  bool reaches(const std::string& from, const std::string& to, std::size_t depth) const {
    if (from == to) return true;
    if (depth > model_.equations.size()) return false;
    for (const auto& e : model_.equations) {
      if (e.is_rate || e.value == nullptr || e.name != from) continue;
      bool found = false;
      walk(e.value, [&](const Expression& x) {
        found = found || (x.kind == Expression::Kind::name && x.text != from && is_definition(x.text) &&
                          reaches(x.text, to, depth + 1));
      });
      return found;
    }
    return false;
  }

  bool is_definition(const std::string& name) const {
    return std::any_of(model_.equations.begin(), model_.equations.end(),
                       [&](const auto& e) { return !e.is_rate && e.name == name; });
  }

  void initial() {
    std::unordered_map<std::string, const Statement*> last;
    std::set<std::string> formula;
    for (const auto& s : file_.statements) {
      if (s.kind != Kind::initial) continue;
      const Names::Entry* e = names_.find(s.name);
      if (e == nullptr || e->kind != Kind::rate) {
        if (e != nullptr && e->kind == Kind::unknown) continue;
        std::vector<std::string> states;
        for (const auto& q : model_.equations) {
          if (q.is_rate) states.push_back(q.name);
        }
        diagnostics_.add({s.where, "", fmt::format("\"{}\" has no differential equation", s.name), "",
                          "initial values of " + quoted_list(states), nearest_name(s.name, states)});
        continue;
      }
      last[e->spelled] = &s;
    }
    for (const auto& e : model_.equations) {
      if (!e.is_rate) continue;
      const auto it = last.find(e.name);
      const double value = it == last.end() ? 0 : initial_value(e.name, *it->second);
      model_.initial.emplace_back(e.name, value);
      // XPPAUT's past is 0 unless NAME(0)= gives it, whatever `init` says.
      const bool given =
          std::any_of(model_.history.begin(), model_.history.end(), [&](auto& h) { return h.first == e.name; });
      const bool written = it != last.end() && written_as_formula_.count(e.name) > 0;
      if (model_.past.count(e.name) > 0 && !given && !written && value != 0) model_.history.emplace_back(e.name, "0");
    }
  }

  double initial_value(const std::string& state, const Statement& s) {
    const LeadingNumber n = leading_number(s.value);
    const bool formula = is_formula(s);
    if (lower(s.value.text).find("ran(") != std::string::npos) return drawn(state, s);
    if (formula) written_as_formula_.insert(state);
    if (n.whole || !formula) return number_of(s);
    const Tree value = resolver_.formula(s.value);
    if (value == nullptr) return 0;
    std::unordered_map<std::string, Tree> numbers;
    for (const auto& [name, x] : values_) numbers[name] = number(x, s.where);
    const Tree of_time = replaced(value, numbers);
    if (mentions(of_time, "t") && model_.past.count(state) > 0) model_.history.emplace_back(state, to_text(of_time));
    auto at_start = values_;
    at_start["t"] = start();
    const auto v = evaluate(value, at_start);
    if (!v || !std::isfinite(*v)) {
      diagnostics_.add({s.value.at(0), "", fmt::format("the initial value of \"{}\" is no number", s.name),
                        fmt::format("\"{}\"", s.value.text), "a number, or a formula of parameters and t", ""});
      return 0;
    }
    return *v;
  }

  /// A formula with one ran(c) that is straight in it: uniform between what its ends give.
  double drawn(const std::string& state, const Statement& s) {
    const Tree value = resolver_.initial_formula(s.value);
    if (value == nullptr) return 0;
    auto values = values_;
    values["t"] = start();
    std::size_t calls = 0;
    walk(value, [&](const Expression& e) { calls += e.kind == Expression::Kind::name && e.text == "ran" ? 1 : 0; });
    double at[3] = {0, 0, 0};
    bool good = calls == 1;
    for (int k = 0; k < 3; ++k) {
      values["ran"] = 0.5 * k;
      const auto v = evaluate(value, values);
      good = good && v && std::isfinite(*v);
      at[k] = v.value_or(0);
    }
    const double middle = 0.5 * (at[0] + at[2]), size = std::fabs(at[0]) + std::fabs(at[2]);
    if (!good || std::fabs(at[1] - middle) > 1e-12 * size) {
      diagnostics_.add({s.value.at(0), "", fmt::format("the initial value of \"{}\" is no uniform distribution", state),
                        fmt::format("\"{}\"", s.value.text), "one ran(c), with factors and summands known beforehand",
                        ""});
      return 0;
    }
    model_.drawn.emplace_back(state, std::minmax(at[0], at[2]));
    return middle;
  }

  /// NAME(0)=... , in contrast to init NAME=...
  bool is_formula(const Statement& s) const { return s.arguments == std::vector<std::string>{"0"}; }

  double start() const {
    double t0 = 0;
    for (const auto& s : file_.statements) {
      if (s.kind == Kind::option && lower(s.name).starts_with("t0")) t0 = leading_number(s.value).value;
    }
    return t0;
  }

  void only(const Statement& s) {
    if (model_.records_states) model_.recorded.clear();
    model_.records_states = false;
    const Names::Entry* e = names_.find(s.name);
    if (lower(s.name) == "t") return;
    const std::string& aux = names_.auxiliary(s.name);
    if (!aux.empty()) {
      model_.recorded.push_back(aux);
    } else if (e != nullptr && (e->kind == Kind::rate || e->kind == Kind::fixed)) {
      model_.recorded.push_back(e->spelled);
    } else {
      remarks_.push_back(
          {s.where, fmt::format("left out: \"only {}\": nothing that could be recorded is called so", s.name)});
    }
  }

  const OdeFile& file_;
  const Names& names_;
  Resolver& resolver_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  std::unordered_map<std::string, double> values_;
  std::set<std::string> written_as_formula_;
  Model model_;
};

}  // namespace

Model make_model(const OdeFile& file, const Names& names, Resolver& resolver, Diagnostics& diagnostics,
                 std::vector<Remark>& remarks) {
  return Maker(file, names, resolver, diagnostics, remarks).run();
}

std::string rounded(double x) { return number_text(std::stod(fmt::format("{:.15g}", x))); }

}  // namespace neurode::importing
