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
MethodEntry rkc2();
MethodEntry rock2();
MethodEntry rock4();
const Tableau& tsit5();

namespace {

template <const Tableau& (*tableau)()>
Method runge_kutta() {
  return {runge_kutta_entry<tableau>(), &tableau()};
}

}  // namespace

const std::vector<Method>& method_list() {
  static const std::vector<Method> list = {
      runge_kutta<bs3>(),  //
      runge_kutta<cash_karp54>(),
      runge_kutta<dopri5>(),
      runge_kutta<euler>(),
      runge_kutta<fehlberg78>(),
      runge_kutta<heun>(),
      runge_kutta<midpoint>(),
      runge_kutta<rk4>(),
      {rkc2()},
      {rock2()},
      {rock4()},
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

}  // namespace neurode::integrate
