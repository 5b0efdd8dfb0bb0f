#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "neurode/run/prepare.hpp"

namespace bench {

/// One line of the closing table: median time of `ours` over median time of `yardstick`, both run in this process in
/// turns, beside the ratio aimed at.
struct Pair {
  std::string what, ours, yardstick;
  double target;
};
inline std::vector<Pair>& pairs() {
  static std::vector<Pair> all;
  return all;
}

inline std::unique_ptr<neurode::run::Prepared> scenario(const std::string& name,
                                                        const std::vector<std::string>& set = {}) {
  return neurode::run::prepare(std::string(NEURODE_SOURCE_DIR) + "/scenarios/" + name, set);
}
std::unique_ptr<neurode::run::Prepared> scenario_text(const std::string& text);

void add_xor();
void add_hodgkin_huxley();
void add_dense();
void add_digits();

}  // namespace bench
