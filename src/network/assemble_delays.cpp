// What projections read.
#include "network/assembler.hpp"

namespace neurode::network {

ValueId Assembler::source(std::size_t k) { return out_.outputs[net_.projections[k].pre]; }

}  // namespace neurode::network
