#pragma once

#include <vector>

namespace neurode {

/// A file of src/ that is part of the program (NeurodeEmbed.cmake writes the definitions).
struct EmbeddedText {
  const char* file;    ///< its name, without folder
  const char* text;    ///< byte for byte
  const char* sha256;  ///< of the text, hexadecimal
};

}  // namespace neurode
