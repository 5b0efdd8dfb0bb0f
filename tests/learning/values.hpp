#pragma once

#include <doctest/doctest.h>

#include <string>

#include "neurode/learning/problem.hpp"

/// A named quantity of a problem at (t, x), in its shape.
inline neurode::Matrix value_of(const neurode::learning::Problem& problem, const std::string& name, double t,
                                const neurode::Vector& x) {
  const auto* named = problem.find(name);
  REQUIRE_MESSAGE(named != nullptr, name);
  neurode::Matrix out(named->rows, named->cols);
  problem.sampler({named->value})->run(t, x.data(), out.data());
  return out;
}

/// The rate of a slice of the state.
inline neurode::Matrix rate_of(const neurode::learning::Problem& problem, const std::string& name, double t,
                               const neurode::Vector& x) {
  neurode::Vector f(x.size());
  problem.system->rhs(t, x.data(), f.data());
  const neurode::Slice* s = problem.system->layout().find(name);
  REQUIRE_MESSAGE(s != nullptr, name);
  return Eigen::Map<const neurode::Matrix>(f.data() + s->offset, s->rows, s->cols);
}
