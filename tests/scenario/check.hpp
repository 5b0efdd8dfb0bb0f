#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "neurode/scenario/read.hpp"

/// A scenario that reads without faults.
inline neurode::scenario::Scenario good_scenario(const std::string& text) {
  neurode::Diagnostics ds;
  const auto root = neurode::scenario::parse_toml(text, "s.toml", ds);
  auto s = neurode::scenario::read_scenario(root, "s.toml", ds);
  for (const auto& d : ds.items()) FAIL_CHECK(d.format());
  return s;
}

/// All messages of a scenario, in the order of the file.
inline std::vector<std::string> faults(const std::string& text) {
  neurode::Diagnostics ds;
  const auto root = neurode::scenario::parse_toml(text, "s.toml", ds);
  neurode::scenario::read_scenario(root, "s.toml", ds);
  auto items = ds.items();
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.where.line < b.where.line; });
  std::vector<std::string> out;
  for (const auto& d : items) out.push_back(d.format());
  return out;
}

/// What every scenario needs, so that a test can state its own part alone; five lines long.
inline const std::string kHead = "schema = 1\n[population.p]\nmodel = \"m\"\n[time]\nend = 1.0\n";

inline std::vector<std::string> faults_below_head(const std::string& text) { return faults(kHead + text); }
inline std::string fault_below_head(const std::string& text) {
  const auto all = faults_below_head(text);
  std::string joined;
  for (const auto& f : all) joined += (joined.empty() ? "" : "\n") + f;
  return joined;
}
inline neurode::scenario::Scenario good_below_head(const std::string& text) { return good_scenario(kHead + text); }
