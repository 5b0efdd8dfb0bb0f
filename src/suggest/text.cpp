// A suggestion as text, as JSON, and as a scenario.
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "neurode/core/errors.hpp"
#include "neurode/core/json.hpp"
#include "neurode/scenario/read.hpp"
#include "neurode/suggest/suggest.hpp"

namespace neurode::suggest {

namespace {

std::string number(double x) { return std::isnan(x) ? "-" : std::isinf(x) ? "inf" : fmt::format("{:.4g}", x); }

void add_layers(std::string& out, const Suggestion& s) {
  if (s.layers.empty()) return;
  out +=
      "\ninitialisation: small differences grow by chi from layer to layer; at chi = 1 they neither vanish nor "
      "explode, below it they fall by e in so many layers\n";
  out += fmt::format("  {:<24} {:>10} {:>8} {:>10} {:>8} {:>8} {:>12}\n", "weights", "unit", "inputs", "std now",
                     "chi now", "layers", "std, chi = 1");
  for (const auto& l : s.layers) {
    out += fmt::format("  {:<24} {:>10} {:>8} {:>10} {:>8} {:>8} {:>12}\n", l.projection,
                       l.activation.empty() ? "-" : l.activation, l.inputs, number(l.deviation), number(l.chi),
                       number(l.reach), number(l.suggested));
  }
}

void add_activity(std::string& out, const Suggestion& s) {
  const auto& a = s.activity;
  out += "\nactivity of the untrained network\n";
  if (a.rests) {
    out += fmt::format(
        "  at rest {} with {} states: largest growth rate {}, time scales {} to {}{}\n",
        a.growth < 0 ? "(stable)" : "(UNSTABLE)", a.states, number(a.growth), number(a.fastest), number(a.slowest),
        a.fastest_turn > 0 ? fmt::format(", it turns with up to {} rad per time", number(a.fastest_turn)) : "");
  } else {
    out += "  " + a.note + "\n";
  }
  for (const auto& r : a.recurrent) {
    const double loop = r.radius * r.at_rest, bound = r.norm * r.slope;
    out += fmt::format("  \"{}\": spectral radius {}, times |f'(0)| {}: {}; |W| times the largest |f'| {}: {}\n",
                       r.projection, number(r.radius), number(loop),
                       std::isnan(loop) ? "unknown (too large, or no unit of its own)"
                       : loop < 1       ? "rest at 0 is stable"
                                        : "rest at 0 can lose its stability (the edge is at 1)",
                       number(bound),
                       std::isnan(bound) ? "unknown"
                       : bound < 1       ? "contracting, whatever comes in"
                                         : "not known to contract");
  }
}

void add_curvature(std::string& out, const Suggestion& s) {
  const auto& c = s.curvature;
  out += "\nthe loss around the start\n";
  if (!std::isnan(c.loss)) {
    out += fmt::format("  loss {}, |gradient| {}", number(c.loss), number(c.gradient));
    if (!std::isnan(c.sharpness)) {
      out += fmt::format(", curvature from {} to {} (lam_max)", number(c.lowest), number(c.sharpness));
      if (c.saddle) {
        out += fmt::format("\n  near a saddle: gradient flow leaves it like exp({} t)", number(-c.lowest * c.rate));
      }
    }
    out += "\n";
  }
  if (!c.note.empty()) out += "  " + c.note + "\n";
  if (std::isnan(c.sharpness) || !(c.sharpness > 0)) return;
  out += fmt::format("  largest learning rate of gradient descent: 2/lam_max = {}\n", number(2 / c.sharpness));
  out += fmt::format("  largest stable dt of explicit methods on flow \"gradient\" at rate {}:", number(c.rate));
  for (std::size_t k = 0; k < c.limits.size(); ++k) {
    out += fmt::format("{}{} {}", k % 5 == 0 ? "\n    " : ", ", c.limits[k].method, number(c.limits[k].step));
  }
  out += "\n";
}

void add_activations(std::string& out, const Suggestion& s) {
  out +=
      "\nactivations: variance sw^2 of a neuron's weights times inputs at which chi = 1 (inputs' variance q; biases "
      "of\nvariance sb^2), and chi with LeCun's weights, sw^2 = 1\n";
  out += fmt::format("  {:<10} {:>8} {:>8} {:>14} {:>16} {:>10} {:>8}\n", "f", "f(0)", "f'(0)", "sw^2 (sb^2=0)",
                     "sw^2 (sb^2=.05)", "q (.05)", "LeCun");
  for (const auto& a : s.activations) {
    out += fmt::format("  {:<10} {:>8} {:>8} {:>14} {:>16} {:>10} {:>8}\n", a.name, number(a.offset), number(a.slope),
                       number(a.plain.weight_variance), number(a.biased.weight_variance), number(a.biased.q),
                       number(a.lecun));
  }
}

void add_candidates(std::string& out, const char* title, const std::vector<Candidate>& list) {
  if (list.empty()) return;
  out += fmt::format("\n{}\n", title);
  for (const auto& c : list) {
    if (!c.fault.empty() || c.trials == 0) {
      out += fmt::format("  {:<36} not tried: {}\n", c.what,
                         c.fault.empty() ? "interrupted" : c.fault.substr(0, c.fault.find('\n')));
      continue;
    }
    out += fmt::format("  {:<36} {:>12} {:>6} of {} {:>12}  {}\n", c.what,
                       std::isinf(c.evaluations) ? "-" : fmt::format("{:.0f}", c.evaluations), c.reached, c.trials,
                       number(c.loss), c.why);
  }
}

void add_measured(std::string& out, const char* name, const Measured& m) {
  const auto cell = [](double x) { return std::isinf(x) ? std::string("never") : fmt::format("{:.0f}", x); };
  out += fmt::format("  {:<14} {:>10} {:>10} {:>10} {:>8} of {}\n", name, cell(m.median), cell(m.least), cell(m.most),
                     m.reached, m.evaluations.size());
}

void json_candidates(JsonWriter& w, const char* name, const std::vector<Candidate>& list) {
  w.key(name).begin_array();
  for (const auto& c : list) {
    w.begin_object().member("what", c.what).member("why", c.why);
    if (!c.fault.empty()) w.member("fault", c.fault);
    w.member("reached", c.reached).member("trials", c.trials);
    w.member("evaluations", c.evaluations).member("loss", c.loss).end_object();
  }
  w.end_array();
}

void json_measured(JsonWriter& w, const char* name, const Measured& m) {
  w.key(name).begin_object().member("median", m.median).member("least", m.least).member("most", m.most);
  w.member("reached", m.reached).key("evaluations").begin_array();
  for (const double x : m.evaluations) w.value(x);
  w.end_array().end_object();
}

/// Data paths, which are told from the scenario's folder, told from another one.
void move_paths(Value& v, const std::filesystem::path& from, const std::filesystem::path& to) {
  if (!v.is_table()) return;
  for (auto& [key, child] : v.table()) {
    if ((key == "file" || key == "path") && child.is_string()) {
      const auto place = std::filesystem::path(child.string());
      if (place.is_relative()) child.data = (from / place).lexically_normal().lexically_relative(to).generic_string();
    } else {
      move_paths(child, from, to);
    }
  }
}

}  // namespace

std::string text(const Suggestion& s) {
  std::string out = fmt::format("{}: what its dynamics suggest\n", s.scenario);
  if (!s.title.empty()) out += "  " + s.title + "\n";
  add_layers(out, s);
  add_activity(out, s);
  add_curvature(out, s);
  if (!s.layers.empty()) add_activations(out, s);
  if (!s.as_in_file.what.empty()) {
    out +=
        fmt::format("\ntrials: gradient evaluations to a loss of {} (median), seeds that got there, loss at the end\n",
                    number(s.target));
    add_candidates(out, "the file", {s.as_in_file});
    add_candidates(out, "flow and method, beside them", s.flows);
    add_candidates(out, "initial weights, with the best so far", s.starts);
    add_candidates(out, "other hidden units, with the best so far", s.units);
    out += "\nsuggested\n";
    for (const auto& line : s.chosen) out += "  " + line + "\n";
    if (s.chosen.empty()) out += "  nothing: no candidate went better than the file\n";
  }
  if (!s.file.evaluations.empty()) {
    out += fmt::format("\ngradient evaluations to a loss of {}, seeds 1 to {}\n", number(s.target),
                       s.file.evaluations.size());
    out += fmt::format("  {:<14} {:>10} {:>10} {:>10} {:>8}\n", "", "median", "least", "most", "reached");
    add_measured(out, "the file", s.file);
    add_measured(out, "the suggestion", s.suggested);
  }
  return out;
}

std::string json_text(const Suggestion& s) {
  JsonWriter w;
  w.begin_object().member("scenario", s.scenario).member("title", s.title).member("target", s.target);
  w.key("layers").begin_array();
  for (const auto& l : s.layers) {
    w.begin_object().member("projection", l.projection).member("activation", l.activation).member("inputs", l.inputs);
    w.member("std", l.deviation)
        .member("chi", l.chi)
        .member("reach", l.reach)
        .member("suggested_std", l.suggested)
        .end_object();
  }
  w.end_array().key("activity").begin_object();
  const auto& a = s.activity;
  w.member("states", a.states).member("rests", a.rests).member("growth", a.growth).member("slowest", a.slowest);
  w.member("fastest", a.fastest).member("note", a.note).key("recurrent").begin_array();
  for (const auto& r : a.recurrent) {
    w.begin_object().member("projection", r.projection).member("radius", r.radius).member("norm", r.norm);
    w.member("slope", r.slope).end_object();
  }
  w.end_array().end_object();
  const auto& c = s.curvature;
  w.key("curvature").begin_object().member("loss", c.loss).member("gradient", c.gradient);
  w.member("sharpness", c.sharpness).member("lowest", c.lowest).member("rate", c.rate).key("limits").begin_array();
  for (const auto& l : c.limits) {
    w.begin_object().member("method", l.method).member("interval", l.interval).member("dt", l.step).end_object();
  }
  w.end_array().end_object().key("activations").begin_array();
  for (const auto& x : s.activations) {
    w.begin_object().member("name", x.name).member("offset", x.offset).member("slope", x.slope);
    w.member("critical", x.plain.weight_variance).member("critical_biased", x.biased.weight_variance);
    w.member("q", x.biased.q).member("lecun", x.lecun).end_object();
  }
  w.end_array();
  json_candidates(w, "file", s.as_in_file.what.empty() ? std::vector<Candidate>{} : std::vector{s.as_in_file});
  json_candidates(w, "flows", s.flows);
  json_candidates(w, "starts", s.starts);
  json_candidates(w, "units", s.units);
  w.key("chosen").begin_array();
  for (const auto& line : s.chosen) w.value(line);
  w.end_array();
  if (!s.file.evaluations.empty()) {
    json_measured(w, "measured_file", s.file);
    json_measured(w, "measured_suggestion", s.suggested);
  }
  return w.end_object().text();
}

void write_scenario(const Suggestion& s, const std::filesystem::path& file, bool overwrite) {
  if (!overwrite && std::filesystem::exists(file)) {
    throw FileError(file.string(), "is there already; --force overwrites it");
  }
  Value root = s.root;
  const auto folder = [](const std::filesystem::path& f) { return std::filesystem::absolute(f).parent_path(); };
  move_paths(root, folder(s.scenario), folder(file));
  std::string text = fmt::format("# {} with what its dynamics suggest:\n", s.scenario);
  for (const auto& line : s.chosen) text += "#   " + line + "\n";
  if (s.chosen.empty()) text += "#   nothing else\n";
  std::ofstream out(file, std::ios::binary);
  out << text << "\n" << scenario::to_toml(root);
  if (!out.flush()) throw FileError(file.string(), "cannot be written");
}

}  // namespace neurode::suggest
