#pragma once

#include <unordered_map>
#include <vector>

#include "network/connectivity/wiring.hpp"
#include "network/expressions/separation.hpp"
#include "neurode/dynamics/program.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

/// The expressions of a local rule as values of a program, averaged over samples.
///
/// All to all and for kernels, sums of products of functions of w, of pre and of post become matrix products or
/// convolutions; anything else runs over all pairs. For sparse wirings it runs over the connections. A kernel's weight
/// moves by the mean over all places it stands for (beyond the edges pre counts as 0).
class LocalRuleValues {
 public:
  /// `wiring`: null is all to all; of a bias as well.
  LocalRuleValues(Program& program, const Wiring* wiring, Index post, Index pre, Index samples);

  /// What a symbol stands for: of a connection in the shape of w; of a neuron n x samples or, the same for all samples,
  /// n x 1.
  void set(equations::Node symbol, ValueId v) { values_[symbol.id] = v; }
  /// Computes what stands for the reduction's symbol.
  void reduce(const LocalEquations::Reduction& r);

  /// The mean over samples of an expression that belongs to a connection (shaped as w), or to a neuron (n x 1).
  ValueId of_connections(equations::Node e);
  ValueId of_neurons(equations::Node e, LocalEquations::Site site);

 private:
  using Terms = std::vector<Term>;
  struct UpTo {
    equations::Node symbol, argument;
  };
  Wiring::Kind kind() const { return wiring_ ? wiring_->kind : Wiring::Kind::dense; }
  bool by_edges() const { return kind() == Wiring::Kind::sparse || kind() == Wiring::Kind::one_to_one; }
  Index size(bool post) const { return post ? post_ : pre_; }

  /// e with what `value_of(symbol, value)` gives for each symbol in it that has a value.
  template <class F>
  equations::Node placed(equations::Node e, F&& value_of);
  ValueId over_samples(ValueId v, Index rows);
  /// n x samples: an expression of one side's names.
  ValueId lane(equations::Node e, bool post);
  /// connections x samples, for wirings with one number a connection.
  ValueId edges(equations::Node e);
  /// An expression of what connections have, in the shape of w.
  ValueId weights(equations::Node e);
  ValueId mean(ValueId v);
  std::optional<Terms> terms(equations::Node e);

  ValueId sum(equations::Node e, bool over_pre);
  ValueId sum_of_terms(Terms terms, bool over_pre);
  ValueId sum_of_pairs(equations::Node e, bool over_pre);
  ValueId by_products(const Terms& terms);
  /// scalar * weight'(w) * the mean of post * pre * sum_up_to; nothing where it is no product of matrices.
  std::optional<equations::Node> up_to_products(const Term& t);
  ValueId by_samples(equations::Node e);

  Program& program_;
  equations::Graph& g_;
  const Wiring* wiring_;
  Index post_, pre_, samples_;
  std::unordered_map<std::uint32_t, ValueId> values_;
  std::vector<UpTo> up_to_;
  ValueId triangle_;  ///< ones on and below the diagonal, post x post
};

}  // namespace neurode::network
