#include "neurode/run/certify.hpp"

#include <fmt/format.h>
#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/scenario/edit.hpp"
#include "neurode/scenario/read.hpp"
#include "run/held_weights.hpp"

namespace neurode::run {

bool Certificate::holds() const {
  return std::all_of(weights.begin(), weights.end(), [](const Weights& w) { return w.holds(); });
}

namespace {

/// Weights without factors, penalties and bounds of their own: they come on top of what the rule follows.
void plain_weights(Value& v) {
  if (!v.is_table()) return;
  for (const char* key : {"rate", "decay", "l1", "l1_width", "bounds", "bound", "dale"}) scenario::erase_key(v, {key});
}

void plain_motion(Value& root) {
  if (Value* all = root.find("projection"); all && all->is_table()) {
    for (auto& entry : all->table()) {
      if (Value* weights = entry.second.find("weights")) plain_weights(*weights);
    }
  }
  if (Value* all = root.find("population"); all && all->is_table()) {
    for (auto& entry : all->table()) {
      Value* bias = entry.second.find("bias");
      if (!bias || !bias->is_table()) continue;
      if (bias->find("init") || bias->find("plastic")) {
        plain_weights(*bias);
      } else {  // one an input
        for (auto& of_input : bias->table()) plain_weights(of_input.second);
      }
    }
  }
}

/// A scenario's network and learning alone.
struct Learner {
  scenario::Scenario scenario;
  std::unique_ptr<network::Network> network;
  learning::Problem problem;

  /// Faults go to the diagnostics.
  Learner(Value root, const ScenarioFile& file, Diagnostics& diagnostics) {
    // What is recorded or stops a run may name states of a flow that is not there now.
    for (const char* section : {"record", "report"}) scenario::erase_key(root, {section});
    scenario::erase_key(root, {"time", "stop"});
    plain_motion(root);
    scenario::set_key(root, {"learning", "flow"}, scenario::toml_value("\"gradient\""));
    scenario::set_key(root, {"learning", "rate"}, scenario::toml_value("1.0"));
    scenario = scenario::read_scenario(root, file, diagnostics);
    if (!diagnostics.empty()) return;
    network = network::build_network(scenario, diagnostics);
    if (diagnostics.empty()) problem = learning::build_problem(scenario, *network, diagnostics);
  }
};

/// The same with the exact gradient at the activity's steady state; null where that is refused.
std::unique_ptr<Learner> back_propagation(Value root, const ScenarioFile& file) {
  Value& learning = *root.find("learning");
  std::erase_if(learning.table(), [](const auto& entry) {
    for (const auto& s : scenario::section_tables()) {
      if (s.section != "learning") continue;
      return std::none_of(s.keys.begin(), s.keys.end(), [&](const auto& key) { return key.name == entry.first; });
    }
    return true;
  });
  scenario::set_key(root, {"learning", "rule"}, scenario::toml_value("\"gradient_flow\""));
  scenario::set_key(root, {"learning", "mode"}, scenario::toml_value("\"adiabatic\""));
  Diagnostics faults;
  auto out = std::make_unique<Learner>(std::move(root), file, faults);
  return faults.empty() ? std::move(out) : nullptr;
}

std::vector<Slice> moved_slices(const learning::Problem& problem) {
  std::vector<Slice> out;
  for (const auto& name : problem.moved) out.push_back(*problem.system->layout().find(name));
  return out;
}

const learning::Metric& shown_loss(const learning::Problem& problem) {
  const auto* shown = problem.metric("batch_loss");
  if (!shown) shown = problem.metric("loss");
  if (!shown) throw UsageError("the scenario's rule has no loss, and so no gradient to hold it against");
  return *shown;
}

/// g and the loss as functions of the weights.
class Followed {
 public:
  explicit Followed(Learner& l)
      : system_(*l.problem.system),
        t0_(l.scenario.time.start),
        t1_(l.scenario.time.end),
        loss_(shown_loss(l.problem).evaluate),
        moved_(moved_slices(l.problem)),
        held_(system_, moved_, {}),
        averaged_(system_, moved_, loss_),
        start_(l.problem.initial) {
    for (const auto& s : moved_) size_ += s.size();
    if (held_.fast().empty()) {
      where_ = "of the weights alone";
      return;
    }
    Vector ft(system_.size());
    if (system_.noise()) {
      throw UsageError("the rule's states are noisy: g is a gradient on average at most, which this does not measure");
    }
    if (system_.time_derivative(t0_, start_.data(), ft.data()) || !relax(start_, true)) {
      average_ = true;
      where_ = fmt::format("averages from {} to {}, with the weights held", t0_, t1_);
    } else {
      where_ = "where the fast states rest, with the weights held";
    }
  }

