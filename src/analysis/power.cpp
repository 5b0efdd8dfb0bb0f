#include "neurode/analysis/power.hpp"

#include <Eigen/Core>
#include <unsupported/Eigen/FFT>

#include <algorithm>
#include <cmath>
#include <complex>

namespace neurode::analysis {

namespace {

constexpr double kFloor = 1e-12;  // of the highest power: a maximum below it is rounding

std::vector<PowerSpectrum::Peak> peaks_of(const PowerSpectrum& s) {
  std::vector<PowerSpectrum::Peak> out;
  const double floor = kFloor * *std::max_element(s.power.begin(), s.power.end());
  const double width = s.frequency.size() > 1 ? s.frequency[1] - s.frequency[0] : 0;
  for (std::size_t k = 1; k + 1 < s.power.size(); ++k) {
    if (!(s.power[k] > s.power[k - 1] && s.power[k] >= s.power[k + 1] && s.power[k] > floor)) continue;
    if (s.power[k - 1] <= 0 || s.power[k + 1] <= 0) {
      out.push_back({s.frequency[k], s.power[k]});
      continue;
    }
    const double a = std::log(s.power[k - 1]), b = std::log(s.power[k]), c = std::log(s.power[k + 1]);
    const double shift = 0.5 * (a - c) / (a - 2 * b + c);
    out.push_back({s.frequency[k] + shift * width, std::exp(b - 0.25 * (a - c) * shift)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.power > b.power; });
  return out;
}

}  // namespace

PowerSpectrum power_spectrum(const std::vector<double>& samples, double dt, int stretches) {
  const std::size_t length = 2 * samples.size() / (static_cast<std::size_t>(stretches) + 1);
  double mean = 0;
  for (const double x : samples) mean += x / static_cast<double>(samples.size());
  std::vector<double> window(length), part(length);
  double energy = 0;
  for (std::size_t k = 0; k < length; ++k) {
    const double s = std::sin(M_PI * (static_cast<double>(k) + 0.5) / static_cast<double>(length));
    window[k] = s * s;
    energy += window[k] * window[k];
  }
  PowerSpectrum out;
  out.power.assign(length / 2 + 1, 0);
  Eigen::FFT<double> fft;
  std::vector<std::complex<double>> transform;
  for (int k = 0; k < stretches; ++k) {
    const std::size_t first = static_cast<std::size_t>(k) * (length / 2);
    for (std::size_t i = 0; i < length; ++i) part[i] = window[i] * (samples[first + i] - mean);
    fft.fwd(transform, part);
    for (std::size_t i = 0; i < out.power.size(); ++i) {
      const bool twice = i > 0 && 2 * i < length;  // for the negative frequency
      out.power[i] += (twice ? 2 : 1) * std::norm(transform[i]) * dt / energy / stretches;
    }
  }
  for (std::size_t i = 0; i < out.power.size(); ++i) {
    out.frequency.push_back(static_cast<double>(i) / (static_cast<double>(length) * dt));
  }
  out.peaks = peaks_of(out);
  return out;
}

}  // namespace neurode::analysis
