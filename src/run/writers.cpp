#include "run/writers.hpp"

#include <algorithm>

namespace neurode::run {

AxisWriter::AxisWriter(Prepared& p, record::Sink& sink, int axis) : p_(p), sink_(sink), axis_(axis) {
  std::vector<ValueId> values;
  for (auto& v : p.plan.variables) {
    if (v.file.axis != axis) continue;
    variables_.push_back(&v);
    if (v.value.valid()) values.push_back(v.value);
    size_ += v.size();
  }
  if (!values.empty()) {
    sampler_ = p.problem.sampler(values);
    sampled_.setZero(sampler_->size());
  }
  laid_out_.setZero(std::max<Index>(size_, 1));
  Index at = 0;
  for (const auto* v : variables_) {
    spans_.emplace_back(laid_out_.data() + at, static_cast<std::size_t>(v->size()));
    at += v->size();
  }
}

void AxisWriter::write(double t, const Vector& x) {
  if (has_last_ && t == last_) return;
  if (sampler_) sampler_->run(t, x.data(), sampled_.data());
  double* out = laid_out_.data();
  std::size_t value = 0;
  for (const auto* v : variables_) {
    if (v->value.valid()) {
      lay_out(*v, sampled_.data() + sampler_->offsets()[value++], out);
    } else if (v->metric) {
      *out = v->metric->evaluate(t, x.data());
    } else {
      *out = p_.plan.expressions[static_cast<std::size_t>(v->expression)].evaluate(t, x.data());
    }
    out += v->size();
  }
  sink_.append(axis_, t, spans_);
  last_ = t;
  has_last_ = true;
}

void AxisWriter::save(ByteWriter& out) const {
  out.put(has_last_);
  out.put(last_);
}

void AxisWriter::load(ByteReader& in) {
  in.get(has_last_);
  in.get(last_);
}

/// In memory rows run fastest; in the file weights are post x pre with pre running fastest, activity sample x neuron.
void AxisWriter::lay_out(const RecordedVariable& v, const double* in, double* out) {
  const Index kept = v.neurons.empty() ? v.rows : static_cast<Index>(v.neurons.size());
  const auto row = [&](Index k) {
    return v.neurons.empty() ? k : static_cast<Index>(v.neurons[static_cast<std::size_t>(k)]);
  };
  for (Index c = 0; c < v.cols; ++c) {
    for (Index k = 0; k < kept; ++k) {
      out[v.transposed ? k * v.cols + c : c * kept + k] = in[c * v.rows + row(k)];
    }
  }
}

SpikeWriter::SpikeWriter(const Prepared& p, std::vector<record::TimeAxis>& axes,
                         std::vector<record::Variable>& variables)
    : spikes_(p.plan.spikes) {
  for (const auto& s : spikes_) {
    axis_.push_back(static_cast<int>(axes.size()));
    axes.push_back({s.population + ".spike_time", p.network->time_unit, "times of the spikes of " + s.population});
    record::Variable v;
    v.name = s.population + ".spike_neuron";
    v.axis = axis_.back();
    v.type = record::Type::int64;
    v.long_name = "which neuron of " + s.population + " spiked";
    v.attributes = {{"instance_dimension", s.population}};
    variables.push_back(v);
    if (s.cols == 1) continue;
    v.name = s.population + ".spike_sample";
    v.long_name = "in which sample";
    v.attributes = {{"instance_dimension", std::string("sample")}};
    variables.push_back(v);
  }
}

void SpikeWriter::write(record::Sink& sink, Index which, double t) const {
  for (std::size_t k = 0; k < spikes_.size(); ++k) {
    const auto& s = spikes_[k];
    const Index at = which - s.first;
    if (at < 0 || at >= s.rows * s.cols) continue;
    const double neuron = static_cast<double>(at % s.rows), sample = static_cast<double>(at / s.rows);
    const std::span<const double> both[] = {{&neuron, 1}, {&sample, 1}};
    sink.append(axis_[k], t, {both, s.cols == 1 ? 1UL : 2UL});
  }
}

}  // namespace neurode::run
