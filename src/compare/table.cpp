#include <fmt/format.h>

#include <cmath>

#include "compare/problem.hpp"

namespace neurode::compare {

namespace {

std::string number(double x, const char* format) { return std::isnan(x) ? "-" : fmt::format(fmt::runtime(format), x); }

std::string count(std::int64_t n) {
  if (n < 1000000) return std::to_string(n);
  return fmt::format("{:.4g}M", static_cast<double>(n) * 1e-6);
}

void header(std::string& out, const Comparison& c) {
  out += fmt::format("{}\n{}{} states; {}\n", c.scenario, c.title.empty() ? "" : c.title + "\n", c.states, c.character);
  const Reference& r = c.reference;
  out += fmt::format("reference: {} at rtol {} to t = {:g}{}; ", r.method, short_number(r.rtol), r.end,
                     r.stopped_by.empty() ? "" : " (" + r.stopped_by + ")");
  out += r.second.empty()
             ? std::string("no second method got to the end: its own error is not known\n")
             : fmt::format("{} at {} differs from it by {:.2g}\n", r.second, short_number(r.second_rtol), r.error);
}

}  // namespace

std::string table_text(const Comparison& c) {
  std::string out;
  header(out, c);
  std::size_t width = 10;
  for (const Row& r : c.rows) width = std::max(width, r.integrator.size());
  out += fmt::format(
      "\n{:<{}} {:>9} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8} {:>3} {:>8} {:>8} {:>9} "
      "{:>8}\n",
      "integrator", width, "rtol|dt", "digits", "scd", "error", "activity", "weights", "loss", "steps", "rejected",
      "rhs", "jac", "LU", "Jv", "sw", "dt min", "dt max", "time", "err/tol");
  for (std::size_t k = 0; k < c.rows.size(); ++k) {
    const Row& r = c.rows[k];
    const auto& s = r.statistics;
    if (k > 0 && r.integrator != c.rows[k - 1].integrator) out += "\n";
    const std::string size = std::isnan(r.rtol) ? fmt::format("dt={:g}", r.dt) : short_number(r.rtol);
    if (r.state != State::done) {
      out += fmt::format("{:<{}} {:>9} {}: {}", r.integrator, width, size, state_name(r.state), r.cause);
      if (r.state == State::failed) {
        out += fmt::format(" ({} steps, {} rhs, {})", count(s.steps), count(s.rhs), time_text(r.seconds));
      }
      out += "\n";
      continue;
    }
    std::string marks;
    if (r.best_time) marks += "*";
    if (r.best_work) marks += "+";
    if (r.near_reference) marks += "~";
    if (static_cast<int>(k) == c.recommendation.row) marks += " <";
    out += fmt::format(
        "{:<{}} {:>9} {:>7.2f} {:>6.2f} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8} {:>7} {:>7} {:>8} {:>3} {:>8.2g} "
        "{:>8.2g} {:>9} {:>8}",
        r.integrator, width, size, r.digits(), r.error.scd, number(r.error.trajectory, "{:.2g}"),
        number(r.error.activity, "{:.2g}"), number(r.error.weights, "{:.2g}"), number(r.error.loss, "{:.2g}"),
        count(s.steps), count(s.rejected), count(s.rhs), count(s.jacobians), count(s.factorisations), count(s.jvps),
        s.switches, s.dt_min, s.dt_max, time_text(r.seconds), number(r.error_per_tolerance(), "{:.2g}"));
    out += marks.empty() ? "\n" : " " + marks + "\n";
  }
  out +=
      "\ndigits: at the end, min over components of -log10(|error| / (atol/rtol + |reference|)); scd: without atol. "
      "error: the\nlargest such relative error along the trajectory, then of activity, weights and loss apart; "
      "err/tol: "
      "error / rtol. sw: switches.\n* none is both more exact and faster; + the same in right-hand sides, J v products "
      "and columns of Jacobians; ~ as good as the\nreference can tell; < recommended.\n\n";
  out += c.recommendation.text + "\n";
  return out;
}

}  // namespace neurode::compare
