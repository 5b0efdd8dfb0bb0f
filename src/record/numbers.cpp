#include "neurode/record/numbers.hpp"

#include <functional>
#include <numeric>

#include "neurode/core/errors.hpp"
#include "record/hdf5.hpp"

namespace neurode::record {

static h5::Handle open_file(const h5::Origin& origin) {
  return {origin.check(H5Fopen(origin.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "open the file"), H5Fclose};
}

/// Does every link on the way exist? H5Lexists alone fails where a group on the way is missing.
static bool exists(hid_t file, const std::string& name) {
  for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
    if (H5Lexists(file, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
    if (slash == std::string::npos) return true;
  }
}

bool has_numbers(const std::filesystem::path& path, const std::string& dataset) {
  const h5::Session session;
  const h5::Handle file = open_file({path.string()});
  if (!exists(file, dataset)) return false;
  const h5::Handle found(H5Oopen(file, dataset.c_str(), H5P_DEFAULT), H5Oclose);
  return found.valid() && H5Iget_type(found) == H5I_DATASET;
}

struct NumbersReader::Open {
  h5::Origin origin;
  std::string dataset;
  h5::Handle file, data, space, row;
};

NumbersReader::NumbersReader(const std::filesystem::path& path, const std::string& dataset) {
  const h5::Session session;
  const h5::Origin origin{path.string()};
  h5::Handle file = open_file(origin);
  h5::Handle data(origin.check(H5Dopen2(file, dataset.c_str(), H5P_DEFAULT), "open dataset \"{}\"", dataset), H5Dclose);
  const h5::Handle type(origin.check(H5Dget_type(data), "read dataset \"{}\"", dataset), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) {
    throw FileError(origin.path, "dataset \"" + dataset + "\" does not hold numbers");
  }
  h5::Handle space(origin.check(H5Dget_space(data), "read dataset \"{}\"", dataset), H5Sclose);
  const int rank = origin.check(H5Sget_simple_extent_ndims(space), "read dataset \"{}\"", dataset);
  std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
  origin.check(H5Sget_simple_extent_dims(space, extent.data(), nullptr), "read dataset \"{}\"", dataset);
  shape_.assign(extent.begin(), extent.end());
  hsize_t count = 1;  // a file may announce more than there is: nothing is stored of what was never written
  for (const hsize_t n : extent) {
    if (n > 0 && count > (hsize_t{1} << 60) / n) {
      throw FileError(origin.path, "dataset \"" + dataset + "\" announces more numbers than any memory holds");
    }
    count *= n;
  }
  h5::Handle row;
  if (rank > 0) {
    extent[0] = 1;
    row = {origin.check(H5Screate_simple(rank, extent.data(), nullptr), "read dataset \"{}\"", dataset), H5Sclose};
  }
  open_ =
      std::make_unique<Open>(Open{origin, dataset, std::move(file), std::move(data), std::move(space), std::move(row)});
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
  out.values.resize(std::accumulate(out.shape.begin(), out.shape.end(), std::size_t{1}, std::multiplies<>()));
  if (!out.values.empty()) reader.read_all(out.values.data());
  return out;
}

}  // namespace neurode::record
