#pragma once

#include <bit>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "neurode/record/reader.hpp"
#include "neurode/record/recorder.hpp"

/// A small result of every kind: two time axes, all types, dimensions with and without labels, fixed variables.
struct Example {
  std::vector<neurode::record::Dimension> dimensions = {{"sample", 4, {}}, {"hidden", 3, {0, 2, 7}}, {"input", 2, {}}};
  std::vector<neurode::record::TimeAxis> axes = {{"time", "s", "simulated time"},
                                                 {"time_weights", "s", "simulated time of the weights"}};
  std::vector<neurode::record::Variable> variables = {
      {"hidden.a", {"sample", "hidden"}, 0, neurode::record::Type::float64, "mV", "activation", {}},
      {"input -> hidden.weights", {"hidden", "input"}, 1, neurode::record::Type::float32, "", "weights", {}},
      {"loss", {}, 0, neurode::record::Type::float64, "", "loss", {{"kind", std::string("squared")}}},
      {"count", {"hidden"}, 0, neurode::record::Type::int64, "", "spikes so far", {}},
      {"targets", {"sample"}, -1, neurode::record::Type::float64, "", "", {}},
      {"threshold", {}, -1, neurode::record::Type::float32, "mV", "", {}},
  };
  neurode::record::Attributes global = {{"title", std::string("two axes, µV and \"quotes\"")},
                                        {"seed", std::int64_t{-3}},
                                        {"rtol", 1e-6},
                                        {"atol", std::vector<double>{1e-9, 1e-12}},
                                        {"sizes", std::vector<std::int64_t>{4, 3}},
                                        {"nothing", std::vector<double>{}},
                                        {"empty", std::string()}};
  neurode::record::FileOptions options;

  // Quotients: a product and a sum may be fused in one place and not in the other.
  static double a(std::size_t row, std::size_t k) {
    return static_cast<double>(row) / 10 - 1.0 / static_cast<double>(1 + k);
  }
  static double weight(std::size_t row, std::size_t k) {
    return static_cast<double>(row) / 1000 + static_cast<double>(k) / 10;
  }
  static double time(std::size_t row) { return 0.1 * static_cast<double>(row); }
  static double loss(std::size_t row) { return 1.0 / (3.0 + static_cast<double>(row)); }
  static double count(std::size_t row, std::size_t k) { return static_cast<double>(row * 10 + k) - 5; }

  std::unique_ptr<neurode::record::Recorder> create(const std::filesystem::path& path) const {
    return std::make_unique<neurode::record::Recorder>(path, dimensions, axes, variables, global, options);
  }
  static void append_activity(neurode::record::Sink& r, std::size_t row) {
    std::vector<double> activity(12), spikes(3);
    for (std::size_t k = 0; k < 12; ++k) activity[k] = a(row, k);
    for (std::size_t k = 0; k < 3; ++k) spikes[k] = count(row, k);
    const double l = loss(row);
    const std::span<const double> values[] = {activity, {&l, 1}, spikes};
    r.append(0, time(row), values);
  }
  static void append_weights(neurode::record::Sink& r, std::size_t row) {
    std::vector<double> weights(6);
    for (std::size_t k = 0; k < 6; ++k) weights[k] = weight(row, k);
    const std::span<const double> values[] = {weights};
    r.append(1, 10 * time(row), values);
  }
  static void write_fixed(neurode::record::Sink& r) {
    r.write("targets", std::vector<double>{0, 1, 1, 0});
    r.write("threshold", std::vector<double>{0.1});
  }
  /// All of it: `points` on the first axis, a tenth of them on the second.
  void write(const std::filesystem::path& path, std::size_t points, std::size_t flush_every = 0) const {
    const auto r = create(path);
    write_fixed(*r);
    for (std::size_t i = 0; i < points; ++i) {
      append_activity(*r, i);
      if (i % 10 == 0) append_weights(*r, i / 10);
      if (flush_every > 0 && i % flush_every == 0) r->flush();
    }
    r->close();
  }
};

inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Numbers of the file that differ in any bit from what Example wrote (and missing or surplus points).
inline std::size_t differences(const neurode::record::Reader& r, std::size_t points) {
  std::size_t bad = 0;
  const auto compare = [&](const char* name, std::size_t rows, std::size_t width, auto expected) {
    const auto x = r.read(name);
    if (x.size() != rows * width) bad += 1000000;
    for (std::size_t i = 0; i < std::min(x.size(), rows * width); ++i) {
      bad += !same_bits(x[i], expected(i / width, i % width));
    }
  };
  const std::size_t slow = (points + 9) / 10;
  compare("time", points, 1, [](std::size_t i, std::size_t) { return Example::time(i); });
  compare("hidden.a", points, 12, Example::a);
  compare("loss", points, 1, [](std::size_t i, std::size_t) { return Example::loss(i); });
  compare("count", points, 3, Example::count);
  compare("time_weights", slow, 1, [](std::size_t i, std::size_t) { return 10 * Example::time(i); });
  compare("input -> hidden.weights", slow, 6,
          [](std::size_t i, std::size_t k) { return static_cast<double>(static_cast<float>(Example::weight(i, k))); });
  return bad;
}
