#include <doctest/doctest.h>

#include <set>
#include <string>

#include "neurode/integrate/statistics.hpp"

using namespace neurode::integrate;

TEST_CASE("every outcome has a name and a sentence of advice of its own") {
  std::set<std::string> names, advice;
  for (int i = 0; i <= static_cast<int>(Outcome::interrupted); ++i) {
    const auto o = static_cast<Outcome>(i);
    names.emplace(outcome_name(o));
    const std::string a(outcome_advice(o));
    CAPTURE(a);
    advice.insert(a);
    CHECK(a.size() > 30);
    CHECK(a.back() == '.');
  }
  CHECK(names.size() == 12);
  CHECK(advice.size() == 12);
  CHECK(outcome_name(Outcome::step_underflow) == "step_underflow");
  CHECK(succeeded(Outcome::steady_state));
  CHECK_FALSE(succeeded(Outcome::max_steps));
}
