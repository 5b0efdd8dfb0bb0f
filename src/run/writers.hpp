#pragma once

#include <memory>
#include <span>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/run/prepare.hpp"

namespace neurode::run {

/// Feeds one time axis of the file: samples its variables together and lays them out as the file has them.
class AxisWriter {
 public:
  AxisWriter(Prepared& prepared, record::Sink& sink, int axis);

  /// A time that was written last is not written again.
  void write(double t, const Vector& x);
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  static void lay_out(const RecordedVariable& v, const double* in, double* out);

  Prepared& p_;
  record::Sink& sink_;
  int axis_;
  std::vector<RecordedVariable*> variables_;
  std::unique_ptr<learning::Sampler> sampler_;
  Vector sampled_, laid_out_;
  std::vector<std::span<const double>> spans_;
  Index size_ = 0;
  double last_ = 0;
  bool has_last_ = false;
};

/// Spikes as they come: a time axis for each population, with the neuron (and the sample) of each spike.
class SpikeWriter {
 public:
  /// Adds its axes and variables to those of the file.
  SpikeWriter(const Prepared& p, std::vector<record::TimeAxis>& axes, std::vector<record::Variable>& variables);

  void write(record::Sink& sink, Index which, double t) const;

 private:
  const std::vector<learning::Spiking>& spikes_;
  std::vector<int> axis_;
};

}  // namespace neurode::run
