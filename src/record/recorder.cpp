#include "neurode/record/recorder.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>

#include "neurode/core/errors.hpp"
#include "record/attributes.hpp"
#include "record/checkpoint_slots.hpp"
#include "record/output_file.hpp"
#include "record/series.hpp"

namespace neurode::record {

namespace {

/// Chunks written between two flushes: bounds the metadata that wait in memory, and what a crash can cost.
constexpr int kChunksBetweenFlushes = 256;

void check_name(const std::string& name, std::set<std::string>& taken, const char* what) {
  const auto refuse = [&](const char* why) {
    throw std::invalid_argument(fmt::format("{} \"{}\": {}", what, name, why));
  };
  if (name.empty() || name == ".") refuse("has no usable name");
  if (name.front() == ' ' || name.back() == ' ') refuse("netCDF allows no space at the ends of a name");
  for (const char c : name) {
    if (c == '/') refuse("HDF5 allows no \"/\" in a name");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) refuse("netCDF allows no control characters in a name");
  }
  if (!taken.insert(name).second) refuse("the name is taken by another variable, dimension or time axis");
}

void check_declarations(const std::vector<Dimension>& dimensions, const std::vector<TimeAxis>& axes,
                        const std::vector<Variable>& variables) {
  std::set<std::string> taken;
  for (const auto& a : axes) check_name(a.name, taken, "time axis");
  for (const auto& d : dimensions) {
    check_name(d.name, taken, "dimension");
    if (d.size == 0) throw std::invalid_argument("dimension \"" + d.name + "\" is empty");
    if (!d.labels.empty() && d.labels.size() != d.size) {
      throw std::invalid_argument(
          fmt::format("dimension \"{}\" has {} labels for {} elements", d.name, d.labels.size(), d.size));
    }
  }
  for (const auto& v : variables) {
    check_name(v.name, taken, "variable");
    if (v.axis < -1 || v.axis >= static_cast<int>(axes.size())) {
      throw std::invalid_argument(fmt::format("variable \"{}\" is on time axis {} of {}", v.name, v.axis, axes.size()));
    }
    std::set<std::string> used;
    for (const auto& name : v.dimensions) {
      if (std::none_of(dimensions.begin(), dimensions.end(), [&](const Dimension& d) { return d.name == name; })) {
        throw std::invalid_argument("variable \"" + v.name + "\" has a dimension \"" + name +
                                    "\" that is not declared");
      }
      if (!used.insert(name).second) {
        throw std::invalid_argument("variable \"" + v.name + "\" has dimension \"" + name +
                                    "\" twice, which netCDF readers such as xarray cannot label");
      }
    }
  }
}

std::string library_versions() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("version=2,neurode={},hdf5={}.{}.{}", NEURODE_VERSION, major, minor, release);
}

using Clock = std::chrono::steady_clock;

}  // namespace

struct Recorder::Impl {
  /// A variable that is written at once.
  struct Fixed {
    std::string name;
    h5::Handle dataset;
    std::vector<std::size_t> shape;
    Storage storage;
    std::size_t size = 1;
    bool written = false;
  };

  /// A time axis with everything on it.
  struct Axis {
    std::string name;
    std::vector<Series> series;  ///< the time itself, then the variables in order of declaration
  };

  std::filesystem::path path;
  FileOptions options;
  std::vector<Dimension> dimensions;
  std::optional<OutputFile> file;
  std::optional<CheckpointSlots> slots;
  std::vector<Axis> axes;
  std::vector<Fixed> fixed;
  std::vector<h5::Handle> scales;  ///< of the dimensions
  int chunks = 0;                  ///< written since the last flush
  Clock::time_point last_flush = Clock::now();
  bool closed = false;
  std::optional<FileError> failure;
  std::uintmax_t bytes = 0;

  const h5::Origin& origin() const { return file->origin(); }

  /// Does `work`; a failure of the file ends all writing, with the file as the last flush left it.
  template <class Work>
  void guarded(Work&& work) {
    if (failure) throw *failure;
    const h5::Session session;
    try {
      work();
    } catch (const FileError& e) {
      const std::string reason = std::string(e.what()).substr(e.path().size() + 2);
      failure.emplace(e.path(), fmt::format("{}; {} bytes are in the file, which is good up to the last flush", reason,
                                            file->bytes()));
      release();
      file->abandon();
      throw *failure;
    }
  }

  void release() {
    axes.clear();
    fixed.clear();
    scales.clear();
    slots.reset();
  }

