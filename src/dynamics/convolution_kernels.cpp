// Convolutions as products of matrices: the image's patches as rows (im2col), some output rows at a time, so that the
// patches stay in the cache.
#include "dynamics/convolution_kernels.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstring>

#include "neurode/core/threads.hpp"

namespace neurode {

namespace {

using ConstMap = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
using Map = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using Flat = Eigen::Map<Matrix>;

/// Doubles of patches at a time: a quarter of a MB.
constexpr Index kPatches = 1 << 15;
/// From this many multiply-adds on, threads pay.
constexpr Index kThreaded = 1 << 21;
/// Taps of a kernel that are worked on together where work is cut by them.
constexpr Index kTapsTogether = 64;

/// How the work is cut: output rows into tiles, a group's input channels into blocks.
struct Cut {
  explicit Cut(const ConvolutionShape& s)
      : tile(std::clamp<Index>(kPatches / std::max<Index>(1, s.taps() * s.out_width()), 1, s.out_height())),
        tiles((s.out_height() + tile - 1) / tile),
        group_channels(s.in_channels / s.groups),
        block(std::clamp<Index>(kTapsTogether / (s.kernel_height * s.kernel_width), 1, group_channels)),
        blocks((group_channels + block - 1) / block) {}
  Index tile, tiles, group_channels, block, blocks;
};

/// f(output column, input column, count) for the outputs whose inputs, shifted by `shift`, are inside the image.
struct Inside {
  Index begin = 0, end = 0;  // output columns
  Inside(Index out_width, Index width, Index stride, Index shift) {
    begin = shift < 0 ? (-shift + stride - 1) / stride : 0;
    end = width > shift ? std::min(out_width, (width - shift + stride - 1) / stride) : 0;
    end = std::max(end, begin);
    begin = std::min(begin, out_width);
    end = std::min(end, out_width);
  }
};

/// Calls f(patch rows, image row or null, columns inside, first input column) for every run of one output row and tap.
template <class Image, class F>
void for_runs(const ConvolutionShape& s, Image* image, Index channel, Index channels, Index row, Index rows,
              double* patches, F&& f) {
  const Index width = s.out_width();
  double* p = patches;
  for (Index c = channel; c < channel + channels; ++c) {
    for (Index j = 0; j < s.kernel_height; ++j) {
      for (Index i = 0; i < s.kernel_width; ++i) {
        const Index shift = i - s.padding_x;
        const Inside inside(width, s.width, s.stride_x, shift);
        for (Index v = row; v < row + rows; ++v, p += width) {
          const Index y = v * s.stride_y + j - s.padding_y;
          Image* line = y < 0 || y >= s.height ? nullptr : image + (c * s.height + y) * s.width;
          f(p, line, inside, shift);
        }
      }
    }
  }
}

/// patches(position, tap) = image
void to_patches(const ConvolutionShape& s, const double* image, Index channel, Index channels, Index row, Index rows,
                double* patches) {
  const Index width = s.out_width();
  for_runs(s, image, channel, channels, row, rows, patches,
           [&](double* p, const double* line, const Inside& inside, Index shift) {
             if (!line) {
               std::fill(p, p + width, 0.0);
               return;
             }
             std::fill(p, p + inside.begin, 0.0);
             if (s.stride_x == 1) {
               std::copy(line + inside.begin + shift, line + inside.end + shift, p + inside.begin);
             } else {
               for (Index u = inside.begin; u < inside.end; ++u) p[u] = line[u * s.stride_x + shift];
             }
             std::fill(p + inside.end, p + width, 0.0);
           });
}

/// image += patches
void from_patches(const ConvolutionShape& s, double* image, Index channel, Index channels, Index row, Index rows,
                  double* patches) {
  for_runs(s, image, channel, channels, row, rows, patches,
           [&](const double* p, double* line, const Inside& inside, Index shift) {
             if (!line) return;
             for (Index u = inside.begin; u < inside.end; ++u) line[u * s.stride_x + shift] += p[u];
           });
}

double* scratch_of(double* scratch, Index stride) { return scratch + stride * this_thread(); }

bool pays(const ConvolutionShape& s, Index samples) { return s.kernel_size() * s.positions() * samples >= kThreaded; }

}  // namespace

Index convolution_scratch(const ConvolutionShape& s) { return Cut(s).tile * s.out_width() * s.taps(); }

void convolve(const ConvolutionShape& s, const double* kernel, const double* x, Index samples, bool add, double* y,
              double* scratch, Index stride, bool threads) {
  const Cut cut(s);
  const Index taps = s.taps(), width = s.out_width(), outs = s.out_channels / s.groups;
  for_chunks(samples * cut.tiles, threads && pays(s, samples), [&](std::int64_t task) {
    const Index sample = task / cut.tiles, row = task % cut.tiles * cut.tile;
    const Index rows = std::min(cut.tile, s.out_height() - row);
    Flat patches(scratch_of(scratch, stride), rows * width, taps);
    for (Index g = 0; g < s.groups; ++g) {
      to_patches(s, x + sample * s.in_size(), g * cut.group_channels, cut.group_channels, row, rows, patches.data());
      const ConstMap k(kernel + g * outs, outs, taps, Eigen::OuterStride<>(s.out_channels));
      Map out(y + sample * s.out_size() + g * outs * s.positions() + row * width, rows * width, outs,
              Eigen::OuterStride<>(s.positions()));
      if (!add) out.setZero();
      out.noalias() += patches * k.transpose();
    }
  });
}

void convolve_to_input(const ConvolutionShape& s, const double* kernel, const double* y, Index samples, bool add,
                       double* x, double* scratch, Index stride, bool threads) {
  const Cut cut(s);
  const Index taps = s.taps(), width = s.out_width(), outs = s.out_channels / s.groups;
  const Index image = s.height * s.width, each = s.kernel_height * s.kernel_width, parts = s.groups * cut.blocks;
  for_chunks(samples * parts, threads && pays(s, samples), [&](std::int64_t task) {
    const Index sample = task / parts, g = task % parts / cut.blocks, first = task % cut.blocks * cut.block;
    const Index channels = std::min(cut.block, cut.group_channels - first), channel = g * cut.group_channels + first;
    double* out = x + sample * s.in_size();
    if (!add) std::fill(out + channel * image, out + (channel + channels) * image, 0.0);
    const ConstMap k(kernel + g * outs, outs, taps, Eigen::OuterStride<>(s.out_channels));
    for (Index row = 0; row < s.out_height(); row += cut.tile) {
      const Index rows = std::min(cut.tile, s.out_height() - row);
      Flat patches(scratch_of(scratch, stride), rows * width, channels * each);
      const ConstMap in(y + sample * s.out_size() + g * outs * s.positions() + row * width, rows * width, outs,
                        Eigen::OuterStride<>(s.positions()));
      patches.noalias() = in * k.middleCols(first * each, channels * each);
      from_patches(s, out, channel, channels, row, rows, patches.data());
    }
  });
}

void convolve_to_kernel(const ConvolutionShape& s, const double* x, const double* y, Index samples, bool add,
                        double* kernel, double* scratch, Index stride, bool threads) {
  const Cut cut(s);
  const Index width = s.out_width(), outs = s.out_channels / s.groups, each = s.kernel_height * s.kernel_width;
  for_chunks(s.groups * cut.blocks, threads && pays(s, samples), [&](std::int64_t task) {
    const Index g = task / cut.blocks, first = task % cut.blocks * cut.block;
    const Index channels = std::min(cut.block, cut.group_channels - first);
    Map k(kernel + g * outs + first * each * s.out_channels, outs, channels * each,
          Eigen::OuterStride<>(s.out_channels));
    if (!add) k.setZero();
    for (Index sample = 0; sample < samples; ++sample) {
      for (Index row = 0; row < s.out_height(); row += cut.tile) {
        const Index rows = std::min(cut.tile, s.out_height() - row);
        Flat patches(scratch_of(scratch, stride), rows * width, channels * each);
        to_patches(s, x + sample * s.in_size(), g * cut.group_channels + first, channels, row, rows, patches.data());
        const ConstMap in(y + sample * s.out_size() + g * outs * s.positions() + row * width, rows * width, outs,
                          Eigen::OuterStride<>(s.positions()));
        k.noalias() += in.transpose() * patches;
      }
    }
  });
}

}  // namespace neurode
