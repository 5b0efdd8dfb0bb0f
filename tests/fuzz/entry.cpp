// libFuzzer's way into one target.
#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neurode::fuzz::NEURODE_FUZZ_TARGET(data, size);
  return 0;
}
