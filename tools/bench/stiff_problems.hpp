#pragma once

/// Stiff test problems with published solutions, right-hand sides and Jacobians as one would write them by hand, for
/// any solver's idea of a vector and of a matrix. Plain C++17: odeint's rosenbrock4 does not compile as C++20.
namespace bench {

/// y1' = y2, y2' = 1000 (1 - y1^2) y2 - y1
struct VanDerPol {
  static constexpr const char* kName = "van der Pol";
  static constexpr int kSize = 2;
  static constexpr double kEnd = 2000;
  static constexpr double kAtol = 1e-3;  ///< over rtol
  static constexpr double kStart[kSize] = {2, 0};
  static constexpr double kTruth[kSize] = {1.70616773217046501, -8.92809701024816548e-4};

  template <class X, class F>
  static void rhs(const X& y, F&& f) {
    f[0] = y[1];
    f[1] = 1000 * (1 - y[0] * y[0]) * y[1] - y[0];
  }
  /// Elements other than 0; j is all 0 before.
  template <class X, class J>
  static void jacobian(const X& y, J&& j) {
    j(0, 1) = 1;
    j(1, 0) = -2000 * y[0] * y[1] - 1;
    j(1, 1) = 1000 * (1 - y[0] * y[0]);
  }
};

/// H. H. Robertson's chemical reaction, until next to nothing is left of the first two.
struct Robertson {
  static constexpr const char* kName = "Robertson";
  static constexpr int kSize = 3;
  static constexpr double kEnd = 1e11;
  static constexpr double kAtol = 1e-4;  ///< over rtol
  static constexpr double kStart[kSize] = {1, 0, 0};
  static constexpr double kTruth[kSize] = {2.08334014970129423e-8, 8.33336077033478340e-14, 0.999999979166515169};

  template <class X, class F>
  static void rhs(const X& y, F&& f) {
    f[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
    f[2] = 3e7 * y[1] * y[1];
    f[1] = -f[0] - f[2];
  }
  template <class X, class J>
  static void jacobian(const X& y, J&& j) {
    j(0, 0) = -0.04;
    j(0, 1) = 1e4 * y[2];
    j(0, 2) = 1e4 * y[1];
    j(1, 0) = 0.04;
    j(1, 1) = -1e4 * y[2] - 6e7 * y[1];
    j(1, 2) = -1e4 * y[1];
    j(2, 1) = 6e7 * y[1];
  }
};

/// Light and the growth of plants: E. Schaefer, J. Math. Biol. 2 (1975) 41-56.
struct Hires {
  static constexpr const char* kName = "HIRES";
  static constexpr int kSize = 8;
  static constexpr double kEnd = 321.8122;
  static constexpr double kAtol = 1e-3;  ///< over rtol
  static constexpr double kStart[kSize] = {1, 0, 0, 0, 0, 0, 0, 0.0057};
  static constexpr double kTruth[kSize] = {.7371312573325668e-3, .1442485726316185e-3, .5888729740967575e-4,
                                           .1175651343283149e-2, .2386356198831331e-2, .6238968252742796e-2,
                                           .2849998395185769e-2, .2850001604814231e-2};

  template <class X, class F>
  static void rhs(const X& y, F&& f) {
    f[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
    f[1] = 1.71 * y[0] - 8.75 * y[1];
    f[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
    f[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
    f[4] = -1.745 * y[4] + 0.43 * (y[5] + y[6]);
    f[5] = -280 * y[5] * y[7] + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
    f[6] = 280 * y[5] * y[7] - 1.81 * y[6];
    f[7] = -f[6];
  }
  template <class X, class J>
  static void jacobian(const X& y, J&& j) {
    j(0, 0) = -1.71, j(0, 1) = 0.43, j(0, 2) = 8.32;
    j(1, 0) = 1.71, j(1, 1) = -8.75;
    j(2, 2) = -10.03, j(2, 3) = 0.43, j(2, 4) = 0.035;
    j(3, 1) = 8.32, j(3, 2) = 1.71, j(3, 3) = -1.12;
    j(4, 4) = -1.745, j(4, 5) = 0.43, j(4, 6) = 0.43;
    j(5, 3) = 0.69, j(5, 4) = 1.71, j(5, 5) = -280 * y[7] - 0.43, j(5, 6) = 0.69, j(5, 7) = -280 * y[5];
    j(6, 5) = 280 * y[7], j(6, 6) = -1.81, j(6, 7) = 280 * y[5];
    j(7, 5) = -280 * y[7], j(7, 6) = 1.81, j(7, 7) = -280 * y[5];
  }
};

}  // namespace bench
