#include "integrate/method_list.hpp"

namespace neurode::integrate {

// Defined in methods/NAME.cpp.
const Tableau& bs3();
const Tableau& cash_karp54();
const Tableau& dopri5();
const Tableau& euler();
const Tableau& fehlberg78();
const Tableau& heun();
MethodEntry implicit_euler();
MethodEntry implicit_midpoint();
const Tableau& midpoint();
const Tableau& rk4();
const RosenbrockTableau& rodas4();
const RosenbrockTableau& rodas5p();
const RosenbrockTableau& ros3p();
const RosenbrockTableau& rosenbrock23();
const Tableau& tsit5();

namespace {

template <const Tableau& (*tableau)()>
Method runge_kutta() {
  return {runge_kutta_entry<tableau>(), &tableau(), nullptr};
}

template <const RosenbrockTableau& (*tableau)()>
Method rosenbrock() {
  return {rosenbrock_entry<tableau>(), nullptr, &tableau()};
}

}  // namespace

const std::vector<Method>& method_list() {
  static const std::vector<Method> list = {
      runge_kutta<bs3>(),  //
      runge_kutta<cash_karp54>(), runge_kutta<dopri5>(), runge_kutta<euler>(),  runge_kutta<fehlberg78>(),
      runge_kutta<heun>(),        {implicit_euler()},    {implicit_midpoint()}, runge_kutta<midpoint>(),
      runge_kutta<rk4>(),         rosenbrock<rodas4>(),  rosenbrock<rodas5p>(), rosenbrock<ros3p>(),
      rosenbrock<rosenbrock23>(), runge_kutta<tsit5>(),
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
