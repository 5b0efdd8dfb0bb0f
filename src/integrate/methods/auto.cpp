#include <algorithm>
#include <memory>
#include <vector>

#include "integrate/automatic/switching.hpp"
#include "integrate/method_list.hpp"
#include "neurode/core/bytes.hpp"

namespace neurode::integrate {

namespace {

constexpr double kTight = 1e-7;        // below this rtol the explicit method is dop853
constexpr Index kDirect = 300;         // up to this size, or where J is sparse, the stiff method is rodas5p
constexpr std::size_t kLogged = 1024;  // switches kept for the log; all are counted

/// Two methods, of which one is at work.
class Automatic final : public Stepper {
 public:
  Automatic(System& system, Statistics& statistics, const Options& options)
      : system_(system), statistics_(statistics), options_(options), switching_(system, statistics, options) {
    explicit_entry_ = find_entry(methods(), options.rtol < kTight ? "dop853" : "tsit5");
    explicit_ = explicit_entry_->make(system, statistics, options);
    current_ = next_ = explicit_.get();
    switches_.reserve(kLogged);
    if (system.size() <= kDirect) {
      make_stiff();
    } else {
      switching_.set_pair(explicit_entry_->real_stability, explicit_entry_->stages, 0);
    }
  }

  void reset() override {
    explicit_->reset();
    if (stiff_) stiff_->reset();
    switching_.reset();
    next_ = current_;
    ahead_ = 0;
  }
  const Vector& prime(double t, const Vector& x) override { return current_->prime(t, x); }
  Trial try_step(double t, const Vector& x, double dt, Vector& x_new, Vector* error) override {
    t_ = t + dt, dt_ = dt;
    return current_->try_step(t, x, dt, x_new, error);
  }
  void accept() override {
    current_->accept();
    if (next_ == current_) return;
    current_ = next_;
    current_->reset();
    ++statistics_.switches;
    if (switches_.size() < kLogged) switches_.push_back({t_, entry().name});
  }
  void step_ended(const Vector& x_new) override {
    if (current_ == explicit_.get()) {
      ahead_ = 0;
      if (!switching_.leave_explicit(t_, x_new, current_->stiffness())) return;
      if (!stiff_) make_stiff();
      next_ = stiff_.get();
    } else {
      ++statistics_.jvps;
      if (!switching_.leave_stiff(t_, dt_, x_new)) return;
      next_ = explicit_.get();
      ahead_ = switching_.first_explicit_step();
    }
  }
  void interpolate(double theta, Vector& x) override { current_->interpolate(theta, x); }
  const Vector& derivative_at_end() override { return current_->derivative_at_end(); }
  const Vector& derivative_at_start() const override { return current_->derivative_at_start(); }
  double largest_step() const override {
    const double own = current_->largest_step();
    return ahead_ > 0 ? std::min(own, ahead_) : own;
  }
  int error_order() const override {
    const int own = current_->error_order();
    return own > 0 ? own : error_order_of(entry());
  }
  const std::vector<Switch>* switches() const override { return &switches_; }
  void save(ByteWriter& out) const override {
    out.put(current_ != explicit_.get());
    out.put(stiff_ != nullptr);
    switching_.save(out);
  }
  void load(ByteReader& in) override {
    const bool is_stiff = in.get<bool>(), made = in.get<bool>();
    if (made && !stiff_) make_stiff();
    current_ = next_ = is_stiff ? stiff_.get() : explicit_.get();
    switching_.load(in);
  }

 private:
  const MethodEntry& entry() const { return current_ == explicit_.get() ? *explicit_entry_ : *stiff_entry_; }

  /// Large systems pay for its memory only where they are stiff: then, once, a step allocates.
  void make_stiff() {
    const Sparsity* pattern = system_.size() > kDirect ? system_.sparsity() : nullptr;
    const bool direct = system_.size() <= kDirect || (pattern && pattern->density() < 0.1);
    stiff_entry_ = find_entry(methods(), direct ? "rodas5p" : "exprb43");
    stiff_ = stiff_entry_->make(system_, statistics_, options_);
    switching_.set_pair(explicit_entry_->real_stability, explicit_entry_->stages, direct ? stiff_entry_->stages : 0);
  }

  System& system_;
  Statistics& statistics_;
  const Options options_;
  Switching switching_;
  const MethodEntry* explicit_entry_ = nullptr;
  const MethodEntry* stiff_entry_ = nullptr;
  std::unique_ptr<Stepper> explicit_, stiff_;
  Stepper* current_ = nullptr;
  Stepper* next_ = nullptr;
  double t_ = 0, dt_ = 0;
  double ahead_ = 0;  ///< > 0: the first explicit step after a return is not to be longer
  std::vector<Switch> switches_;
};

}  // namespace

MethodEntry automatic() {
  MethodEntry e;
  e.name = "auto";
  e.summary =
      "tsit5 (dop853 below rtol 1e-7), changing to rodas5p (exprb43 above 300 states) where that is cheaper: for those "
      "who do not know";
  e.citation =
      "L. Petzold, SIAM J. Sci. Stat. Comput. 4 (1983) 136-148 (the idea); E. Hairer, G. Wanner, Solving Ordinary "
      "Differential Equations II, 2nd ed. (1996), IV.2 (the estimate); the decision by cost is our own";
  e.order = 5;
  e.embedded_order = 4;
  e.dense_order = 4;
  e.dense = DenseOutput::own;
  e.stages = 6;
  e.varying_stages = true;
  e.real_stability = 0;
  e.make = [](System& s, Statistics& statistics, const Options& o) -> std::unique_ptr<Stepper> {
    return std::make_unique<Automatic>(s, statistics, o);
  };
  return e;
}

}  // namespace neurode::integrate
