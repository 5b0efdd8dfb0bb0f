#pragma once

#include <vector>

namespace neurode::analysis {

/// A power spectrum, one-sided: the integral of `power` over frequency is the signal's variance.
struct PowerSpectrum {
  std::vector<double> frequency, power;
  struct Peak {
    double frequency = 0, power = 0;
  };
  std::vector<Peak> peaks;  ///< local maxima, the highest first; between the bins by a parabola through log power
};

/// Of samples at equal distances dt, without their mean: the mean over half-overlapping stretches under Hann windows
/// (one stretch: all samples).
/// @par Source  P. D. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73
PowerSpectrum power_spectrum(const std::vector<double>& samples, double dt, int stretches);

}  // namespace neurode::analysis
