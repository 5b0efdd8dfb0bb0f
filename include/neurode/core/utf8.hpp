#pragma once

#include <cstddef>
#include <string_view>

namespace neurode {

/// Length of the UTF-8 sequence that starts `s` (not empty), 0 if it is none (overlong forms and surrogates included).
std::size_t utf8_length(std::string_view s);

}  // namespace neurode
