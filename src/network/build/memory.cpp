#include "network/build/memory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace neurode::network {

double memory_bytes() {
  static const double all = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return all;
}

double state_bytes(const Population& pop, const Network& network) {
  constexpr double kCopies = 4;  // at the least: before and after a step, its rate, what is recorded
  const double samples = network.data ? static_cast<double>(std::max<Index>(network.data->columns(), 1)) : 1.0;
  const double states = static_cast<double>(std::max<std::size_t>(pop.initial.size(), 1));
  return kCopies * sizeof(double) * static_cast<double>(pop.size) * states * samples;
}

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

}  // namespace neurode::network
