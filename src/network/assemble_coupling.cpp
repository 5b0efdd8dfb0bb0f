// What projections add to inputs.
#include "network/assembler.hpp"

namespace neurode::network {

ValueId Assembler::coupled(std::size_t k, ValueId base) {
  return out_.program.product(weights_[k], false, source(k), false, base);
}

std::shared_ptr<const SparsePattern> Assembler::connections(std::size_t) const { return nullptr; }

}  // namespace neurode::network
