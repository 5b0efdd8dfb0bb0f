#include "network/data/matrix_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "network/data/csv_source.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/numbers.hpp"

namespace neurode::network {

namespace {

static_assert(std::endian::native == std::endian::little);

/// The text of a key's value in the header's dictionary: from behind the colon to the comma or bracket that ends it.
std::string_view entry(std::string_view header, const std::string& key) {
  for (const char quote : {'\'', '"'}) {
    const auto at = header.find(quote + key + quote);
    if (at == std::string_view::npos) continue;
    auto rest = header.substr(at + key.size() + 2);
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) return {};
    rest.remove_prefix(colon + 1);
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto end = rest.starts_with('(') ? rest.find(')') : rest.find_first_of(",}");
    return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
  }
  return {};
}

template <class T>
double number_at(const char* bytes) {
  T x;
  std::memcpy(&x, bytes, sizeof x);
  return static_cast<double>(x);
}

struct Kind {
  const char* name;
  std::size_t size;
  double (*read)(const char*);
};
constexpr std::array<Kind, 11> kKinds = {{{"f8", 8, number_at<double>},
                                          {"f4", 4, number_at<float>},
                                          {"i1", 1, number_at<std::int8_t>},
                                          {"i2", 2, number_at<std::int16_t>},
                                          {"i4", 4, number_at<std::int32_t>},
                                          {"i8", 8, number_at<std::int64_t>},
                                          {"u1", 1, number_at<std::uint8_t>},
                                          {"u2", 2, number_at<std::uint16_t>},
                                          {"u4", 4, number_at<std::uint32_t>},
                                          {"u8", 8, number_at<std::uint64_t>},
                                          {"b1", 1, number_at<std::uint8_t>}}};

std::vector<std::uint64_t> shape_of(std::string_view text) {
  std::vector<std::uint64_t> shape;
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t n = 0;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + text.size(), n);
    if (error == std::errc()) {
      shape.push_back(n);
      at = static_cast<std::size_t>(stop - text.data());
    } else {
      ++at;
    }
  }
  return shape;
}

