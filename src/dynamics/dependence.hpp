#pragma once

#include <cstdint>
#include <vector>

#include "neurode/dynamics/program.hpp"

namespace neurode {

/// Sets of state elements, one an element of a value; none at all where a value depends on no state.
class Sets {
 public:
  Sets() = default;
  Sets(Index elements, std::size_t words)
      : words_(words), bits_(static_cast<std::size_t>(elements) * words), any_(true) {}
  bool any() const { return any_; }
  std::uint64_t* at(Index element) { return bits_.data() + static_cast<std::size_t>(element) * words_; }
  const std::uint64_t* at(Index element) const { return bits_.data() + static_cast<std::size_t>(element) * words_; }
  void insert(Index element, Index state) {
    at(element)[state / 64] |= std::uint64_t{1} << (static_cast<unsigned>(state) % 64U);
  }
  void unite(Index element, const std::uint64_t* other) {
    std::uint64_t* mine = at(element);
    for (std::size_t w = 0; w < words_; ++w) mine[w] |= other[w];
  }

 private:
  std::size_t words_ = 0;
  std::vector<std::uint64_t> bits_;
  bool any_ = false;
};

/// Which state elements each element of each value of a program depends on, followed operation by operation.
class Dependence {
 public:
  /// On n states.
  Dependence(const Program& p, Index n)
      : p_(p), words_((static_cast<std::size_t>(n) + 63) / 64), sets_(p.value_count()) {}

  const Sets& of(ValueId v) const { return sets_[static_cast<std::size_t>(v.id)]; }
  Sets& open(ValueId v);
  /// False if a value is too large to look at.
  bool run(const Program::Op& op);

 private:
  static constexpr std::size_t kMostWords = std::size_t{1} << 25;  // of one value's sets: 256 MB
  static constexpr std::size_t kMostWork = std::size_t{1} << 30;   // of one operation: words

  bool fits(ValueId v) const { return static_cast<std::size_t>(p_[v].size()) * words_ <= kMostWords; }
  bool worth(Index steps) const { return static_cast<std::size_t>(steps) * words_ <= kMostWork; }
  /// What may be 0 for good: the numbers of a constant, else null.
  const double* known(ValueId v) const {
    return p_[v].source == Program::Value::Source::constant ? p_[v].data : nullptr;
  }
  void unite(ValueId out, Index element, ValueId v, Index from) {
    if (of(v).any()) open(out).unite(element, of(v).at(from));
  }
  void unite_all(ValueId out, ValueId v);
  void elementwise(const Program::Op& op, std::size_t k);
  bool product(const Program::Op& op);
  bool coupling(const Program::Op& op);
  void sparse(const Program::Op& op);
  bool pairwise(const Program::Op& op);
  bool convolution(const Program::Op& op);

  const Program& p_;
  std::size_t words_;
  std::vector<Sets> sets_;
};

}  // namespace neurode
