#include <fmt/format.h>

#include "network/connectivity/connectivity.hpp"
#include "neurode/core/limits.hpp"

namespace neurode::network {

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const std::vector<Index>&in = context.pre.shape, &out = context.post.shape;
  const std::size_t axes = in.size() == 1 ? 1 : 2;
  const std::size_t before = diagnostics.size();
  const auto kernel = read_integers(context, "kernel", axes, 1, diagnostics);
  const auto stride = read_integers(context, "stride", axes, 1, diagnostics);
  const auto padding = read_integers(context, "padding", axes, 0, diagnostics);
  if (diagnostics.size() > before) return {};
  ConvolutionShape s;
  s.in_channels = in.size() == 3 ? in[0] : 1;
  s.height = axes == 2 ? in[in.size() - 2] : 1;
  s.width = in.back();
  s.kernel_height = axes == 2 ? kernel[0] : 1;
  s.kernel_width = kernel.back();
  s.stride_y = axes == 2 ? stride[0] : 1;
  s.stride_x = stride.back();
  s.padding_y = axes == 2 ? padding[0] : 0;
  s.padding_x = padding.back();
  s.out_channels = out.size() == 3 ? out[0] : 1;
  s.groups = static_cast<Index>(context.parameters.integer("groups"));
  if (s.height + 2 * s.padding_y < s.kernel_height || s.width + 2 * s.padding_x < s.kernel_width) {
    report(context, "kernel", fmt::format("is larger than the padded sheet of \"{}\"", context.pre.name),
           fmt::format("{} x {} over {} x {}", s.kernel_height, s.kernel_width, s.height + 2 * s.padding_y,
                       s.width + 2 * s.padding_x),
           "a smaller kernel, or more padding", diagnostics);
    return {};
  }
  if (s.in_channels % s.groups != 0 || s.out_channels % s.groups != 0) {
    report(context, "groups", "must divide the channels of both populations",
           fmt::format("{} of {} and {} channels", s.groups, s.in_channels, s.out_channels), "", diagnostics);
    return {};
  }
  if (!checked_product(std::vector<Index>{s.out_channels, s.in_channels / s.groups, s.kernel_height, s.kernel_width})) {
    report(context, "kernel", "has more weights than any memory holds",
           fmt::format("{} x {}, {} of {} channels", s.kernel_height, s.kernel_width, s.out_channels,
                       s.in_channels / s.groups),
           "a smaller kernel", diagnostics);
    return {};
  }
  std::vector<Index> expected;
  if (out.size() == 3) expected.push_back(s.out_channels);
  if (axes == 2) expected.push_back(s.out_height());
  expected.push_back(s.out_width());
  if (out != expected) {
    const std::string channels = axes == 2 && out.size() != 3
                                     ? fmt::format(", or [channels, {}, {}]", s.out_height(), s.out_width())
                                     : std::string();
    report(context, "",
           fmt::format("population \"{}\" has another shape than the convolution gives", context.post.name),
           "shape = " + shape_list(out), "shape = " + shape_list(expected) + channels, diagnostics);
    return {};
  }
  Connections c;
  c.wiring = std::make_shared<Wiring>();
  c.wiring->kind = Wiring::Kind::convolution;
  c.wiring->shape = s;
  return c;
}

ConnectivityEntry convolution_connectivity() {
  const auto sizes = [](const char* name, const char* help) { return ParameterSpec::make(Kind::any, name, help); };
  return {{"convolution",
           "the same weights around each place: the kernel, a row for each channel of TO, whose columns run over "
           "channels of FROM, rows and columns (fastest); it is not mirrored, and beyond the edges nothing is",
           {sizes("kernel", "its size: a number, or [rows, columns]").needed(),
            sizes("stride", "from one place to the next").standard(1),
            sizes("padding", "places beyond the edges").standard(0),
            ParameterSpec::make(Kind::integer, "groups", "parts of the channels that see one another alone")
                .at_least(1)
                .standard(1)},
           "",
           "populations whose `shape` fit"},
          nullptr,
          connect};
}

}  // namespace neurode::network
