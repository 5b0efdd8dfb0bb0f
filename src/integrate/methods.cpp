#include <algorithm>
#include <array>

#include "integrate/method_list.hpp"

namespace neurode::integrate {

// Defined in methods/NAME.cpp.
const Tableau& bs3();
const Tableau& cash_karp54();
const Tableau& dopri5();
const Tableau& euler();
const Tableau& fehlberg78();
const Tableau& heun();
const Tableau& midpoint();
const Tableau& rk4();
const Tableau& tsit5();
#ifdef NEURODE_HAVE_SUNDIALS
MethodEntry ark436();
MethodEntry cvode_adams();
MethodEntry cvode_bdf();
#endif

namespace {

template <const Tableau& (*tableau)()>
Method runge_kutta() {
  return {runge_kutta_entry<tableau>(), &tableau()};
}

}  // namespace

const std::vector<Method>& method_list() {
  static const std::vector<Method> list = {
#ifdef NEURODE_HAVE_SUNDIALS
      {ark436()},
#endif
      runge_kutta<bs3>(),  //
      runge_kutta<cash_karp54>(),
#ifdef NEURODE_HAVE_SUNDIALS
      {cvode_adams()},
      {cvode_bdf()},
#endif
      runge_kutta<dopri5>(),
      runge_kutta<euler>(),
      runge_kutta<fehlberg78>(),
      runge_kutta<heun>(),
      runge_kutta<midpoint>(),
      runge_kutta<rk4>(),
      runge_kutta<tsit5>(),
  };
  return list;
}

const std::vector<MethodEntry>& methods() {
  static const std::vector<MethodEntry> entries = [] {
    std::vector<MethodEntry> e;
    for (const auto& m : method_list()) e.push_back(m.entry);
    return e;
  }();
  return entries;
}

std::string_view missing_library(std::string_view name) {
  constexpr std::array<std::string_view, 3> kOfSundials = {"ark436", "cvode_adams", "cvode_bdf"};
  const bool known = std::find(kOfSundials.begin(), kOfSundials.end(), name) != kOfSundials.end();
  return known && find_entry(methods(), name) == nullptr ? "SUNDIALS" : "";
}

}  // namespace neurode::integrate
