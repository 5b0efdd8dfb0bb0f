#pragma once

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "neurode/run/prepare.hpp"

/// A scenario from its text, through a file of its own.
inline std::unique_ptr<neurode::run::Prepared> prepared(const std::string& text,
                                                        const std::vector<std::string>& set = {}) {
  static std::atomic<int> count{0};
  const auto path = std::filesystem::temp_directory_path() /
                    ("neurode-test-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".toml");
  std::ofstream(path) << text;
  struct Remove {
    std::filesystem::path path;
    ~Remove() { std::filesystem::remove(path); }
  } remove{path};
  return neurode::run::prepare(path, set);
}

/// The state at the end, at tight tolerances unless the scenario says otherwise.
inline neurode::integrate::Result integrated(neurode::run::Prepared& p) {
  return neurode::integrate::drive(*p.problem.system, p.scenario.time.start, p.problem.initial, p.scenario.time.end,
                                   p.options, {}, {}, {});
}
