#include "neurode/record/reader.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <map>
#include <new>
#include <stdexcept>

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "record/attributes.hpp"
#include "record/journal.hpp"
#include "record/untrusted.hpp"

namespace neurode::record {

namespace {

/// The name of an object without the leading "/"; "" if it has none.
std::string object_name(hid_t object) {
  const ssize_t length = H5Iget_name(object, nullptr, 0);
  if (length <= 1) return "";
  std::string name(static_cast<std::size_t>(length), '\0');
  H5Iget_name(object, name.data(), name.size() + 1);
  return name.substr(1);
}

/// The name of dimension `i` of a dataset: its first scale's, or its place where it has none.
std::string dimension_name(hid_t dataset, unsigned i) {
  std::string name;
  const H5DS_iterate_t take = [](hid_t, unsigned, hid_t scale, void* out) -> herr_t {
    *static_cast<std::string*>(out) = object_name(scale);
    return 1;
  };
  if (H5DSget_num_scales(dataset, i) > 0) H5DSiterate_scales(dataset, i, nullptr, take, &name);
  return name.empty() ? fmt::format("dim_{}", i) : name;
}

/// Takes attribute `name` out of the list, as text.
std::string take_text(Attributes& attributes, const std::string& name) {
  const auto at = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.first == name; });
  if (at == attributes.end() || !std::holds_alternative<std::string>(at->second)) return "";
  std::string text = std::get<std::string>(std::move(at->second));
  attributes.erase(at);
  return text;
}

}  // namespace

struct Reader::Impl {
  std::filesystem::path path;
  h5::Origin origin;
  h5::Handle file;
  std::uintmax_t file_bytes = 0;
  std::vector<VariableInfo> variables;
  Attributes attributes;
  mutable std::map<std::string, h5::Handle> open;  ///< datasets read so far

  void read_lists();
  void go_through() const;
  void list_variables(hid_t root);
  void add_variable(const std::string& name);
  void name_axes();
  const VariableInfo& known(const std::string& name) const;
  void read(const std::string& name, const Slab& slab, hid_t type, void* out) const;
};

void Reader::Impl::list_variables(hid_t root) {
  H5G_info_t info;
  origin.check(H5Gget_info(root, &info), "list the variables");
  if (info.nlinks > limits::kVariables) {
    throw FileError(origin.path,
                    fmt::format("announces {} variables; at most {} are read", info.nlinks, limits::kVariables));
  }
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    auto order = H5_INDEX_CRT_ORDER;
    ssize_t length = H5Lget_name_by_idx(root, ".", order, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (length < 0) {
      order = H5_INDEX_NAME;  // not kept by the program that wrote it
      length = H5Lget_name_by_idx(root, ".", order, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    }
    origin.check(length, "read the name of variable {}", i);
    std::string name(static_cast<std::size_t>(length), '\0');
    H5Lget_name_by_idx(root, ".", order, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT);
    add_variable(name);
  }
}

void Reader::Impl::add_variable(const std::string& name) {
  H5L_info_t link;
  origin.check(H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT), "open variable \"{}\"", name);
  if (link.type == H5L_TYPE_EXTERNAL) return;  // in another file
  const h5::Handle object(origin.check(h5::open_object(file, name), "open variable \"{}\"", name), H5Oclose);
  if (H5Iget_type(object) != H5I_DATASET) return;
  const h5::Handle type(origin.check(H5Dget_type(object), "read the type of variable \"{}\"", name), H5Tclose);
  const h5::Handle space(origin.check(H5Dget_space(object), "read the shape of variable \"{}\"", name), H5Sclose);
  const H5T_class_t kind = H5Tget_class(type);
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || !h5::size_of_numbers(type)) return;

  VariableInfo v;
  v.name = name;
  v.type = kind == H5T_INTEGER ? Type::int64 : H5Tget_size(type) <= 4 ? Type::float32 : Type::float64;
  v.shape = h5::checked_shape(origin, object, "variable \"" + name + "\"", file_bytes);
  const std::size_t rank = v.shape.size();
  std::vector<hsize_t> size(rank), most(rank);
  if (rank > 0) {
    origin.check(H5Sget_simple_extent_dims(space, size.data(), most.data()), "read the shape of variable \"{}\"", name);
  }
  const bool is_scale = H5DSis_scale(object) > 0;
  for (unsigned i = 0; i < size.size(); ++i) {
    v.dimensions.push_back(is_scale && rank == 1 ? name : dimension_name(object, i));
  }
  v.coordinate = is_scale;
  if (is_scale && rank == 1 && most[0] == H5S_UNLIMITED) v.axis = name;
  v.attributes = h5::read_attributes(origin, object, file_bytes);
  v.unit = take_text(v.attributes, "units");
  v.long_name = take_text(v.attributes, "long_name");
  variables.push_back(std::move(v));
}

void Reader::Impl::name_axes() {
  for (auto& v : variables) {
    if (v.dimensions.empty()) continue;
    const auto first = std::find_if(variables.begin(), variables.end(), [&](const VariableInfo& a) {
      return a.name == v.dimensions.front() && a.axis == a.name;
    });
    if (first != variables.end()) v.axis = first->name;
  }
}

const VariableInfo& Reader::Impl::known(const std::string& name) const {
  for (const auto& v : variables) {
    if (v.name == name) return v;
  }
  throw std::invalid_argument(path.string() + " has no variable \"" + name + "\"");
}

