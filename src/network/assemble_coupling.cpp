// What projections add to inputs.
#include "network/assembler.hpp"

namespace neurode::network {

ValueId Assembler::coupled(std::size_t k, ValueId base) {
  if (net_.projections[k].delay.size() > 1) return delayed_connections(k, base);
  return out_.program.product(weights_[k], false, source(k), false, base);
}

}  // namespace neurode::network
