#pragma once

#include <memory>
#include <string>
#include <vector>

#include "neurode/analysis/family.hpp"
#include "neurode/run/prepare.hpp"
#include "study/freed_constant.hpp"

namespace neurode::study {

/// A scenario as a function of one of its numbers.
class ScenarioFamily final : public analysis::Family {
 public:
  /// @throws UsageError where `key` is no path of keys
  ScenarioFamily(const run::Prepared& p, const ScenarioFile& file, const std::string& key);

  /// Only F is promised to be the scenario's: names of slices are not.
  System& at(double p) override;
  /// The whole scenario there, valid up to the next call. @throws UsageError where the number of states is another
  run::Prepared& prepared_at(double p);
  /// The number the scenario has there, its model's where it says nothing; NaN: it has none.
  double standard() const { return standard_; }

 private:
  /// Does it do the same there as what is built anew?
  bool agrees(FreedConstant& quick, double p);

  ScenarioFile file_;
  Value root_;
  std::vector<std::string> path_;
  double standard_ = 0, now_;
  Vector state_;
  std::unique_ptr<run::Prepared> prepared_;
  std::unique_ptr<FreedConstant> quick_;  ///< null: each value is built anew
  int agreed_ = 0;                        ///< values at which it was seen to do the same
};

}  // namespace neurode::study
