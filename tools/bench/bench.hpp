#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "neurode/run/prepare.hpp"

namespace bench {

/// One line of the closing table: time of `ours` over time of `yardstick`, both run in this process in turns, beside
/// the ratio aimed at.
struct Pair {
  std::string what, ours, yardstick;
  double target = 0;                       ///< 0: none
  std::vector<std::string> others = {};    ///< more yardsticks; the fastest counts
  std::function<std::string()> note = {};  ///< printed below, if both were run: errors, counts
  /// One run each of ours and of all yardsticks, for runs long enough to be timed singly. The ratio is then that of
  /// turns_ratio(), which other work on the machine disturbs less than it does the medians of repetitions.
  std::vector<std::function<void()>> turns = {};
};
/// Median over many turns of the first one's time over that of each other one, the largest of these: of the thread's
/// own time, which waiting for a core does not touch.
double turns_ratio(const std::vector<std::function<void()>>& turns);
/// The time that this thread has run.
double thread_seconds();

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
void add_checkpoint();
void add_stiff();
void add_cvode();  ///< nothing where this build lacks SUNDIALS
void add_ring();
void add_coupling();

}  // namespace bench
