// Flows along M^-1 g: the system solved at every right-hand side, and its derivatives.
#include <fmt/format.h>
#include <Eigen/LU>

#include <cmath>

#include "learning/flows/metric.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

constexpr Index kMostDense = 1000;

/// d = M(w)^-1 g(w), M symmetric. Its derivatives come from M d = g: (dd) v = M^-1 (dg v - (dM v) d).
class SolvedGradient : public Gradient {
 public:
  /// External vectors of the program: the weights as its state, a direction d, a second one.
  static constexpr int kFirst = ProgramSystem::kDirection, kSecond = ProgramSystem::kDelayed;

  explicit SolvedGradient(Draft draft)
      : net_(draft.setup.network), name_(draft.setup.flow->name), a_(std::move(draft.assembly)) {
    const Parameters& keys = draft.setup.flow_parameters;
    damping_ = keys.number("damping");
    dense_ = draft.setup.flow->dense_metric;
    if (!dense_) {
      tolerance_ = keys.number("tolerance");
      iterations_ = keys.integer("iterations");
    }
    for (const auto& w : a_.plastic) size_ += a_.program[w.value].size();
    build(draft);
    if (a_.shown) shown_ = network::show_samples(*net_.data);
    for (Vector* v : {&w_, &g_, &d_, &r_, &p_, &mp_, &v_}) v->setZero(size_);
    w_.setConstant(std::nan(""));
    if (dense_) {
      m_.setZero(size_, size_);
      lu_ = Eigen::PartialPivLU<Matrix>(size_);
    }
  }

  Index size() const override { return size_; }
  bool symmetric() const override { return false; }
  std::int64_t products() const override { return products_; }
  std::vector<double> breakpoints(double t0, double t1) const override {
    auto times = net_.breakpoints(t0, t1);
    if (shown_) {
      for (const double t : shown_->breakpoints(t0, t1)) times.push_back(t);
    }
    return times;
  }

  void evaluate(double t, const double* w, double* g, double* loss) override {
    settle(t, w);
    Eigen::Map<Vector>(g, size_) = d_;
    *loss = loss_;
  }
  void product(double t, const double* w, const double* v, double* hv, double* slope) override {
    settle(t, w);
    run(*tangent_, t, w, {v_.data(), slope}, d_.data(), v);
    Eigen::Map<Vector> out(hv, size_);
    solve(t, w, v_, out);
  }
  void transposed(double t, const double* w, const double* u, double* hu) override {
    settle(t, w);
    v_ = Eigen::Map<const Vector>(u, size_);
    Eigen::Map<Vector> out(hu, size_);
    solve(t, w, v_, out);
    v_ = out;
    run(*adjoint_, t, w, {hu}, d_.data(), v_.data());
  }
  Program& program() override { return a_.program; }
  std::unique_ptr<Sampler> sampler(const std::vector<ValueId>& values) override {
    return std::make_unique<GradientSampler>(
        a_.program, values,
        [this](Executable& code, double t, const double* x, double* out) { run(code, t, x, {out}); });
  }