  Index size() const { return size_; }
  const std::vector<Slice>& moved() const { return moved_; }
  const std::string& where() const { return where_; }
  bool averages() const { return average_; }
  double residual() const { return residual_; }

  Vector weights() const {
    Vector w(size_);
    Index at = 0;
    for (const auto& s : moved_) {
      w.segment(at, s.size()) = start_.segment(s.offset, s.size());
      at += s.size();
    }
    return w;
  }

  /// The loss at weights w, and g where it is not null.
  double evaluate(const Vector& w, double* g) {
    Vector x = start_;
    Index at = 0;
    for (const auto& s : moved_) {
      x.segment(s.offset, s.size()) = w.segment(at, s.size());
      at += s.size();
    }
    if (average_) return average(x, g);
    if (!held_.fast().empty() && !relax(x, false)) throw NumericalError("the fast states do not come to rest");
    if (g) held_.gradient(t0_, x.data(), g);
    return loss_(t0_, x.data());
  }

 private:
  static constexpr Index kLargestDense = 800;

  double average(const Vector& x, double* g) {
    Vector all = Vector::Zero(averaged_.size());
    all.head(x.size()) = x;
    integrate::Options options;
    options.method = "dop853";
    options.rtol = 1e-11;
    options.atol = Vector::Constant(1, 1e-13);
    options.max_steps = 1000000;
    const auto end = integrate::drive(averaged_, t0_, all, t1_, options, {}, {}, {});
    if (!integrate::succeeded(end.outcome)) throw NumericalError(end.message);
    if (g) Eigen::Map<Vector>(g, size_) = end.x.segment(x.size(), size_) / (t1_ - t0_);
    return end.x[averaged_.size() - 1] / (t1_ - t0_);
  }

  double largest_rate(const Vector& x) {
    held_.rhs(t0_, x.data(), f_.data());
    return f_.cwiseAbs().maxCoeff();
  }

  /// Fast states to rest: along their own flow, then by Newton. `far`: from anywhere.
  bool relax(Vector& x, bool far) {
    f_.setZero(x.size());
    const auto& fast = held_.fast();
    const auto n = static_cast<Index>(fast.size());
    const bool newton = n <= kLargestDense;
    if (far || !newton) {
      integrate::Options options;
      options.method = "auto";
      options.rtol = newton ? 1e-6 : 1e-10;
      options.atol = Vector::Constant(1, newton ? 1e-9 : 1e-13);
      options.max_steps = 20000;
      const double wanted = newton ? 1e-6 : 1e-12;
      const auto end = integrate::drive(held_, t0_, x, t0_ + 1e6, options, {}, {}, {}, wanted);
      if (end.outcome != integrate::Outcome::steady_state) return false;
      x = end.x;
    }
    double rate = largest_rate(x);
    if (newton) {
      Matrix j(n, n);
      Vector v = Vector::Zero(x.size()), jv(x.size()), b(n);
      for (int step = 0; step < 20 && rate > 0; ++step) {
        for (Index c = 0; c < n; ++c) {
          v[fast[static_cast<std::size_t>(c)]] = 1;
          held_.jvp(t0_, x.data(), v.data(), jv.data());
          v[fast[static_cast<std::size_t>(c)]] = 0;
          for (Index r = 0; r < n; ++r) j(r, c) = jv[fast[static_cast<std::size_t>(r)]];
        }
        for (Index r = 0; r < n; ++r) b[r] = f_[fast[static_cast<std::size_t>(r)]];
        // Least squares: a state whose rate is 0 whatever happens stays where it is.
        const Vector move = j.completeOrthogonalDecomposition().solve(b);
        Vector trial = x;
        for (Index r = 0; r < n; ++r) trial[fast[static_cast<std::size_t>(r)]] -= move[r];
        const double next = largest_rate(trial);
        if (!(next < rate)) break;
        x = trial;
        rate = next;
      }
      rate = largest_rate(x);
    }
    residual_ = std::max(residual_, rate);
    return rate <= 1e-9;
  }

