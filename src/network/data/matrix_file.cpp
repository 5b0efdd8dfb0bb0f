#include "network/data/matrix_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

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

}  // namespace

Matrix read_npy(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why) { throw FileError(path.string(), why); };
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) refuse("is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse("cannot be opened: " + std::string(std::strerror(errno)));
  std::array<char, 12> head{};
  in.read(head.data(), 10);
  if (!in || std::memcmp(head.data(), "\x93NUMPY", 6) != 0) refuse("is no NumPy file (.npy)");
  const int major = head[6];
  std::uint64_t length = 0;
  if (major == 1) {
    length = static_cast<std::uint64_t>(number_at<std::uint16_t>(head.data() + 8));
  } else {
    in.read(head.data() + 10, 2);
    length = static_cast<std::uint64_t>(number_at<std::uint32_t>(head.data() + 8));
  }
  const auto bytes = std::filesystem::file_size(path);
  if (!in || length > bytes) refuse("ends inside its header");
  std::string header(length, ' ');
  in.read(header.data(), static_cast<std::streamsize>(length));
  if (!in) refuse("ends inside its header");

  const std::string descr(entry(header, "descr"));
  const Kind* kind = nullptr;
  for (const Kind& k : kKinds) {
    const bool order = descr.size() == 5 && (descr[1] == '<' || descr[1] == '|' || descr[1] == '=');
    if (order && descr.substr(2, 2) == k.name && (descr[1] != '|' || k.size == 1)) kind = &k;
  }
  if (!kind)
    refuse(fmt::format("holds {}; it must hold real numbers, little-endian", descr.empty() ? "nothing" : descr));
  const auto shape = shape_of(entry(header, "shape"));
  if (shape.empty() || shape.size() > 2) {
    refuse(fmt::format("has {} dimensions; one or two are allowed: a row a sample", shape.size()));
  }
  const std::uint64_t rows = shape[0], cols = shape.size() == 2 ? shape[1] : 1;
  const std::uint64_t left = bytes - static_cast<std::uint64_t>(in.tellg());
  if (rows == 0 || cols == 0) refuse("holds no numbers");
  if (rows > left / kind->size / cols) {
    refuse(fmt::format("is cut short: {} bytes of numbers, where {} x {} of {} bytes each are announced", left, rows,
                       cols, kind->size));
  }
  std::vector<char> data(rows * cols * kind->size);
  in.read(data.data(), static_cast<std::streamsize>(data.size()));
  if (!in) refuse("cannot be read to its end");
  const bool by_columns = entry(header, "fortran_order").starts_with("True");
  Matrix out(static_cast<Index>(rows), static_cast<Index>(cols));
  for (std::uint64_t i = 0; i < rows; ++i) {
    for (std::uint64_t j = 0; j < cols; ++j) {
      const std::uint64_t at = by_columns ? j * rows + i : i * cols + j;
      out(static_cast<Index>(i), static_cast<Index>(j)) = kind->read(data.data() + at * kind->size);
    }
  }
  return out;
}

Matrix read_matrix_file(const Value& source, const std::filesystem::path& folder, Diagnostics& diagnostics) {
  const Value& key = *source.find("path");
  const Value* dataset = source.find("dataset");
  const std::filesystem::path path = folder / key.string();
  const std::string ending = path.extension().string();
  const bool hdf5 = ending == ".h5" || ending == ".hdf5" || ending == ".nc";
  const auto fault = [&](const Value& at, const std::string& problem, const std::string& found,
                         const std::string& allowed) {
    diagnostics.add({at.where, at.key, problem, found, allowed, ""});
    return Matrix();
  };
  if (!hdf5 && ending != ".npy") {
    return fault(key, "the file's ending says no format of numbers", key.to_toml(),
                 ".npy (NumPy), or .h5, .hdf5, .nc (HDF5); a CSV file goes to `file`");
  }
  if (hdf5 != (dataset != nullptr)) {
    return hdf5 ? fault(key, "lacks the name of the dataset", key.to_toml(), "{ path = ..., dataset = \"NAME\" }")
                : fault(*dataset, "has a meaning only for HDF5 files", key.to_toml(), "path alone");
  }
  Matrix out;
  try {
    if (hdf5) {
      const auto numbers = record::read_numbers(path, dataset->string());
      if (numbers.shape.empty() || numbers.shape.size() > 2) {
        return fault(*dataset, "must have one or two dimensions, a row a sample",
                     fmt::format("{} dimensions", numbers.shape.size()), "samples x columns");
      }
      const auto rows = static_cast<Index>(numbers.shape[0]);
      const auto cols = numbers.shape.size() == 2 ? static_cast<Index>(numbers.shape[1]) : 1;
      using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      out = Eigen::Map<const RowMajor>(numbers.values.data(), rows, cols);
    } else {
      out = read_npy(path);
    }
  } catch (const FileError& error) {
    report_unreadable(key, error, diagnostics);
    return {};
  }
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index j = 0; j < out.cols(); ++j) {
      if (std::isfinite(out(i, j))) continue;
      return fault(key, fmt::format("row {}, column {} is not a finite number", i, j), number_text(out(i, j)),
                   "finite numbers");
    }
  }
  return out;
}

}  // namespace neurode::network
