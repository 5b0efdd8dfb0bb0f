// Convolutions: values against plain loops, all derivatives against differences.
#include <doctest/doctest.h>

#include <cmath>

#include "dynamics/program_fixture.hpp"
#include "neurode/dynamics/program.hpp"

using namespace neurode;
using equations::Node;

TEST_CASE("convolutions: strides, paddings, groups, one dimension, samples; all three roles computed from the state") {
  const ConvolutionShape shapes[] = {
      {1, 5, 6, 2, 3, 3},
      {2, 6, 5, 3, 3, 2, 2, 1, 1, 0},
      {3, 1, 9, 2, 1, 4, 1, 2, 0, 3},
      {4, 5, 4, 6, 2, 3, 1, 1, 1, 2, 2},
      {3, 4, 4, 3, 3, 3, 3, 2, 2, 1, 3},  // depthwise
      {1, 3, 3, 1, 3, 3},                 // a single output
      {2, 2, 2, 1, 1, 1, 1, 1, 3, 3},     // padding beyond the kernel
      {20, 12, 30, 3, 3, 3, 1, 1, 1, 1},  // several tiles of rows and blocks of channels
  };
  for (const ConvolutionShape& s : shapes) {
    for (const Index samples : {1, 3}) {
      CAPTURE(s.kernel_width);
      CAPTURE(s.stride_x);
      CAPTURE(samples);
      const Index kernel = s.kernel_size(), image = s.in_size() * samples, output = s.out_size() * samples;
      const auto loop = [&](int role, const Vector& k, const Vector& x, const Vector& y) {
        Vector out = Vector::Zero(role == 0 ? kernel : role == 1 ? image : output);
        for (Index sample = 0; sample < samples; ++sample) {
          s.for_each_product([&](Index a, Index b, Index c) {
            b += sample * s.in_size(), c += sample * s.out_size();
            if (role == 0) out[a] += x[b] * y[c];
            if (role == 1) out[b] += k[a] * y[c];
            if (role == 2) out[c] += k[a] * x[b];
          });
        }
        return out;
      };
      const Vector base[] = {noise(kernel, "k"), noise(image, "x"), noise(output, "y")};
      for (const int role : {0, 1, 2}) {
        CAPTURE(role);
        Fixture f(kernel + image + output, 1, [&](Program& p, ValueId state) {
          const ValueId k = square(p, p.view(state, 0, s.out_channels, s.taps()));
          const ValueId x = square(p, p.view(state, kernel, s.in_size(), samples));
          const ValueId y = square(p, p.view(state, kernel + image, s.out_size(), samples));
          const Matrix b = role == 0   ? shaped(base[0], s.out_channels, s.taps())
                           : role == 1 ? shaped(base[1], s.in_size(), samples)
                                       : shaped(base[2], s.out_size(), samples);
          const ValueId c = p.constant(b);
          return role == 0   ? p.convolution_to_kernel(s, x, y, c)
                 : role == 1 ? p.convolution_to_input(s, k, y, c)
                             : p.convolution(s, k, x, c);
        });
        f.check_value([&](const Vector& v) {
          const Vector q = v.cwiseAbs2();
          return Vector(base[role] + loop(role, q.head(kernel), q.segment(kernel, image), q.tail(output)));
        });
        f.check();
        f.check_second();
      }
    }
  }
}

TEST_CASE("a convolution is the sum its shape's documentation writes") {
  const ConvolutionShape s{2, 5, 4, 3, 2, 3, 2, 1, 1, 1};
  const Matrix k = random_matrix(3, 12);
  CHECK(s.out_height() == 3);
  CHECK(s.out_width() == 4);
  Fixture f(s.in_size(), 1, [&](Program& p, ValueId x) { return p.convolution(s, p.constant(k), x); });
  f.check_value([&](const Vector& x) {
    Vector y = Vector::Zero(3 * 3 * 4);
    for (Index o = 0; o < 3; ++o) {
      for (Index v = 0; v < 3; ++v) {
        for (Index u = 0; u < 4; ++u) {
          for (Index c = 0; c < 2; ++c) {
            for (Index j = 0; j < 2; ++j) {
              for (Index i = 0; i < 3; ++i) {
                const Index row = 2 * v + j - 1, column = u + i - 1;
                if (row < 0 || row >= 5 || column < 0 || column >= 4) continue;
                y[(o * 3 + v) * 4 + u] += k(o, (c * 2 + j) * 3 + i) * x[(c * 5 + row) * 4 + column];
              }
            }
          }
        }
      }
    }
    return y;
  });
}

TEST_CASE("a kernel that is a plain vector of numbers") {
  const ConvolutionShape s{1, 1, 8, 2, 1, 3};
  Fixture f(6, 1,
            [&](Program& p, ValueId x) { return p.convolution(s, square(p, x), p.constant(noise(8, "signal"))); });
  f.check();
  f.check_second();
}
