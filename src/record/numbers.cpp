#include "neurode/record/numbers.hpp"

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "record/untrusted.hpp"

namespace neurode::record {

/// Does every link on the way exist? H5Lexists alone fails where a group on the way is missing.
static bool exists(hid_t file, const std::string& name) {
  for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
    if (!h5::link_exists(file, name.substr(0, slash))) return false;
    if (slash == std::string::npos) return true;
  }
}

bool has_numbers(const std::filesystem::path& path, const std::string& dataset) {
  const h5::Session session;
  const h5::Origin origin{path.string()};
  h5::look_at_file(origin.path);
  const auto look = [&] {
    const h5::Handle file = h5::open_to_read(origin);
    if (!exists(file, dataset)) return false;
    const h5::Handle found(h5::open_object(file, dataset), H5Oclose);
    return found.valid() && H5Iget_type(found) == H5I_DATASET;
  };
  h5::try_first(origin, look);
  return look();
}

struct NumbersReader::Open {
  h5::Origin origin;
  std::string dataset;
  h5::Handle file, data, space, row;
};

NumbersReader::NumbersReader(const std::filesystem::path& path, const std::string& dataset) {
  const h5::Session session;
  const h5::Origin origin{path.string()};
  const std::uintmax_t bytes = h5::look_at_file(origin.path);
  h5::try_first(origin, [&] {
    open(origin.path, dataset, bytes);
    go_through();
  });
  open(origin.path, dataset, bytes);
}

void NumbersReader::open(const std::string& path, const std::string& dataset, std::uintmax_t file_bytes) {
  const h5::Origin origin{path};
  h5::Handle file = h5::open_to_read(origin);
  h5::Handle data(origin.check(h5::open_dataset(file, dataset), "open dataset \"{}\"", dataset), H5Dclose);
  const h5::Handle type(origin.check(H5Dget_type(data), "read dataset \"{}\"", dataset), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) {
    throw FileError(origin.path, "dataset \"" + dataset + "\" does not hold numbers");
  }
  shape_ = h5::checked_shape(origin, data, "dataset \"" + dataset + "\"", file_bytes);
  h5::Handle space(origin.check(H5Dget_space(data), "read dataset \"{}\"", dataset), H5Sclose);
  h5::Handle row;
  if (!shape_.empty()) {
    std::vector<hsize_t> extent(shape_.begin(), shape_.end());
    extent[0] = 1;
    row = {origin.check(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
                        "read dataset \"{}\"", dataset),
           H5Sclose};
  }
  open_ =
      std::make_unique<Open>(Open{origin, dataset, std::move(file), std::move(data), std::move(space), std::move(row)});
}

/// Reads rows for as long as there is time, to see whether that is possible.
void NumbersReader::go_through() {
  const std::size_t rows = shape_.empty() ? 0 : shape_[0];
  std::vector<double> row(rows > 0 ? *checked_product(shape_) / rows : 1);
  if (row.empty()) return;
  if (rows == 0) return read_all(row.data());
  for (std::size_t i = 0; i < rows && !h5::time_is_up(); ++i) read(i, row.data());
}

NumbersReader::~NumbersReader() {
  const h5::Session session;
  open_.reset();
}

void NumbersReader::read(std::size_t row, double* out) {
  const h5::Session session;
  const h5::Origin& origin = open_->origin;
  std::vector<hsize_t> start(shape_.size(), 0), count(shape_.begin(), shape_.end());
  start[0] = row;
  count[0] = 1;
  origin.check(H5Sselect_hyperslab(open_->space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
               "read row {} of dataset \"{}\"", row, open_->dataset);
  origin.check(H5Dread(open_->data, H5T_NATIVE_DOUBLE, open_->row, open_->space, H5P_DEFAULT, out),
               "read row {} of dataset \"{}\"", row, open_->dataset);
}

void NumbersReader::read_all(double* out) {
  const h5::Session session;
  open_->origin.check(H5Dread(open_->data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out),
                      "read dataset \"{}\"", open_->dataset);
}

Numbers read_numbers(const std::filesystem::path& path, const std::string& dataset) {
  const h5::Session session;
  NumbersReader reader(path, dataset);
  Numbers out;
  out.shape = reader.shape();
  out.values.resize(*checked_product(out.shape));
  if (!out.values.empty()) reader.read_all(out.values.data());
  return out;
}

}  // namespace neurode::record