class NpyRows : public RowFile {
 public:
  explicit NpyRows(const std::filesystem::path& path) : path_(path) {
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) refuse("is a folder, not a file");
    in_.open(path, std::ios::binary);
    if (!in_) refuse("cannot be opened: " + std::string(std::strerror(errno)));
    const std::string header = read_header();
    const std::string descr(entry(header, "descr"));
    for (const Kind& k : kKinds) {
      const bool order = descr.size() == 5 && (descr[1] == '<' || descr[1] == '|' || descr[1] == '=');
      if (order && descr.substr(2, 2) == k.name && (descr[1] != '|' || k.size == 1)) kind_ = &k;
    }
    if (!kind_) {
      refuse(fmt::format("holds {}; it must hold real numbers, little-endian", descr.empty() ? "nothing" : descr));
    }
    const auto shape = shape_of(entry(header, "shape"));
    if (shape.empty() || shape.size() > 3) {
      refuse(fmt::format("has {} dimensions; one, two or (for sequences) three are allowed: a row a sample",
                         shape.size()));
    }
    begin_ = static_cast<std::uint64_t>(in_.tellg());
    check_size(shape);
    rows = static_cast<Index>(shape[0]);
    cols = shape.size() == 1 ? 1 : static_cast<Index>(shape[1] * (shape.size() == 3 ? shape[2] : 1));
    steps = shape.size() == 3 ? static_cast<Index>(shape[1]) : 0;
    by_columns_ = entry(header, "fortran_order").starts_with("True");
    bytes_.resize(static_cast<std::size_t>(by_columns_ ? rows : cols) * kind_->size);
  }

  void read(Index row, double* out) override {
    if (by_columns_) throw std::logic_error("rows of a file that stands by columns");
    take(static_cast<std::uint64_t>(row * cols), row);
    for (Index j = 0; j < cols; ++j) out[j] = number(j);
  }

  void read_all(double* out) override {
    if (!by_columns_) return RowFile::read_all(out);
    // The first index runs fastest, the last slowest: what stands together is a column, (step, j) at step + steps * j.
    const Index n = std::max<Index>(steps, 1), width = cols / n;
    for (Index j = 0; j < width; ++j) {
      for (Index k = 0; k < n; ++k) {
        take(static_cast<std::uint64_t>(rows * (k + n * j)), rows - 1);
        for (Index i = 0; i < rows; ++i) out[i * cols + k * width + j] = number(i);
      }
    }
  }

  bool row_by_row() const override { return !by_columns_; }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw FileError(path_.string(), why); }

  std::string read_header() {
    std::array<char, 12> head{};
    in_.read(head.data(), 10);
    if (!in_ || std::memcmp(head.data(), "\x93NUMPY", 6) != 0) refuse("is no NumPy file (.npy)");
    std::uint64_t length = 0;
    if (head[6] == 1) {
      length = static_cast<std::uint64_t>(number_at<std::uint16_t>(head.data() + 8));
    } else {
      in_.read(head.data() + 10, 2);
      length = static_cast<std::uint64_t>(number_at<std::uint32_t>(head.data() + 8));
    }
    if (!in_ || length > std::filesystem::file_size(path_)) refuse("ends inside its header");
    std::string header(length, ' ');
    in_.read(header.data(), static_cast<std::streamsize>(length));
    if (!in_) refuse("ends inside its header");
    return header;
  }

  void check_size(const std::vector<std::uint64_t>& shape) const {
    const std::uint64_t left = std::filesystem::file_size(path_) - begin_;
    std::uint64_t room = left / kind_->size;  // numbers that there can be: what is announced must not overflow
    for (const std::uint64_t n : shape) {
      if (n == 0) refuse("holds no numbers");
    }
    for (std::size_t k = shape.size(); k-- > 0;) room /= shape[k];
    if (room == 0) {
      refuse(fmt::format("is cut short: {} bytes of numbers, where {} of {} bytes each are announced", left,
                         fmt::join(shape, " x "), kind_->size));
    }
  }

  double number(Index k) const { return kind_->read(bytes_.data() + static_cast<std::size_t>(k) * kind_->size); }

  /// bytes_ from number `at` on.
  void take(std::uint64_t at, Index row) {
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(begin_ + at * kind_->size));
    in_.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    if (!in_) refuse(fmt::format("ends before row {} does: it is shorter than when it was opened", row));
  }

  std::filesystem::path path_;
  std::ifstream in_;
  const Kind* kind_ = nullptr;
  std::uint64_t begin_ = 0;
  bool by_columns_ = false;
  std::vector<char> bytes_;
};

class Hdf5Rows : public RowFile {
 public:
  Hdf5Rows(const std::filesystem::path& path, const std::string& dataset) : numbers_(path, dataset) {
    const auto& shape = numbers_.shape();
    if (shape.empty() || shape.size() > 3) {
      throw FileError(path.string(),
                      fmt::format("dataset \"{}\" has {} dimensions; one, two or (for sequences) three are allowed: a "
                                  "row a sample",
                                  dataset, shape.size()));
    }
    rows = static_cast<Index>(shape[0]);
    cols = 1;
    for (std::size_t k = 1; k < shape.size(); ++k) cols *= static_cast<Index>(shape[k]);
    steps = shape.size() == 3 ? static_cast<Index>(shape[1]) : 0;
    if (rows == 0 || cols == 0) throw FileError(path.string(), "dataset \"" + dataset + "\" holds no numbers");
  }
  void read(Index row, double* out) override { numbers_.read(static_cast<std::size_t>(row), out); }
  void read_all(double* out) override { numbers_.read_all(out); }

 private:
  record::NumbersReader numbers_;
};

class ArrayRows : public RowFile {
 public:
  explicit ArrayRows(Array array) : array_(std::move(array)) {
    rows = static_cast<Index>(array_.shape[0]);
    cols = 1;
    for (std::size_t k = 1; k < array_.shape.size(); ++k) cols *= static_cast<Index>(array_.shape[k]);
    steps = array_.shape.size() == 3 ? static_cast<Index>(array_.shape[1]) : 0;
  }
  void read(Index row, double* out) override { std::copy_n(array_.numbers.get() + row * cols, cols, out); }

 private:
  Array array_;
};

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

std::unique_ptr<RowFile> open_npy(const std::filesystem::path& path) { return std::make_unique<NpyRows>(path); }

