#pragma once

#include <optional>
#include <string>
#include <vector>

#include "learning/build.hpp"
#include "learning/parts/expr.hpp"

namespace neurode::learning {

/// A network without loops at its steady state, layer by layer: for rules that go their own way back through it, or
/// have dynamics of their own over its weights. z is the total input of a population, r = f(z) its output, n x samples.
class Layers {
 public:
  struct Link {
    std::size_t projection, pre, post;
    ValueId weight;    ///< post x pre
    int plastic = -1;  ///< index into assembly.plastic
  };

  /// `assembly`: of the network at its steady state. Refers to both.
  Layers(const network::Network& network, network::Assembly& assembly);

  /// Reports what is not all to all with coupling w * pre, has no steady state, or takes more than one input.
  static void check(const Setup& setup, Diagnostics& diagnostics);

  const std::vector<Link>& links() const { return links_; }
  /// Populations from the inputs on, so that each stands behind those it reads.
  const std::vector<std::size_t>& order() const { return order_; }
  bool clamped(std::size_t p) const { return network_.populations[p].clamped; }
  const std::string& name(std::size_t p) const { return network_.populations[p].name; }
  Index size(std::size_t p) const { return network_.populations[p].size; }
  /// In the forward pass.
  ValueId input(std::size_t p) const;
  ValueId output(std::size_t p) const { return assembly_.outputs[p]; }

  /// sum over links into p of W r(pre) + biases; `outputs`: r of each population. What clamped ones and biases add is
  /// computed once, whoever asks.
  ValueId total(std::size_t p, const std::vector<ValueId>& outputs) const;
  /// sum over links out of p of W^T r(post); invalid where there are none.
  ValueId back(std::size_t p, const std::vector<ValueId>& outputs) const;
  /// f(z); where p is a softmax, `parts` (may be null) gets what losses want.
  ValueId activate(std::size_t p, ValueId z, network::Assembly::Softmax* parts = nullptr) const;
  /// df(z)^T u: back from outputs to inputs, at the forward pass.
  ValueId to_input(std::size_t p, ValueId u) const;
  /// From what each population's total input contributes to a loss (dL/dz; invalid: nothing): dL/dw of
  /// assembly.plastic.
  std::vector<ValueId> gradient(const std::vector<ValueId>& slopes) const;
  /// For rules whose gradients are products of activities on both sides: of each of assembly.plastic, `base` (may be
  /// empty) plus factor times sum over samples of slope(post) r(pre)^T, of a bias slope(post) alone. slope[p] invalid:
  /// nothing. `from_clamped`: biases and links from clamped populations alone.
  std::vector<ValueId> outer(const std::vector<ValueId>& slope, const std::vector<ValueId>& r, double factor,
                             const std::vector<ValueId>& base = {}, bool from_clamped = false) const;
  /// The same for outer products of activity itself: high r r^T - low r r^T, times the factor of the population that
  /// receives. Where what sends is clamped the difference is taken first: half the work, and nothing cancels.
  std::vector<ValueId> contrast(const std::vector<ValueId>& high, const std::vector<ValueId>& low,
                                const std::vector<double>& factors) const;
  /// The loss as a function of an output population's activity and softmax parts.
  ValueId loss(const Setup& setup, const network::Samples* samples, ValueId output,
               const network::Assembly::Softmax* parts) const;

 private:
  ValueId given(std::size_t p) const;

  const network::Network& network_;
  network::Assembly& assembly_;
  std::vector<Link> links_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::pair<ValueId, int>>> biases_;  ///< value and index into assembly.plastic
  mutable std::vector<std::optional<ValueId>> given_;         ///< what clamped populations and biases add
};

}  // namespace neurode::learning