  void declare(const std::vector<TimeAxis>& time_axes, const std::vector<Variable>& variables,
               const Attributes& global);
  void declare_axis(const TimeAxis& a, int number);
  void declare_dimension(const Dimension& d, int number);
  void declare_variable(const Variable& v, const std::vector<TimeAxis>& time_axes);
  void describe(hid_t dataset, const std::string& unit, const std::string& long_name, const Attributes& more);
  bool flush_is_due() const {
    return options.flush_seconds > 0 &&
           Clock::now() - last_flush > std::chrono::duration<double>(options.flush_seconds);
  }
  void flush(bool surely = false);
  using Parts = std::span<const std::span<const std::byte>>;
  void write_checkpoint(Parts parts);
  void finish(Parts last_checkpoint);
};

void Recorder::Impl::describe(hid_t dataset, const std::string& unit, const std::string& long_name,
                              const Attributes& more) {
  if (!long_name.empty()) h5::write_attribute(origin(), dataset, "long_name", long_name);
  if (!unit.empty()) h5::write_attribute(origin(), dataset, "units", unit);
  for (const auto& [name, value] : more) h5::write_attribute(origin(), dataset, name, value);
}

void Recorder::Impl::declare_axis(const TimeAxis& a, int number) {
  const Storage storage = plan_storage(Type::float64, {}, &a, options);
  auto dataset = create_dataset(origin(), file->id(), a.name, {}, true, storage);
  origin().check(H5DSset_scale(dataset, a.name.c_str()), "declare time axis \"{}\"", a.name);
  h5::write_int32(origin(), dataset, "_Netcdf4Dimid", number);
  describe(dataset, a.unit, a.long_name, {{"axis", std::string("T")}});
  axes.push_back({a.name, {}});
  axes.back().series.emplace_back(origin(), std::move(dataset), a.name, std::vector<std::size_t>{}, storage);
}

void Recorder::Impl::declare_dimension(const Dimension& d, int number) {
  const Storage storage = plan_storage(Type::int64, {d.size}, nullptr, options);
  auto dataset = create_dataset(origin(), file->id(), d.name, {d.size}, false, storage);
  origin().check(H5DSset_scale(dataset, d.name.c_str()), "declare dimension \"{}\"", d.name);
  h5::write_int32(origin(), dataset, "_Netcdf4Dimid", number);
  auto labels = d.labels;
  if (labels.empty()) {
    labels.resize(d.size);
    std::iota(labels.begin(), labels.end(), std::int64_t{0});
  }
  origin().check(H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, labels.data()),
                 "write dimension \"{}\"", d.name);
  scales.push_back(std::move(dataset));
}

void Recorder::Impl::declare_variable(const Variable& v, const std::vector<TimeAxis>& time_axes) {
  std::vector<std::size_t> shape;
  std::vector<hid_t> along;
  if (v.axis >= 0) along.push_back(axes[static_cast<std::size_t>(v.axis)].series.front().dataset());
  for (const auto& name : v.dimensions) {
    const auto d = std::find_if(dimensions.begin(), dimensions.end(), [&](const auto& x) { return x.name == name; });
    shape.push_back(d->size);
    along.push_back(scales[static_cast<std::size_t>(d - dimensions.begin())]);
  }
  const Storage storage =
      plan_storage(v.type, shape, v.axis >= 0 ? &time_axes[static_cast<std::size_t>(v.axis)] : nullptr, options);
  auto dataset = create_dataset(origin(), file->id(), v.name, shape, v.axis >= 0, storage);
  for (std::size_t i = 0; i < along.size(); ++i) {
    origin().check(H5DSattach_scale(dataset, along[i], static_cast<unsigned>(i)), "label variable \"{}\"", v.name);
  }
  describe(dataset, v.unit, v.long_name, v.attributes);
  if (v.axis >= 0) {
    auto& series = axes[static_cast<std::size_t>(v.axis)].series;
    series.emplace_back(origin(), std::move(dataset), v.name, shape, storage);
  } else {
    const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    fixed.push_back({v.name, std::move(dataset), shape, storage, size, false});
  }
}

void Recorder::Impl::declare(const std::vector<TimeAxis>& time_axes, const std::vector<Variable>& variables,
                             const Attributes& global) {
  h5::write_fixed_text(origin(), file->id(), "_NCProperties", library_versions());
  for (const auto& [name, value] : global) h5::write_attribute(origin(), file->id(), name, value);
  int number = 0;
  for (const auto& a : time_axes) declare_axis(a, number++);
  for (const auto& d : dimensions) declare_dimension(d, number++);
  for (const auto& v : variables) declare_variable(v, time_axes);
  file->flush();
}

void Recorder::Impl::flush(bool surely) {
  for (auto& a : axes) {
    for (auto& s : a.series) s.flush();
  }
  file->flush(surely);
  chunks = 0;
  last_flush = Clock::now();
}

void Recorder::Impl::write_checkpoint(Parts parts) {
  if (!slots) slots.emplace(*file);
  slots->write(parts);
}

