#include "fuzz/support.hpp"
#include "neurode/import/import.hpp"

namespace neurode::fuzz {

void ode(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  refusing([&] { importing::import_ode(text, "/nowhere/fuzz.ode"); });
}

}  // namespace neurode::fuzz
