#include <fmt/format.h>
#include <Eigen/Core>

#include "neurode/run/simulate.hpp"

namespace neurode::run {

std::string version() { return NEURODE_VERSION; }

std::string build_text() {
  return fmt::format("compiler {} {}, {} ({}), Eigen {}.{}.{}, vectors of {} bytes", NEURODE_COMPILER, __VERSION__,
                     NEURODE_BUILD_TYPE, NEURODE_FLAGS, EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION,
                     EIGEN_MAX_STATIC_ALIGN_BYTES);
}

}  // namespace neurode::run
