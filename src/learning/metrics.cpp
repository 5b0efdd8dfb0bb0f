#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "learning/gradients/fixed_point.hpp"
#include "learning/parts/copies.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::learning {

namespace {

/// How outputs tell a sample: as the class of the largest one, or each by the side of a threshold on which it lies.
struct Telling {
  bool largest = false;
  double output = 0.5, target = 0.5;

  Telling(const Setup& setup, const Matrix* targets, Index outputs) {
    const std::string& loss = setup.loss->name;
    const bool sides = loss == "binary_cross_entropy" || loss == "hinge";
    largest = outputs > 1 && !(sides && targets && !one_of_each(*targets));
    const bool signs =
        targets && targets->size() > 0 && (targets->array().abs() == 1).all() && (targets->array() < 0).any();
    if (signs) output = target = 0;
    if (loss == "hinge") output = 0;
  }

  /// Has every sample one target that is larger than all others?
  static bool one_of_each(const Matrix& targets) {
    for (Index j = 0; j < targets.cols(); ++j) {
      if ((targets.col(j).array() == targets.col(j).maxCoeff()).count() != 1) return false;
    }
    return true;
  }

  bool tells(const Eigen::Ref<const Vector>& y, const Eigen::Ref<const Vector>& truth) const {
    if (!y.allFinite()) return false;
    if (!largest) return ((y.array() >= output) == (truth.array() >= target)).all();
    Index a = 0, b = 0;
    y.maxCoeff(&a);
    truth.maxCoeff(&b);
    return a == b;
  }
  Index right(const Eigen::Ref<const Matrix>& outputs, const Eigen::Ref<const Matrix>& targets) const {
    Index n = 0;
    for (Index j = 0; j < targets.cols(); ++j) n += tells(outputs.col(j), targets.col(j));
    return n;
  }
};

/// Loss and share told right of some samples.
struct Score {
  double loss = 0, accuracy = 0;
};
using Scorer = std::function<Score(double t, const double* weights)>;

/// Loss and outputs of the network at steady state, of samples that are there or of so many at a time as options.shown
/// says: by a forward pass or, where connections act both ways, at its free fixed point.
class SteadyProgram {
 public:
  SteadyProgram(const Setup& setup, const network::Samples& samples, const network::AssemblyOptions& options,
                std::optional<double> feedback)
      : assembly_(network::assemble(setup.network, options)), outputs_(samples.target_rows()) {
    const auto last = static_cast<std::size_t>(setup.output);
    ValueId output = assembly_.outputs[last], loss;
    if (feedback) {
      const Layers layers(setup.network, assembly_);
      Copies copies(setup, assembly_, layers, *feedback);
      const Copy copy = copies.add("", "");
      copies.relax(copy, 1);
      output = copy.r[last];
      loss = layers.loss(setup, &samples, output, &copy.softmax);
      std::vector<Executable::Output> rates;
      for (std::size_t k = 0; k < assembly_.parts.size(); ++k) {
        const Slice& s = assembly_.layout.slices()[k];
        rates.push_back({assembly_.parts[k].rate, 0, s.offset, s.size()});
      }
      step_ = std::make_unique<Executable>(assembly_.program, rates);
      activity_.setZero(assembly_.layout.size());
      change_ = activity_;
    } else {
      loss = add_loss(setup, assembly_, &samples, true);
    }
    const Index numbers = outputs_ * size();
    code_ = std::make_unique<Executable>(assembly_.program,
                                         std::vector<Executable::Output>{{loss, 0, 0, 1}, {output, 0, 1, numbers}});
    buffer_.setZero(1 + numbers);
  }

  void run(double t, const double* weights, const double* shown = nullptr) {
    const double time[] = {t, t};
    const double* in[] = {time, activity_.data(), nullptr, weights, nullptr, nullptr, nullptr, nullptr, shown};
    double* out[] = {buffer_.data()};
    if (!step_ || settle(in)) {
      code_->run(in, out);
    } else {
      buffer_.setConstant(std::nan(""));
    }
  }
  Index size() const { return assembly_.samples; }
  double loss() const { return buffer_[0]; }
  Eigen::Map<const Matrix> outputs() const { return {buffer_.data() + 1, outputs_, size()}; }