void Recorder::Impl::finish(Parts last_checkpoint) {
  for (auto& a : axes) {
    for (auto& s : a.series) s.finish();
  }
  if (!last_checkpoint.empty()) write_checkpoint(last_checkpoint);
  release();
  file->close();
}

Recorder::Recorder(const std::filesystem::path& path, std::vector<Dimension> dimensions, std::vector<TimeAxis> axes,
                   std::vector<Variable> variables, Attributes global, const FileOptions& options)
    : impl_(std::make_unique<Impl>()) {
  check_declarations(dimensions, axes, variables);
  if (options.gzip < 0 || options.gzip > 9) throw std::invalid_argument("gzip level must be 0 ... 9");
  const h5::Session session;
  impl_->path = path;
  impl_->options = options;
  impl_->dimensions = std::move(dimensions);
  // The index of a variable's chunks starts with 2 to 4 kB.
  const std::size_t metadata = 4096 * std::clamp<std::size_t>(variables.size() + axes.size(), 1, 64);
  impl_->file.emplace(path, options.overwrite, metadata);
  try {
    impl_->declare(axes, variables, global);
    if (!options.unpublished) impl_->file->publish();
  } catch (...) {  // no file rather than one without its declarations
    impl_->release();
    impl_->file->abandon();
    throw;
  }
}

Recorder::~Recorder() {
  try {
    close();
  } catch (const std::exception&) {  // who wants to know calls close()
  }
}

void Recorder::append(int axis, double t, std::span<const std::span<const double>> values) {
  if (impl_->closed) return;
  if (impl_->failure) throw *impl_->failure;
  auto& series = impl_->axes.at(static_cast<std::size_t>(axis)).series;
  if (values.size() + 1 != series.size()) {
    throw std::invalid_argument(fmt::format("time axis \"{}\" takes {} variables, not {}", series.front().name(),
                                            series.size() - 1, values.size()));
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k].size() == series[k + 1].point_size()) continue;
    throw std::invalid_argument(fmt::format("variable \"{}\" takes {} numbers a point, not {}", series[k + 1].name(),
                                            series[k + 1].point_size(), values[k].size()));
  }
  impl_->guarded([&] {
    impl_->chunks += series[0].append({&t, 1});
    for (std::size_t k = 0; k < values.size(); ++k) impl_->chunks += series[k + 1].append(values[k]);
    if (impl_->chunks >= kChunksBetweenFlushes || impl_->flush_is_due()) impl_->flush();
  });
}

void Recorder::write(const std::string& variable, std::span<const double> values) {
  if (impl_->closed) return;
  if (impl_->failure) throw *impl_->failure;
  for (auto& f : impl_->fixed) {
    if (f.name != variable) continue;
    if (values.size() != f.size) {
      throw std::invalid_argument(
          fmt::format("variable \"{}\" takes {} numbers, not {}", variable, f.size, values.size()));
    }
    impl_->guarded([&] {
      write_all(impl_->origin(), f.dataset, f.name, f.shape, f.storage, values);
      // Compressed chunks may have moved: the file must know before anything else takes their old place.
      if (f.written && !f.storage.chunk.empty()) impl_->flush(true);
      f.written = true;
    });
    return;
  }
  throw std::invalid_argument("there is no variable \"" + variable + "\" without a time axis");
}

void Recorder::attribute(const std::string& name, const Attribute& value) {
  if (impl_->closed) return;
  impl_->guarded([&] { h5::write_attribute(impl_->origin(), impl_->file->id(), name, value); });
}

void Recorder::flush() {
  if (impl_->closed) return;
  impl_->guarded([&] { impl_->flush(true); });
}

void Recorder::flush_if_due() {
  if (impl_->closed || impl_->failure || !impl_->flush_is_due()) return;
  impl_->guarded([&] { impl_->flush(); });
}

void Recorder::checkpoint(std::span<const std::span<const std::byte>> parts) {
  if (impl_->closed) return;
  impl_->guarded([&] {
    impl_->flush(true);
    impl_->write_checkpoint(parts);
  });
}

void Recorder::publish() {
  impl_->guarded([&] {
    impl_->flush(true);
    impl_->file->publish();
  });
}

void Recorder::points(std::vector<std::uint64_t>& counts) const {
  counts.clear();
  for (const auto& a : impl_->axes) counts.push_back(a.series.front().points());
}

void Recorder::close(std::span<const std::span<const std::byte>> last_checkpoint) {
  if (impl_->closed) return;
  impl_->closed = true;
  if (!impl_->failure) impl_->guarded([&] { impl_->finish(last_checkpoint); });
  std::error_code error;
  const auto size = std::filesystem::file_size(impl_->path, error);
  impl_->bytes = error ? 0 : size;
}

std::uintmax_t Recorder::bytes() const { return impl_->bytes; }

}  // namespace neurode::record
