#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "neurode/equations/graph.hpp"

namespace neurode::network {

/// scalar * weight(w) * post * pre; `scalar` holds numbers, time and whatever else belongs to no neuron.
struct Term {
  equations::Node scalar, weight, post, pre;
};

/// Writes an expression of w (and what else a connection has, `w.NAME`), of the neuron that sends (`pre`, `pre.NAME`)
/// and of the one that receives (`post`, `post.NAME`) as a sum of Terms, where it is one: sums and products of such,
/// powers 2 to 4 of sums, quotients by products, sin and cos of sums, exp of sums.
///
/// exp(p + q) of post p and pre q would overflow where its factors do and the sum does not. It becomes
/// exp(p + s) exp(q - s) with a symbol s for the largest q, listed in shifts(); the product does not depend on s.
class Separation {
 public:
  struct Shift {
    equations::Node symbol, pre;  ///< `symbol` stands for the largest value of `pre` over the neurons that send
  };

  explicit Separation(equations::Graph& graph);

  std::optional<std::vector<Term>> of(equations::Node n);
  const std::vector<Shift>& shifts() const { return shifts_; }

  enum Side : unsigned { kNone = 0, kPre = 1, kPost = 2, kWeight = 4 };
  /// Whose names an expression uses, as a sum of Sides.
  unsigned sides(equations::Node n);

 private:
  using Terms = std::optional<std::vector<Term>>;
  struct Parts {
    equations::Node post, pre, weight;  ///< a sum of three
  };

  Terms one_sided(equations::Node n, unsigned side) const;
  Terms joined(Terms a, Terms b) const;
  Terms scaled(Terms t, double factor) const;
  Terms multiplied(const Terms& a, const Terms& b) const;
  Terms inverse(const Terms& t) const;
  Terms power(const Terms& base, equations::Node exponent) const;
  std::optional<Parts> split(equations::Node n);
  Terms wave(equations::Node argument, bool sine);
  Terms exponential(equations::Node argument);

  equations::Graph& g_;
  std::vector<Shift> shifts_;
  std::unordered_map<std::uint32_t, unsigned> sides_;
};

/// Terms with the same functions of w and of pre together: weight * pre is one product with the matrix, times `post`
/// (scalars included).
struct Product {
  equations::Node weight, pre, post;
};
std::vector<Product> gather_products(equations::Graph& graph, const std::vector<Term>& terms);

}  // namespace neurode::network
