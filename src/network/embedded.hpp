#pragma once

#include <vector>

namespace neurode::network {

/// A file of src/network that is part of the program (NeurodeEmbed.cmake writes the definitions).
struct EmbeddedText {
  const char* file;  ///< its name, without folder
  const char* text;
};

const std::vector<EmbeddedText>& embedded_models();
const std::vector<EmbeddedText>& embedded_plasticity();

}  // namespace neurode::network
