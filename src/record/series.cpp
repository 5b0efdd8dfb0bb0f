#include "record/series.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "neurode/record/blocks.hpp"

namespace neurode::record {

std::int64_t to_integer(double x) {
  if (!(std::abs(x) < 0x1p63)) return kMissingInteger;
  return std::llround(x);
}

namespace {

constexpr std::size_t kLargestChunk = 4 * 1024 * 1024;
constexpr unsigned kSkipFilters = 0x3;  // shuffle and gzip
constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();

void convert(std::span<const double> values, Type type, std::byte* out) {
  if (type == Type::float64) {
    std::memcpy(out, values.data(), values.size_bytes());
  } else if (type == Type::float32) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto x = static_cast<float>(values[i]);
      std::memcpy(out + 4 * i, &x, 4);
    }
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::int64_t x = to_integer(values[i]);
      std::memcpy(out + 8 * i, &x, 8);
    }
  }
}

/// Writes values to the hyperslab, converting through `scratch` where the type asks for it.
void write_slab(const h5::Origin& origin, hid_t dataset, const std::string& name, const Storage& storage,
                const std::vector<hsize_t>& start, const std::vector<hsize_t>& count, const void* data) {
  const h5::Handle space(origin.check(H5Dget_space(dataset), "write variable \"{}\"", name), H5Sclose);
  h5::Handle memory(H5S_ALL, [](hid_t) -> herr_t { return 0; });
  hid_t file_space = H5S_ALL;
  if (!start.empty()) {
    origin.check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                 "write variable \"{}\"", name);
    memory = {origin.check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
                           "write variable \"{}\"", name),
              H5Sclose};
    file_space = space;
  }
  origin.check(H5Dwrite(dataset, storage.native_type(), memory, file_space, H5P_DEFAULT, data), "write variable \"{}\"",
               name);
}

/// Writes an array of the given shape, below the leading indices `prefix`, in blocks of at most a chunk.
void write_blocks(const h5::Origin& origin, hid_t dataset, const std::string& name, const Storage& storage,
                  const std::vector<hsize_t>& prefix, const std::vector<std::size_t>& shape,
                  std::span<const double> values) {
  Blocks blocks(shape, kLargestChunk / storage.element_bytes());
  std::vector<std::byte> scratch;
  std::vector<hsize_t> start, count;
  Slab block;
  while (blocks.next(block)) {
    start = prefix;
    start.insert(start.end(), block.start.begin(), block.start.end());
    count.assign(prefix.size(), 1);
    count.insert(count.end(), block.count.begin(), block.count.end());
    const auto part = values.first(block.size());
    values = values.subspan(part.size());
    const void* data = part.data();
    if (storage.type != Type::float64) {
      scratch.resize(part.size() * storage.element_bytes());
      convert(part, storage.type, scratch.data());
      data = scratch.data();
    }
    write_slab(origin, dataset, name, storage, start, count, data);
  }
}

}  // namespace

hid_t Storage::native_type() const {
  switch (type) {
    case Type::float32:
      return H5T_NATIVE_FLOAT;
    case Type::int64:
      return H5T_NATIVE_INT64;
    case Type::float64:
      break;
  }
  return H5T_NATIVE_DOUBLE;
}

Storage plan_storage(Type type, const std::vector<std::size_t>& shape, const TimeAxis* axis,
                     const FileOptions& options) {
  Storage storage{type, {}, options.gzip};
  const std::size_t bytes = storage.element_bytes();
  std::size_t point = 1;
  for (const auto n : shape) point *= n;
  std::size_t wanted = std::clamp<std::size_t>(options.chunk_bytes, 1, kLargestChunk);
  if (axis) {
    const std::size_t all = axis->expected > 0 ? axis->expected * std::min(point * bytes, kLargestChunk) : wanted / 4;
    wanted = std::max(bytes, std::min(all, wanted));
  }
  const std::size_t numbers = std::max(wanted, std::min(point * bytes, kLargestChunk)) / bytes;
  if (axis) {
    std::vector<std::size_t> endless = {std::numeric_limits<std::size_t>::max()};
    endless.insert(endless.end(), shape.begin(), shape.end());
    storage.chunk = Blocks(endless, numbers).block_shape();
  } else if (!shape.empty() && options.gzip > 0 && point * bytes >= 4096) {
    storage.chunk = Blocks(shape, numbers).block_shape();
  }
  return storage;
}

