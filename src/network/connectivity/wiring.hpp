#pragma once

#include <memory>
#include <string>

#include "neurode/dynamics/convolution.hpp"
#include "neurode/dynamics/sparse.hpp"

namespace neurode::network {

/// Which neurons a projection connects, and what its matrix of weights holds.
struct Wiring {
  enum class Kind {
    dense,       ///< all pairs: post x pre; what no Wiring at all means
    equal,       ///< all pairs alike: 1 x 1
    one_to_one,  ///< n x 1
    sparse,      ///< connections x 1 in the order of the pattern (rows: neurons that receive), or 1 x 1 where all alike
    convolution,  ///< the kernel: out channels x (in channels * height * width), width fastest
    low_rank,     ///< left * right^T times the one weight, 1 x 1
  };
  Kind kind = Kind::dense;
  bool self = true;  ///< dense, equal: neuron i of FROM reaches neuron i of TO
  std::shared_ptr<const SparsePattern> pattern;
  ConvolutionShape shape;
  std::shared_ptr<const Matrix> left, right;  ///< post x rank, pre x rank
};

}  // namespace neurode::network