static Matrix read_all(RowFile& file) {
  RowMajor out(file.rows, file.cols);
  file.read_all(out.data());
  return out;
}

Matrix read_npy(const std::filesystem::path& path) {
  NpyRows file(path);
  if (file.steps > 0) throw FileError(path.string(), "has 3 dimensions; one or two are allowed: a row a sample");
  return read_all(file);
}

static std::unique_ptr<RowFile> open_array(const Array& array, const Value& key, Diagnostics& diagnostics) {
  const bool empty = std::find(array.shape.begin(), array.shape.end(), 0UL) != array.shape.end();
  if (!empty && !array.shape.empty() && array.shape.size() <= 3) return std::make_unique<ArrayRows>(array);
  diagnostics.add({key.where, key.key, "the array has the wrong shape",
                   fmt::format("({})", fmt::join(array.shape, ", ")),
                   "one, two or (for sequences) three dimensions, none of them 0: a row a sample", ""});
  return nullptr;
}

std::unique_ptr<RowFile> open_matrix_file(const Value& source, const ScenarioFolder& folder, Diagnostics& diagnostics) {
  const Value& key = *source.find("path");
  const Value* dataset = source.find("dataset");
  if (const Array* array = folder.array(key)) return open_array(*array, key, diagnostics);
  const std::string ending = std::filesystem::path(key.string()).extension().string();
  const bool hdf5 = ending == ".h5" || ending == ".hdf5" || ending == ".nc";
  const auto fault = [&](const Value& at, const std::string& problem, const std::string& found,
                         const std::string& allowed) -> std::unique_ptr<RowFile> {
    diagnostics.add({at.where, at.key, problem, found, allowed, ""});
    return nullptr;
  };
  if (!hdf5 && ending != ".npy") {
    return fault(key, "the file's ending says no format of numbers", key.to_toml(),
                 ".npy (NumPy), or .h5, .hdf5, .nc (HDF5); a CSV file goes to `file`");
  }
  if (hdf5 != (dataset != nullptr)) {
    return hdf5 ? fault(key, "lacks the name of the dataset", key.to_toml(), "{ path = ..., dataset = \"NAME\" }")
                : fault(*dataset, "has a meaning only for HDF5 files", key.to_toml(), "path alone");
  }
  const auto path = folder.file(key, diagnostics);
  if (!path) return nullptr;
  try {
    if (hdf5) return std::make_unique<Hdf5Rows>(*path, dataset->string());
    return open_npy(*path);
  } catch (const FileError& error) {
    report_unreadable(key, error, diagnostics);
    return nullptr;
  }
}

Matrix read_matrix_file(const Value& source, const ScenarioFolder& folder, Diagnostics& diagnostics, Index* steps,
                        bool nan_allowed) {
  const auto file = open_matrix_file(source, folder, diagnostics);
  if (!file) return {};
  const Value& key = *source.find("path");
  const Value* dataset = source.find("dataset");
  if (file->steps > 0 && !steps) {
    const Value& at = dataset ? *dataset : key;
    diagnostics.add({at.where, at.key, "must have one or two dimensions, a row a sample", "3 dimensions",
                     "samples x columns; samples x steps x columns with sequence = { step = ... }", ""});
    return {};
  }
  if (steps) *steps = file->steps;
  Matrix out;
  try {
    out = read_all(*file);
  } catch (const FileError& error) {
    report_unreadable(key, error, diagnostics);
    return {};
  }
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index j = 0; j < out.cols(); ++j) {
      if (std::isfinite(out(i, j)) || (nan_allowed && std::isnan(out(i, j)))) continue;
      diagnostics.add({key.where, key.key, fmt::format("row {}, column {} is not a finite number", i, j),
                       number_text(out(i, j)), "finite numbers", ""});
      return {};
    }
  }
  return out;
}

std::optional<Matrix> numbers_named(const Value& path, const ScenarioFolder& folder, Diagnostics& diagnostics) {
  if (!folder.array(path) && std::filesystem::path(path.string()).extension() != ".npy") return std::nullopt;
  Value source = path;
  source.data = Value::Table{{"path", path}};
  return read_matrix_file(source, folder, diagnostics);
}

}  // namespace neurode::network
