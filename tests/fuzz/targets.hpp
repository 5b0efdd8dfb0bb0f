#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Everything that reads what a stranger wrote, each as a function of bytes. tools/fuzz runs them with libFuzzer; the
/// ordinary tests replay corpora and regressions (replay.cpp).
namespace neurode::fuzz {

using Run = void(const std::uint8_t* data, std::size_t size);

Run build;          ///< a scenario, made ready to run
Run csv;            ///< tables, lists of connections
Run equations;      ///< text -> graph -> derivative -> tape -> numbers
Run hdf5_matrix;    ///< datasets of numbers
Run matrix_market;  ///< sparse matrices
Run npy;            ///< NumPy's arrays
Run ode;            ///< XPPAUT's files
Run result;         ///< result files: list, read, export
Run scenario;       ///< a scenario, read and checked; keys set from outside

struct Target {
  const char* name;
  Run* run;
  std::vector<const char*> corpora;  ///< further folders of the tree with inputs
};

/// Sorted by name.
inline const std::vector<Target>& targets() {
  static const std::vector<Target> all = {{"build", build, {"scenarios"}},
                                          {"csv", csv, {}},
                                          {"equations", equations, {}},
                                          {"hdf5_matrix", hdf5_matrix, {}},
                                          {"matrix_market", matrix_market, {}},
                                          {"npy", npy, {}},
                                          {"ode", ode, {"tests/import/files"}},
                                          {"result", result, {}},
                                          {"scenario", scenario, {"scenarios", "tests/golden/files/bad"}}};
  return all;
}

}  // namespace neurode::fuzz
