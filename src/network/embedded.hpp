#pragma once

#include "neurode/core/embedded.hpp"

namespace neurode::network {

const std::vector<EmbeddedText>& embedded_models();
const std::vector<EmbeddedText>& embedded_plasticity();

}  // namespace neurode::network
