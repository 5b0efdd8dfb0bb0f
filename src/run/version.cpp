#include <fmt/format.h>
#include <Eigen/Core>

#include "neurode/core/units.hpp"
#include "neurode/run/simulate.hpp"

#ifndef NEURODE_HAVE_SUNDIALS
#define NEURODE_HAVE_SUNDIALS "none"
#endif

namespace neurode::run {

std::string version() { return NEURODE_VERSION; }

std::string build_text() {
  return fmt::format("compiler {} {}, {} ({}), Eigen {}.{}.{}, vectors of {} bytes, SUNDIALS {}, udunits2 {}",
                     NEURODE_COMPILER, __VERSION__, NEURODE_BUILD_TYPE, NEURODE_FLAGS, EIGEN_WORLD_VERSION,
                     EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, EIGEN_MAX_STATIC_ALIGN_BYTES, NEURODE_HAVE_SUNDIALS,
                     have_udunits2() ? "yes" : "none");
}

}  // namespace neurode::run
