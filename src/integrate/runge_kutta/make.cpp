#include <fmt/format.h>

#include <stdexcept>

#include "integrate/runge_kutta/tableau.hpp"

namespace neurode::integrate {

template <std::size_t kStages, bool kFsal>
std::unique_ptr<Stepper> make_stages(const Tableau& t, System& system, Statistics& statistics, const Options& o);

std::unique_ptr<Stepper> make_runge_kutta(const Tableau& t, System& system, Statistics& statistics, const Options& o) {
  switch (t.stages()) {
    case 1:
      return make_stages<1, false>(t, system, statistics, o);
    case 2:
      return make_stages<2, false>(t, system, statistics, o);
    case 4:
      return t.fsal ? make_stages<4, true>(t, system, statistics, o) : make_stages<4, false>(t, system, statistics, o);
    case 6:
      if (!t.fsal) return make_stages<6, false>(t, system, statistics, o);
      break;
    case 7:
      if (t.fsal) return make_stages<7, true>(t, system, statistics, o);
      break;
    case 12:
      if (!t.fsal) return make_stages<12, false>(t, system, statistics, o);
      break;
    case 13:
      if (!t.fsal) return make_stages<13, false>(t, system, statistics, o);
      break;
    default:
      break;
  }
  throw std::logic_error(
      fmt::format("{}: no stepper is instantiated for {} stages, FSAL {}; see runge_kutta/stages_*.cpp", t.name,
                  t.stages(), t.fsal));
}

}  // namespace neurode::integrate
