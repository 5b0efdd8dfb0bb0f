// libFuzzer's way into one target.
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

#include "fuzz/targets.hpp"

/// A child that dies over a damaged HDF5 file is what it is there for: it must not be written down as a finding.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback([] {}); });
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neurode::fuzz::NEURODE_FUZZ_TARGET(data, size);
  return 0;
}