 private:
  /// Steps along the relaxation, smaller where it swings, from zero so that what came before does not matter. False
  /// where it does not come to rest.
  bool settle(const double* const* in) {
    constexpr int kMostSteps = 2000;
    constexpr double kSmall = 1e-11, kLeast = 0.05;
    activity_.setZero();
    if (activity_.size() == 0) return true;
    double* out[] = {change_.data()};
    double step = 1, before = std::numeric_limits<double>::infinity();
    for (int k = 0; k < kMostSteps; ++k) {
      step_->run(in, out);
      if (change_.cwiseAbs().maxCoeff() <= kSmall) return true;
      const double norm = change_.squaredNorm();
      if (!std::isfinite(norm)) return false;
      step = norm < before ? std::min(1.0, 1.1 * step) : std::max(kLeast, 0.5 * step);
      before = norm;
      activity_ += step * change_;
    }
    return false;
  }

  network::Assembly assembly_;
  Index outputs_;
  std::unique_ptr<Executable> code_, step_;
  Vector buffer_, activity_, change_;
};

Scorer steady_scorer(const Setup& setup, const network::Samples& samples, const Telling& telling,
                     std::optional<double> feedback) {
  const network::AssemblyOptions options{&samples, true, false, true};
  const auto program = std::make_shared<SteadyProgram>(setup, samples, options, feedback);
  return [program, telling, &samples](double t, const double* weights) {
    program->run(t, weights);
    if (std::isnan(program->loss())) return Score{std::nan(""), std::nan("")};
    return Score{program->loss(), static_cast<double>(telling.right(program->outputs(), samples.targets)) /
                                      static_cast<double>(samples.count())};
  };
}

/// Goes through samples that stay in their files, a batch at a time and what is left one by one.
class StreamScorer {
 public:
  StreamScorer(const Setup& setup, const network::Samples& samples, std::optional<double> feedback)
      : samples_(samples),
        telling_(setup, nullptr, samples.target_rows()),
        mean_(setup.loss_parameters.text("reduction") == "mean"),
        many_(setup, samples, {&samples, true, false, false, setup.network.data->batching->size}, feedback),
        one_(setup, samples, {&samples, true, false, false, 1}, feedback) {
    shown_.setZero((samples.input_rows() + samples.target_rows()) * many_.size() + 1);
  }

  Score run(double t, const double* weights) {
    double loss = 0;
    Index right = 0;
    for (Index first = 0; first < samples_.count();) {
      SteadyProgram& program = first + many_.size() <= samples_.count() ? many_ : one_;
      const Index inputs = samples_.input_rows(), targets = samples_.target_rows(), n = program.size();
      for (Index j = 0; j < n; ++j) {
        samples_.stream->read(first + j, shown_.data() + j * inputs, shown_.data() + n * inputs + j * targets);
      }
      shown_[n * (inputs + targets)] = 1;
      program.run(t, weights, shown_.data());
      loss += program.loss() * (mean_ ? static_cast<double>(n) : 1.0);
      right += telling_.right(program.outputs(), Eigen::Map<const Matrix>(shown_.data() + n * inputs, targets, n));
      first += n;
    }
    const auto count = static_cast<double>(samples_.count());
    return {mean_ ? loss / count : loss, static_cast<double>(right) / count};
  }

 private:
  const network::Samples& samples_;
  Telling telling_;
  bool mean_;
  SteadyProgram many_, one_;
  Vector shown_;
};

}  // namespace

/// PREFIXloss and PREFIXaccuracy, which a record asks for one after the other.
static void add_scores(const Setup& setup, Problem& problem, const Scorer& scorer, const std::string& prefix,
                       const std::string& which, Index weights_offset, Index weights) {
  struct Last {
    double t = std::numeric_limits<double>::quiet_NaN();
    Vector w;
    Score score;
  };
  const auto last = std::make_shared<Last>();
  const auto score = [last, scorer, weights_offset, weights](double t, const double* x) {
    const Eigen::Map<const Vector> w(x + weights_offset, weights);
    if (t != last->t || w != last->w) {
      last->t = std::numeric_limits<double>::quiet_NaN();
      last->score = scorer(t, w.data());
      last->w = w;
      last->t = t;
    }
    return last->score;
  };
  problem.metrics.push_back({prefix + "loss", "loss on the " + which + " samples: " + setup.loss->name,
                             [score](double t, const double* x) { return score(t, x).loss; }});
  problem.metrics.push_back({prefix + "accuracy", "share of " + which + " samples told right",
                             [score](double t, const double* x) { return score(t, x).accuracy; }});
}

