#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/dynamics/sparse.hpp"

namespace neurode::network {

/// Connections as a file lists them.
struct Connection {
  Index post = 0, pre = 0;
  double weight = 1;
  Location where;  ///< its line; for HDF5 the file
};

/// Collects connections with checks: indices in range, weights finite, no pair twice. Stops after 20 faults of a file.
class ConnectionList {
 public:
  ConnectionList(Index post, Index pre, std::string file, Diagnostics& diagnostics)
      : post_(post), pre_(pre), file_(std::move(file)), diagnostics_(diagnostics) {}

  void reserve(std::size_t n);
  /// `what` names the entry in messages where there is no line ("entry 3"); `base` is the file's first index.
  void add(double post, double pre, double weight, int line, Index base);
  void fault(int line, std::string problem, std::string found, std::string allowed);
  bool full() const { return faults_ >= kMostFaults; }
  Index post() const { return post_; }
  Index pre() const { return pre_; }
  bool weighted = false;  ///< does the file give weights?

  /// The pattern and, in its order, the weights. Pairs that come twice are reported; null if there was any fault.
  std::shared_ptr<const SparsePattern> finish(Matrix& weights);

 private:
  struct Entry {
    std::int32_t post, pre;
    int line;
    double weight;
  };
  static constexpr int kMostFaults = 20;

  Index post_, pre_;
  std::string file_;
  Diagnostics& diagnostics_;
  std::vector<Entry> entries_;
  int faults_ = 0;
};

/// Fill a list from a file. @throws FileError where the file cannot be read.
void read_matrix_market(const std::filesystem::path& path, ConnectionList& list);
void read_triples(const std::filesystem::path& path, ConnectionList& list);
void read_hdf5(const std::filesystem::path& path, const std::string& dataset, ConnectionList& list);

}  // namespace neurode::network