 private:
  void on_segment() override { w_[0] = std::nan(""); }
  void build(const Draft& draft) {
    Program& p = a_.program;
    auto& graph = p.graph();
    std::vector<ValueId> weights, gradient, first, second;
    std::vector<Executable::Output> base;
    std::vector<std::pair<Index, Index>> place;  // offset and size of those that move
    Program::Seeds by_second;
    Index at = 0;
    for (std::size_t k = 0; k < a_.plastic.size(); ++k) {
      const ValueId w = a_.plastic[k].value;
      const auto shape = p[w];
      const Index offset = at;
      at += shape.size();
      ValueId g = draft.gradient[k];
      const auto slope = network::penalty_slope(p, motion_of(net_, a_.plastic[k]), w);
      if (!graph.is_constant(slope, 0)) {
        g = p.elementwise(shape.rows, shape.cols, g.valid() ? graph.add(p.node(g), slope) : slope);
      }
      if (!g.valid()) {
        still_.emplace_back(offset, shape.size());
        base.push_back({{}, 0, offset, shape.size()});
        continue;
      }
      weights.push_back(w);
      gradient.push_back(g);
      first.push_back(p.input(kFirst, offset, shape.rows, shape.cols));
      second.push_back(p.input(kSecond, offset, shape.rows, shape.cols));
      by_second.emplace_back(w, second.back());
      base.push_back({g, 0, offset, shape.size()});
      place.emplace_back(offset, shape.size());
    }
    base.push_back({draft.loss, 1, 0, 1});
    base_ = std::make_unique<Executable>(p, base);
    const ValueId score = score_of(draft.setup, a_);
    auto m = draft.setup.flow->metric({p, draft.loss, score, weights, gradient, first});
    if (!dense_) add_penalty_curvature(weights, first, m);

    const auto outputs = [&](const std::vector<ValueId>& values) {
      std::vector<Executable::Output> out;
      for (std::size_t k = 0; k < values.size(); ++k) out.push_back({values[k], 0, place[k].first, place[k].second});
      for (const auto& [offset, size] : still_) out.push_back({{}, 0, offset, size});
      return out;
    };
    multiply_ = std::make_unique<Executable>(p, outputs(m));

    // What the solve for (dd) v starts from, and what (dd)^T u ends in: both along `second`.
    std::vector<ValueId> all = gradient;
    all.push_back(draft.loss);
    const auto dg = p.tangent(by_second, all);
    const auto dm = tangent_of(m, by_second);
    std::vector<ValueId> rest(weights.size());
    Program::Seeds back;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const auto shape = p[weights[k]];
      const auto node = [&](ValueId v) { return v.valid() ? p.node(v) : graph.constant(0); };
      rest[k] = p.elementwise(shape.rows, shape.cols, graph.sub(node(dg[k]), node(dm[k])));
      back.emplace_back(gradient[k], second[k]);
      if (m[k].valid()) {
        back.emplace_back(m[k], p.elementwise(shape.rows, shape.cols, graph.neg(p.node(second[k]))));
      }
    }
    auto tangent = outputs(rest);
    tangent.push_back({dg.back(), 1, 0, 1});
    tangent_ = std::make_unique<Executable>(p, tangent);
    adjoint_ = std::make_unique<Executable>(p, outputs(p.adjoint(back, weights)));
  }

  std::vector<ValueId> tangent_of(const std::vector<ValueId>& values, const Program::Seeds& seeds) {
    std::vector<ValueId> valid, out(values.size());
    std::vector<std::size_t> where;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!values[k].valid()) continue;
      valid.push_back(values[k]);
      where.push_back(k);
    }
    const auto d = a_.program.tangent(seeds, valid);
    for (std::size_t i = 0; i < d.size(); ++i) out[where[i]] = d[i];
    return out;
  }

  /// Gauss-Newton does not know of decay and l1, whose curvature is their own.
  void add_penalty_curvature(const std::vector<ValueId>& weights, const std::vector<ValueId>& d,
                             std::vector<ValueId>& m) {
    Program& p = a_.program;
    auto& graph = p.graph();
    for (std::size_t k = 0; k < weights.size(); ++k) {
      for (const auto& plastic : a_.plastic) {
        if (plastic.value != weights[k]) continue;
        const auto slope = network::penalty_slope(p, motion_of(net_, plastic), weights[k]);
        const auto curve = differentiate(graph, slope, p.symbol(weights[k]));
        if (graph.is_constant(curve, 0)) continue;
        const auto shape = p[weights[k]];
        auto sum = graph.mul(curve, p.node(d[k]));
        if (m[k].valid()) sum = graph.add(p.node(m[k]), sum);
        m[k] = p.elementwise(shape.rows, shape.cols, sum);
      }
    }
  }

  void run(Executable& code, double t, const double* w, std::initializer_list<double*> out,
           const double* first = nullptr, const double* second = nullptr) {
    const double time[] = {t, inside(t)};
    ProgramSystem::Inputs in{};
    in[0] = time;
    in[ProgramSystem::kState] = in[Assembly::kWeights] = w;
    in[kFirst] = first;
    in[kSecond] = second;
    in[ProgramSystem::kShown] = shown_ ? shown_->at(time[1]) : nullptr;
    code.run(in.data(), out.begin());
  }

  /// out = (M + damping) v; weights that the loss does not see have M = 1.
  void multiply(double t, const double* w, const Vector& v, Vector& out) {
    run(*multiply_, t, w, {out.data()}, v.data());
    ++products_;
    out += damping_ * v;
    for (const auto& [offset, size] : still_) out.segment(offset, size) += v.segment(offset, size);
  }

  void settle(double t, const double* w) {
    const Eigen::Map<const Vector> now(w, size_);
    if (t == t_ && now == w_) return;  // asked again for its products
    t_ = t;
    w_ = now;
    run(*base_, t, w, {g_.data(), &loss_});
    if (dense_) {
      for (Index k = 0; k < size_; ++k) {
        v_.setZero();
        v_[k] = 1;
        multiply(t, w, v_, mp_);
        m_.col(k) = mp_;
      }
      lu_.compute(m_);
    }
    Eigen::Map<Vector> out(d_.data(), size_);
    v_ = g_;
    solve(t, w, v_, out);
  }

  /// x = (M + damping)^-1 b.
  void solve(double t, const double* w, const Vector& b, Eigen::Map<Vector>& x) {
    if (dense_) {
      x = lu_.solve(b);
      if (!x.allFinite()) fail(t, "the Hessian is singular", "some damping");
      return;
    }
    // Conjugate gradients (M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409-436) from 0: where M is
    // singular and b in its range, the smallest solution.
    x.setZero();
    r_ = b;
    p_ = b;
    double rr = r_.squaredNorm();
    const double goal = tolerance_ * tolerance_ * rr;
    for (std::int64_t k = 0; rr > goal; ++k) {
      multiply(t, w, p_, mp_);
      const double curvature = p_.dot(mp_);
      if (!std::isfinite(curvature) || k == iterations_) {
        fail(t, fmt::format("conjugate gradients did not converge in {} iterations", k), "more damping or iterations");
      }
      if (curvature <= 0) return;  // nothing left that M sees
      const double alpha = rr / curvature;
      x += alpha * p_;
      r_ -= alpha * mp_;
      const double before = rr;
      rr = r_.squaredNorm();
      p_ = r_ + (rr / before) * p_;
    }
  }

  [[noreturn]] void fail(double t, const std::string& what, const std::string& advice) const {
    throw NumericalError(fmt::format("flow \"{}\": {} at t = {}; {} may help", name_, what, t, advice));
  }

  const network::Network& net_;
  std::string name_;
  Assembly a_;
  Index size_ = 0;
  double damping_ = 0, tolerance_ = 0, t_ = 0, loss_ = 0;
  std::int64_t iterations_ = 0, products_ = 0;
  bool dense_ = false;
  std::vector<std::pair<Index, Index>> still_;
  Vector w_, g_, d_, r_, p_, mp_, v_;
  Matrix m_;
  Eigen::PartialPivLU<Matrix> lu_;
  std::unique_ptr<Presented> shown_;
  std::unique_ptr<Executable> base_, multiply_, tangent_, adjoint_;
};

}  // namespace