void Reader::Impl::read(const std::string& name, const Slab& slab, hid_t type, void* out) const {
  const auto& v = known(name);
  auto& dataset = open[name];
  if (!dataset.valid()) {
    dataset = {origin.check(h5::open_dataset(file, name), "open variable \"{}\"", name), H5Dclose};
  }
  if (slab.size() == 0) return;
  const h5::Handle space(origin.check(H5Dget_space(dataset), "read variable \"{}\"", name), H5Sclose);
  if (v.shape.empty()) {
    origin.check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out), "read variable \"{}\"", name);
    return;
  }
  const std::vector<hsize_t> start(slab.start.begin(), slab.start.end()), count(slab.count.begin(), slab.count.end());
  origin.check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
               "read variable \"{}\"", name);
  const h5::Handle memory(origin.check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
                                       "read variable \"{}\"", name),
                          H5Sclose);
  origin.check(H5Dread(dataset, type, memory, space, H5P_DEFAULT, out), "read variable \"{}\"", name);
}

/// Room for the numbers of a slab. @throws std::invalid_argument, and FileError where no memory could hold it.
template <class T>
static void make_room(const std::string& path, const VariableInfo& v, const Slab& slab, std::vector<T>& out) {
  bool fits = slab.start.size() == v.shape.size() && slab.count.size() == v.shape.size();
  std::size_t n = 1;
  bool overflow = false;
  for (std::size_t i = 0; fits && i < v.shape.size(); ++i) {
    fits = slab.start[i] <= v.shape[i] && slab.count[i] <= v.shape[i] - slab.start[i];
    overflow = __builtin_mul_overflow(n, slab.count[i], &n) || overflow;
  }
  if (!fits) throw std::invalid_argument("the slab does not lie within variable \"" + v.name + "\"");
  try {
    if (overflow) throw std::bad_alloc();
    out.resize(n);
  } catch (const std::exception&) {
    throw FileError(path, "cannot read variable \"" + v.name + "\": so many numbers do not fit into memory");
  }
}

void Reader::Impl::read_lists() {
  file = h5::open_to_read(origin);
  try {
    const h5::Handle root(origin.check(H5Gopen2(file, "/", H5P_DEFAULT), "open the root group"), H5Gclose);
    attributes = h5::read_attributes(origin, root, file_bytes);
    list_variables(root);
  } catch (const std::bad_alloc&) {
    throw FileError(origin.path, "is damaged: it asks for more memory than there is");
  }
  name_axes();
}

/// Reads numbers for as long as there is time, to see whether that is possible.
void Reader::Impl::go_through() const {
  constexpr std::size_t kAtOnce = 1 << 16;
  std::vector<double> numbers(kAtOnce);
  for (const auto& v : variables) {
    Blocks blocks(v.shape, kAtOnce);
    Slab slab;
    while (!h5::time_is_up() && blocks.next(slab)) read(v.name, slab, H5T_NATIVE_DOUBLE, numbers.data());
  }
}

Reader::Reader(const std::filesystem::path& path) : impl_(std::make_unique<Impl>()) {
  const h5::Session session;
  impl_->path = path;
  impl_->origin.path = path.string();
  repair(path);
  impl_->file_bytes = h5::look_at_file(impl_->origin.path);
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    throw FileError(impl_->origin.path, "is not an HDF5 file, as results of neurode are");
  }
  h5::try_first(impl_->origin, [&] {
    impl_->read_lists();
    impl_->go_through();
  });
  impl_->read_lists();
}

Reader::~Reader() {
  const h5::Session session;
  impl_.reset();
}

const std::vector<VariableInfo>& Reader::variables() const { return impl_->variables; }
const Attributes& Reader::attributes() const { return impl_->attributes; }
const std::filesystem::path& Reader::path() const { return impl_->path; }

const VariableInfo* Reader::find(const std::string& name) const {
  for (const auto& v : impl_->variables) {
    if (v.name == name) return &v;
  }
  return nullptr;
}

std::vector<const VariableInfo*> Reader::axes() const {
  std::vector<const VariableInfo*> out;
  for (const auto& v : impl_->variables) {
    if (v.coordinate && v.axis == v.name) out.push_back(&v);
  }
  return out;
}

const Attribute* Reader::attribute(const std::string& name) const {
  for (const auto& [n, value] : impl_->attributes) {
    if (n == name) return &value;
  }
  return nullptr;
}

std::vector<double> Reader::read(const std::string& name) const {
  const auto& v = impl_->known(name);
  return read(name, {std::vector<std::size_t>(v.shape.size(), 0), v.shape});
}

std::vector<double> Reader::read(const std::string& name, const Slab& slab) const {
  std::vector<double> out;
  read(name, slab, out);
  return out;
}

void Reader::read(const std::string& name, const Slab& slab, std::vector<double>& out) const {
  make_room(impl_->origin.path, impl_->known(name), slab, out);
  const h5::Session session;
  impl_->read(name, slab, H5T_NATIVE_DOUBLE, out.data());
}

void Reader::read(const std::string& name, const Slab& slab, std::vector<std::int64_t>& out) const {
  make_room(impl_->origin.path, impl_->known(name), slab, out);
  const h5::Session session;
  impl_->read(name, slab, H5T_NATIVE_INT64, out.data());
}

}  // namespace neurode::record
