#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "neurode/run/estimate.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::run {

/// What `neurode check` tells about a scenario.
struct Description {
  struct Population {
    std::string name, model;
    std::int64_t size = 0;
    std::vector<std::string> equations;  ///< definitions inlined, parameters as numbers where they are one for all
  };
  std::vector<Population> populations;
  std::vector<std::string> projections;  ///< "E -> I: 10 x 40, sparse, 80 connections, linear: 1 product"
  std::vector<std::string> slices;       ///< "hidden.a  4 x 4  activity"
  std::string recorded;                  ///< names
  std::int64_t states = 0, weights = 0;
  double output_bytes = 0;
  MemoryEstimate memory;
  TimeScales times;
  bool every_step = false;  ///< something is recorded at every step: the size depends on their number
};

Description describe(Prepared& prepared);

}  // namespace neurode::run
