#pragma once

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// A convolution as neural networks have it (cross-correlation: the kernel is not mirrored), in two dimensions; one
/// dimension is height 1. Channels may be cut into groups: a group's outputs read that group's inputs alone (as many
/// groups as channels: depthwise).
///
///     y(o, v, u) = sum over c, j, i of kernel(o, c, j, i) x(c, v stride_y + j - padding_y, u stride_x + i - padding_x)
///
/// Outside its edges x is 0. Each sample's image is one column, width fastest:
///
/// Input   x       element (c * height + row) * width + column
/// Output  y       element (o * out_height() + row) * out_width() + column
/// Kernel          out_channels x taps(), column-major; column (c * kernel_height + j) * kernel_width + i, where c
///                 counts the channels of the output's group
struct ConvolutionShape {
  Index in_channels = 1, height = 1, width = 1;
  Index out_channels = 1, kernel_height = 1, kernel_width = 1;
  Index stride_y = 1, stride_x = 1, padding_y = 0, padding_x = 0;
  Index groups = 1;

  Index out_height() const { return (height + 2 * padding_y - kernel_height) / stride_y + 1; }
  Index out_width() const { return (width + 2 * padding_x - kernel_width) / stride_x + 1; }
  Index positions() const { return out_height() * out_width(); }
  Index taps() const { return in_channels / groups * kernel_height * kernel_width; }
  Index in_size() const { return in_channels * height * width; }
  Index out_size() const { return out_channels * positions(); }
  Index kernel_size() const { return out_channels * taps(); }

  /// @throws std::invalid_argument (saying what is wrong) where a size is not positive, a padding negative, the kernel
  /// larger than the padded image, or a number of channels no multiple of groups.
  void check() const;

  /// f(kernel element, input element, output element) of every product in the sums above.
  template <class F>
  void for_each_product(F&& f) const {
    const Index in_group = in_channels / groups, out_group = out_channels / groups;
    for (Index o = 0; o < out_channels; ++o) {
      for (Index k = 0; k < taps(); ++k) {
        const Index i = k % kernel_width, j = k / kernel_width % kernel_height;
        const Index channel = o / out_group * in_group + k / kernel_width / kernel_height;
        for (Index v = 0; v < out_height(); ++v) {
          const Index row = v * stride_y + j - padding_y;
          if (row < 0 || row >= height) continue;
          for (Index u = 0; u < out_width(); ++u) {
            const Index column = u * stride_x + i - padding_x;
            if (column < 0 || column >= width) continue;
            f(k * out_channels + o, (channel * height + row) * width + column,
              (o * out_height() + v) * out_width() + u);
          }
        }
      }
    }
  }
};

}  // namespace neurode