std::unique_ptr<Gradient> solved_gradient(Draft draft) { return std::make_unique<SolvedGradient>(std::move(draft)); }

void check_metric(const Setup& setup, Diagnostics& diagnostics) {
  const Value& at = setup.scenario.learning->flow.source;
  const auto refuse = [&](const std::string& problem, const std::string& found, const std::string& allowed) {
    diagnostics.add(
        {at.where, "learning.flow", fmt::format("flow \"{}\" {}", setup.flow->name, problem), found, allowed, ""});
  };
  const std::string rule = setup.rule_entry->name;
  if (rule != "gradient_flow" || setup.rule.text("mode") != "adiabatic") {
    return refuse("differentiates the loss twice as a function of the weights alone",
                  rule == "gradient_flow" ? "mode \"coupled\"" : fmt::format("rule \"{}\"", rule),
                  "rule = \"gradient_flow\" with mode = \"adiabatic\"");
  }
  std::string reason;
  if (!network::can_be_steady(setup.network, &reason)) {
    return refuse("needs activity as an expression of the weights: " + reason, "",
                  "a network without loops whose models have a steady state in closed form");
  }
  Index weights = 0;
  for (const auto& pr : setup.network.projections) {
    if (pr.rule) refuse("moves all weights at once", fmt::format("a local rule on \"{}\"", pr.name), "no local rules");
    if (pr.plastic) weights += pr.weights->size();
  }
  for (const auto& pop : setup.network.populations) {
    for (const auto& b : pop.biases) weights += b.plastic ? b.values.size() : 0;
  }
  if (setup.flow->dense_metric && weights > kMostDense) {
    refuse("factorises a matrix of all weights", fmt::format("{} weights", weights),
           fmt::format("up to {}, or flow = \"natural\"", kMostDense));
  }
}

}  // namespace neurode::learning
