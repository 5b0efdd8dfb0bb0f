#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "import/model.hpp"
#include "import/names.hpp"
#include "import/resolver.hpp"

namespace neurode::importing {

namespace {

using Kind = Statement::Kind;

struct Assignment {
  Line name;
  Tree value;
};

class Events {
 public:
  Events(const Names& names, Resolver& resolver, const std::string& population, Model& model, Diagnostics& diagnostics,
         std::vector<Remark>& remarks)
      : names_(names),
        resolver_(resolver),
        population_(population),
        model_(model),
        diagnostics_(diagnostics),
        remarks_(remarks) {}

  void take(const Statement& s) {
    const std::size_t before = diagnostics_.size();
    const Tree condition = resolver_.formula(s.condition);
    const auto list = assignments(s.value);
    if (diagnostics_.size() != before || condition == nullptr) return;
    std::vector<Assignment> states, halts;
    std::string others;
    for (const auto& a : list) {
      const Names::Entry* e = names_.find(a.name.text);
      if (e != nullptr && e->kind == Kind::rate) {
        states.push_back(a);
      } else if (lower(a.name.text) == "arret") {
        halts.push_back(a);
      } else {
        others += (others.empty() ? "" : ", ") + a.name.text;
      }
    }
    if (!others.empty()) {
      remarks_.push_back({s.where, fmt::format("left out: an event that changes {}: an event can change states alone, "
                                               "not parameters or the output",
                                               others)});
    }
    const int sign = static_cast<int>(leading_number(s.sign).value);
    if (!halts.empty()) halt(s, condition, sign);
    if (states.empty()) return;
    if (sign == 0) return at_start(s, condition, states);
    if (!model_.threshold.empty()) {
      return leave_out(s, "a second event: a model has one threshold and reset");
    }
    if (std::string reset = reset_text(s, states); !reset.empty()) {
      model_.threshold = crossing(condition, sign);
      model_.reset = std::move(reset);
    }
  }

 private:
  void leave_out(const Statement& s, const std::string& what) { remarks_.push_back({s.where, "left out: " + what}); }

  std::vector<Assignment> assignments(const Line& line) {
    std::vector<Assignment> out;
    for (std::size_t i = 0; i <= line.text.size();) {
      const std::size_t end = std::min(line.text.find(';', i), line.text.size());
      const Line one = line.part(i, end - i);
      i = end + 1;
      if (one.empty()) continue;
      const std::size_t equals = one.text.find('=');
      if (equals == std::string::npos) {
        diagnostics_.add({one.at(0), "", "\"=\" is missing", fmt::format("\"{}\"", one.text), "NAME=FORMULA;...", ""});
        continue;
      }
      const Line name = one.part(0, equals);
      const std::string key = lower(name.text);
      if (names_.find(key) == nullptr && key != "arret" && key != "out_put") {
        diagnostics_.add({name.at(0), "", fmt::format("nothing is called \"{}\" here", name.text), "",
                          "states, arret and out_put", nearest_name(name.text, names_.known())});
      }
      out.push_back({name, resolver_.formula(one.part(equals + 1))});
    }
    return out;
  }

  /// `v - 30`, upwards: v > 30.
  static std::string crossing(const Tree& condition, int sign) {
    const std::string op = sign < 0 ? "<" : ">";
    const bool difference = condition->kind == Expression::Kind::binary && condition->text == "-";
    const Tree right = difference ? condition->arguments[1] : number(0, condition->where);
    return to_text(binary(op, difference ? condition->arguments[0] : condition, right, condition->where));
  }

  /// XPPAUT carries assignments out one after the other. Written here so that it makes no difference whether they are
  /// carried out so or all at once.
  std::string reset_text(const Statement& s, const std::vector<Assignment>& states) {
    std::unordered_map<std::string, Tree> now;
    std::vector<std::string> order;
    for (const auto& a : states) {
      const std::string& state = names_.find(a.name.text)->spelled;
      const Tree value = replaced(a.value, now);
      now[state] = value;
      if (std::find(order.begin(), order.end(), state) == order.end()) order.push_back(state);
    }
    std::string out;
    while (!order.empty()) {
      const auto free = std::find_if(order.begin(), order.end(), [&](const std::string& x) {
        return std::none_of(order.begin(), order.end(),
                            [&](const std::string& y) { return y != x && mentions(now[y], x); });
      });
      if (free == order.end()) {
        leave_out(s, "an event whose assignments exchange states");
        return "";
      }
      out += fmt::format("{}{} = {}", out.empty() ? "" : "; ", *free, to_text(now[*free]));
      order.erase(free);
    }
    return out;
  }

  /// Parameters as numbers, everything else of the population: conditions of a run know no parameters.
  void halt(const Statement& s, const Tree& condition, int sign) {
    if (sign == 0 || !model_.stop.empty()) return leave_out(s, "a condition that ends the run");
    std::unordered_map<std::string, Tree> by;
    for (const auto& [name, value] : names_.constants()) by[name] = number(value, condition->where);
    for (const auto& e : model_.equations) by[e.name] = name(population_ + "." + e.name, condition->where);
    model_.stop = crossing(replaced(condition, by), sign);
  }

  /// `global 0 t {x=...}`: at the first moment.
  void at_start(const Statement& s, const Tree& condition, const std::vector<Assignment>& states) {
    if (condition->kind != Expression::Kind::name || condition->text != "t") {
      return leave_out(s, "an event where a condition is met exactly, without a side it comes from");
    }
    auto values = names_.constants();
    values["t"] = 0;
    for (const auto& [name, value] : model_.initial) values[name] = value;
    for (const auto& a : states) {
      const std::string& state = names_.find(a.name.text)->spelled;
      const auto v = evaluate(a.value, values);
      if (!v) return leave_out(s, fmt::format("the initial value of \"{}\", which is no number", state));
      values[state] = *v;
      for (auto& [name, value] : model_.initial) {
        if (name == state) value = *v;
      }
    }
  }

  const Names& names_;
  Resolver& resolver_;
  const std::string& population_;
  Model& model_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
};

}  // namespace

void add_events(const OdeFile& file, const Names& names, Resolver& resolver, const std::string& population,
                Model& model, Diagnostics& diagnostics, std::vector<Remark>& remarks) {
  Events events(names, resolver, population, model, diagnostics, remarks);
  for (const auto& s : file.statements) {
    if (s.kind == Statement::Kind::event) events.take(s);
  }
}

}  // namespace neurode::importing