  System& system_;
  double t0_, t1_;
  std::function<double(double t, const double* x)> loss_;
  std::vector<Slice> moved_;
  HeldWeights held_, averaged_;
  Vector start_, f_;
  Index size_ = 0;
  bool average_ = false;
  std::string where_;
  double residual_ = -1;
};

struct Slope {
  double value = 0, uncertainty = 0;
};

/// Fourth-order central differences along `direction` at several step sizes: of two neighbours that agree best, the
/// finer one. A kink (relu) within one step size is not within another.
Slope slope(Followed& followed, const Vector& w, const Vector& direction, bool few) {
  const auto at = [&](double h) {
    const auto loss = [&](double k) { return followed.evaluate(w + k * h * direction, nullptr); };
    return (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * h);
  };
  const double scale = 1 + w.norm() / std::sqrt(static_cast<double>(w.size()));
  std::vector<double> steps = {3e-3, 1e-3, 3e-4, 3e-5};
  if (few) steps = {3e-3, 1e-3};
  Slope best;
  double before = at(steps[0] * scale);
  for (std::size_t k = 1; k < steps.size(); ++k) {
    const double now = at(steps[k] * scale);
    const double apart = std::abs(now - before);
    if (k == 1 || apart < best.uncertainty) best = {now, apart};
    before = now;
  }
  return best;
}

}  // namespace

Certificate certify(const ScenarioFile& file, const std::vector<std::string>& overrides) {
  const auto whole = prepare(file, overrides);  // everything a run would refuse
  if (!whole->scenario.learning) {
    throw UsageError(whole->scenario.file + ": has no [learning], and so no gradient to check");
  }
  Diagnostics faults;
  Learner learner(whole->scenario.root, file, faults);
  faults.throw_if_any();
  Followed followed(learner);

  Certificate out;
  const auto* entry = find_entry(learning::rules(), whole->scenario.learning->rule.name);
  out.rule = entry->name;
  out.exact = entry->exact;
  out.loss = shown_loss(learner.problem).name;
  const Vector w = followed.weights();
  Vector g(w.size());
  const double loss = followed.evaluate(w, g.data());
  out.where = followed.where();

  // The back-propagated gradient, where it is one of the same loss.
  std::optional<Vector> reference;
  if (!followed.averages()) {
    try {
      if (const auto other = back_propagation(whole->scenario.root, file)) {
        Followed exact(*other);
        Vector r(w.size());
        if (exact.size() == w.size() && !exact.averages() &&
            std::abs(exact.evaluate(w, r.data()) - loss) <= 1e-7 * (1e-3 + std::abs(loss))) {
          reference = r;
        }
      }
    } catch (const Error&) {  // there is none here
    }
  }

  constexpr Index kAll = 40;
  const CounterRandom random(whole->scenario.seed, "gradient check");
  std::uint64_t drawn = 0;
  Index at = 0;
  for (const Slice& s : followed.moved()) {
    Certificate::Weights c;
    c.name = s.name;
    c.rows = s.rows;
    c.cols = s.cols;
    const auto part = g.segment(at, s.size());
    c.norm = part.norm();
    const bool slow = followed.averages();
    c.coordinates = s.size() <= (slow ? 6 : kAll);
    c.directions = c.coordinates ? s.size() : slow ? 4 : 10;
    Vector found(c.directions), mine(c.directions), doubt(c.directions);
    for (Index k = 0; k < c.directions; ++k) {
      Vector direction = Vector::Zero(w.size());
      if (c.coordinates) {
        direction[at + k] = 1;
      } else {
        for (Index i = 0; i < s.size(); ++i) direction[at + i] = random.normal(drawn++);
        direction.normalize();
      }
      const Slope d = slope(followed, w, direction, slow);
      found[k] = d.value;
      doubt[k] = d.uncertainty;
      mine[k] = g.dot(direction);
    }
    // A matrix with next to no influence is measured by the whole: its differences are rounding.
    const double size = std::max({found.norm(), 1e-5 * g.norm(), 1e-300});
    c.differences = (mine - found).norm() / size;
    c.uncertainty = doubt.norm() / size;
    std::optional<Vector> gradient;
    if (reference) {
      gradient = reference->segment(at, s.size());
      c.adjoint = (part - *gradient).norm() / std::max({gradient->norm(), 1e-5 * reference->norm(), 1e-300});
    } else if (c.coordinates) {
      gradient = found;
    }
    if (gradient && gradient->norm() > 0 && c.norm > 0) {
      // By the distance of unit vectors: the cosine loses small angles.
      const double apart = (part / c.norm - *gradient / gradient->norm()).norm();
      c.angle = 2 * std::asin(std::min(1.0, apart / 2)) * 180 / std::numbers::pi;
      c.ratio = c.norm / gradient->norm();
    }
    out.weights.push_back(std::move(c));
    at += s.size();
  }
  out.residual = followed.residual();
  return out;
}

}  // namespace neurode::run