/// Of all that moves, by the learning rule or by local ones.
static Index moving_weights(const network::Network& net) {
  Index n = 0;
  for (const auto& pr : net.projections) n += pr.moves() ? pr.weights->size() : 0;
  for (const auto& pop : net.populations) {
    for (const auto& b : pop.biases) n += b.moves() ? b.values.size() : 0;
  }
  return n;
}

/// Test rows of a recurrent network relax to fixed points of their own. NaN where they have none.
static Scorer settled_scorer(const Setup& setup, const network::Samples& samples, const Telling& telling) {
  ValueId loss, output;
  const std::shared_ptr<Gradient> gradient = fixed_point_gradient(setup, &samples, loss, output);
  const std::shared_ptr<Sampler> sampler = gradient->sampler({loss, output});
  const auto buffer = std::make_shared<Vector>(sampler->size());
  return [gradient, sampler, buffer, telling, &samples](double t, const double* weights) {
    try {
      sampler->run(t, weights, buffer->data());
    } catch (const NumericalError&) {
      return Score{std::nan(""), std::nan("")};
    }
    const Eigen::Map<const Matrix> outputs(buffer->data() + 1, samples.targets.rows(), samples.count());
    return Score{(*buffer)[0],
                 static_cast<double>(telling.right(outputs, samples.targets)) / static_cast<double>(samples.count())};
  };
}

void add_metrics(const Setup& setup, Problem& problem, ValueId loss, ValueId output, Index weights_offset,
                 std::optional<double> feedback, bool settled) {
  if (setup.scenario.learning->has_target()) {  // nothing to tell right, no test rows
    const std::shared_ptr<Sampler> losses = problem.sampler({loss});
    problem.metrics.push_back({"loss", "loss at this time: " + setup.loss->name, [losses](double t, const double* x) {
                                 double value = 0;
                                 losses->run(t, x, &value);
                                 return value;
                               }});
    return;
  }
  const auto& data = *setup.network.data;
  const bool parts = data.shown_in_time(), stream = data.train.stream != nullptr;
  // All rows have a loss of their own where activity is known at once or `output` leaves it to be solved for. Else what
  // is in the state is there to measure.
  const bool solved = !output.valid() && !stream && !data.sequence;
  const bool whole = solved || (parts && setup.steady && !data.sequence && !stream);
  if (!solved || parts) {
    const std::shared_ptr<Sampler> losses = problem.sampler({loss});
    problem.metrics.push_back(
        {whole || (stream && setup.steady) ? "batch_loss" : "loss",
         (parts ? "loss on the samples shown: " : "loss on the training samples: ") + setup.loss->name,
         [losses](double t, const double* x) {
           double value = 0;
           losses->run(t, x, &value);
           return value;
         }});
  }
  const Telling telling(setup, stream ? nullptr : &data.train.targets, data.train.target_rows());
  const Index weights = moving_weights(setup.network);
  if (whole) {
    add_scores(setup, problem, steady_scorer(setup, data.train, telling, feedback), "", "training", weights_offset,
               weights);
  } else if (!parts && output.valid()) {
    const std::shared_ptr<Sampler> outputs = problem.sampler({output});
    const auto buffer = std::make_shared<Matrix>(data.train.targets.rows(), data.train.targets.cols());
    problem.metrics.push_back({"accuracy", "share of training samples told right",
                               [outputs, buffer, &data, telling](double t, const double* x) {
                                 outputs->run(t, x, buffer->data());
                                 return static_cast<double>(telling.right(*buffer, data.train.targets)) /
                                        static_cast<double>(data.train.count());
                               }});
  }
  if (data.test.count() == 0) return;
  if (setup.steady && stream) {
    const auto scorer = std::make_shared<StreamScorer>(setup, data.test, feedback);
    add_scores(
        setup, problem, [scorer](double t, const double* w) { return scorer->run(t, w); }, "test_", "test",
        weights_offset, weights);
  } else if (setup.steady) {
    add_scores(setup, problem, steady_scorer(setup, data.test, telling, feedback), "test_", "test", weights_offset,
               weights);
  } else if (settled && !stream) {
    add_scores(setup, problem, settled_scorer(setup, data.test, telling), "test_", "test", weights_offset, weights);
  }
}

}  // namespace neurode::learning