h5::Handle create_dataset(const h5::Origin& origin, hid_t file, const std::string& name,
                          const std::vector<std::size_t>& shape, bool growing, const Storage& storage) {
  std::vector<hsize_t> size, most;
  if (growing) {
    size.push_back(0);
    most.push_back(H5S_UNLIMITED);
  }
  size.insert(size.end(), shape.begin(), shape.end());
  most.insert(most.end(), shape.begin(), shape.end());
  const h5::Handle space(
      origin.check(size.empty() ? H5Screate(H5S_SCALAR)
                                : H5Screate_simple(static_cast<int>(size.size()), size.data(), most.data()),
                   "declare variable \"{}\"", name),
      H5Sclose);
  const h5::Handle creation(origin.check(H5Pcreate(H5P_DATASET_CREATE), "declare variable \"{}\"", name), H5Pclose);
  const h5::Handle access(origin.check(H5Pcreate(H5P_DATASET_ACCESS), "declare variable \"{}\"", name), H5Pclose);
  origin.check(H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
               "declare variable \"{}\"", name);
  const void* fill = storage.type == Type::int64 ? static_cast<const void*>(&kMissingInteger) : &kMissingNumber;
  const hid_t fill_type = storage.type == Type::int64 ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
  origin.check(H5Pset_fill_value(creation, fill_type, fill), "declare variable \"{}\"", name);
  if (!storage.chunk.empty()) {
    const std::vector<hsize_t> chunk(storage.chunk.begin(), storage.chunk.end());
    origin.check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "declare variable \"{}\"", name);
    if (storage.gzip > 0) {
      origin.check(H5Pset_shuffle(creation), "declare variable \"{}\"", name);
      origin.check(H5Pset_deflate(creation, static_cast<unsigned>(storage.gzip)), "declare variable \"{}\"", name);
    }
    origin.check(H5Pset_chunk_cache(access, 1, 0, 1), "declare variable \"{}\"", name);
  }
  return {origin.check(H5Dcreate2(file, name.c_str(), storage.native_type(), space, H5P_DEFAULT, creation, access),
                       "create variable \"{}\"", name),
          H5Dclose};
}

void write_all(const h5::Origin& origin, hid_t dataset, const std::string& name, const std::vector<std::size_t>& shape,
               const Storage& storage, std::span<const double> values) {
  write_blocks(origin, dataset, name, storage, {}, shape, values);
}

Series::Series(const h5::Origin& origin, h5::Handle dataset, std::string name, std::vector<std::size_t> shape,
               Storage storage)
    : origin_(origin),
      dataset_(std::move(dataset)),
      name_(std::move(name)),
      shape_(std::move(shape)),
      storage_(std::move(storage)),
      points_per_chunk_(storage_.chunk.front()) {
  for (const auto n : shape_) point_size_ *= n;
  if (points_per_chunk_ > 1) buffer_.resize(points_per_chunk_ * point_size_ * storage_.element_bytes());
}

bool Series::append(std::span<const double> values) {
  if (buffer_.empty()) {
    write_point(values);
    return true;
  }
  convert(values, storage_.type, buffer_.data() + filled_ * point_size_ * storage_.element_bytes());
  ++filled_;
  if (filled_ < points_per_chunk_) return false;
  if (flushed_ > 0) {
    write_buffer_raw();
  } else {
    write_buffer_filtered();
  }
  written_ += filled_;
  filled_ = flushed_ = 0;
  return true;
}

void Series::flush() {
  if (filled_ == flushed_) return;
  write_buffer_raw();
  flushed_ = filled_;
}

void Series::finish() {
  if (filled_ == 0) return;
  if (flushed_ == 0) {
    write_buffer_filtered();
  } else if (flushed_ < filled_) {
    write_buffer_raw();
  }
  written_ += filled_;
  filled_ = flushed_ = 0;
}

void Series::grow_to(std::uint64_t points) {
  std::vector<hsize_t> size = {points};
  size.insert(size.end(), shape_.begin(), shape_.end());
  origin_.check(H5Dset_extent(dataset_, size.data()), "extend variable \"{}\" to {} points", name_, points);
}

/// The whole chunk as it is, without filters: of a size that never changes, so that the next write lands on it.
void Series::write_buffer_raw() {
  grow_to(written_ + filled_);
  if (flushed_ == 0) {  // nothing of an earlier chunk behind what is filled
    const double missing[1] = {kMissingNumber};
    const std::size_t bytes = storage_.element_bytes();
    for (std::size_t i = filled_ * point_size_ * bytes; i < buffer_.size(); i += bytes) {
      convert(missing, storage_.type, buffer_.data() + i);
    }
  }
  std::vector<hsize_t> offset(shape_.size() + 1, 0);
  offset[0] = written_;
  origin_.check(H5Dwrite_chunk(dataset_, H5P_DEFAULT, storage_.gzip > 0 ? kSkipFilters : 0, offset.data(),
                               buffer_.size(), buffer_.data()),
                "write variable \"{}\"", name_);
}

void Series::write_buffer_filtered() {
  grow_to(written_ + filled_);
  std::vector<hsize_t> start(shape_.size() + 1, 0), count = {filled_};
  start[0] = written_;
  count.insert(count.end(), shape_.begin(), shape_.end());
  write_slab(origin_, dataset_, name_, storage_, start, count, buffer_.data());
}

void Series::write_point(std::span<const double> values) {
  grow_to(written_ + 1);
  write_blocks(origin_, dataset_, name_, storage_, {written_}, shape_, values);
  ++written_;
}

}  // namespace neurode::record
