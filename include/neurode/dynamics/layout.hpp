#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>
#include <vector>

namespace neurode {

using Index = Eigen::Index;
using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// What a slice of the state is, for tolerances and error measures.
enum class Block { activity, errors, weights, auxiliary };
std::string_view block_name(Block b);

/// A named part of the state vector: rows x cols numbers, column-major, from `offset`.
/// Activity: rows = neurons, cols = samples. Weights: rows = post, cols = pre.
struct Slice {
  std::string name;  ///< "hidden.a", "input -> hidden.weights"
  Index offset = 0;
  Index rows = 0;
  Index cols = 1;
  Block block = Block::activity;
  std::string unit;
  std::string long_name;
  std::string row_dimension;  ///< "hidden", "post"; what the row index counts
  std::string col_dimension;  ///< "sample", "pre"

  Index size() const { return rows * cols; }
};

/// Where everything is in the state vector. Slices follow one another without gaps.
class StateLayout {
 public:
  /// Adds a slice at the end; sets and returns its offset. @throws std::invalid_argument for a name already there.
  Index add(Slice s);
  Index size() const { return size_; }
  const std::vector<Slice>& slices() const { return slices_; }
  const Slice* find(std::string_view name) const;
  /// "hidden.a[3], sample 2" for an element of the state vector.
  std::string describe(Index element) const;

 private:
  std::vector<Slice> slices_;
  Index size_ = 0;
};

}  // namespace neurode
