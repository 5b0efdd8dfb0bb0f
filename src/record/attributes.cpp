#include "record/attributes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace neurode::record::h5 {

namespace {

constexpr std::array<std::string_view, 9> kReserved = {
    "CLASS",         "NAME",        "DIMENSION_LIST",      "REFERENCE_LIST", "_NCProperties",
    "_Netcdf4Dimid", "_nc3_strict", "_Netcdf4Coordinates", "_NCCOPY"};

bool is_reserved(std::string_view name) {
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

/// Variable-length or fixed-length (size > 0) text.
Handle text_type(const Origin& origin, std::size_t size, H5T_cset_t characters) {
  Handle type(origin.check(H5Tcopy(H5T_C_S1), "make a text type"), H5Tclose);
  origin.check(H5Tset_size(type, size), "make a text type");
  origin.check(H5Tset_cset(type, characters), "make a text type");
  return type;
}

void create(const Origin& origin, hid_t owner, const std::string& name, hid_t type, const Handle& space,
            const void* data) {
  if (origin.check(H5Aexists(owner, name.c_str()), "look for attribute \"{}\"", name) > 0) {
    origin.check(H5Adelete(owner, name.c_str()), "replace attribute \"{}\"", name);
  }
  const Handle attribute(origin.check(H5Acreate2(owner, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                                      "create attribute \"{}\"", name),
                         H5Aclose);
  if (data) origin.check(H5Awrite(attribute, type, data), "write attribute \"{}\"", name);
}

Handle scalar(const Origin& origin) { return {origin.check(H5Screate(H5S_SCALAR), "make a dataspace"), H5Sclose}; }

/// A list's dataspace and data; the null dataspace where it is empty.
template <class T>
void create_list(const Origin& origin, hid_t owner, const std::string& name, hid_t type, const std::vector<T>& list) {
  const hsize_t n = list.size();
  const Handle space(origin.check(n > 0 ? H5Screate_simple(1, &n, nullptr) : H5Screate(H5S_NULL), "make a dataspace"),
                     H5Sclose);
  create(origin, owner, name, type, space, n > 0 ? list.data() : nullptr);
}

std::string read_text(const Origin& origin, hid_t attribute, hid_t file_type, hid_t space, const std::string& name) {
  const bool variable = origin.check(H5Tis_variable_str(file_type), "read attribute \"{}\"", name) > 0;
  const H5T_cset_t characters = origin.check(H5Tget_cset(file_type), "read attribute \"{}\"", name);
  if (variable) {
    const Handle type = text_type(origin, H5T_VARIABLE, characters);
    char* data = nullptr;
    origin.check(H5Aread(attribute, type, &data), "read attribute \"{}\"", name);
    std::string text = data ? data : "";
    if (data) H5Dvlen_reclaim(type, space, H5P_DEFAULT, &data);
    return text;
  }
  const std::size_t size = H5Tget_size(file_type);
  const Handle type = text_type(origin, size + 1, characters);
  std::string text(size + 1, '\0');
  origin.check(H5Aread(attribute, type, text.data()), "read attribute \"{}\"", name);
  text.resize(std::strlen(text.c_str()));
  return text;
}

template <class T>
void read_numbers(const Origin& origin, hid_t attribute, hid_t type, bool is_list, std::size_t n,
                  const std::string& name, Attribute& out) {
  std::vector<T> numbers(n);
  if (n > 0) origin.check(H5Aread(attribute, type, numbers.data()), "read attribute \"{}\"", name);
  if (is_list) {
    out = std::move(numbers);
  } else {
    out = numbers.front();
  }
}

/// False: neither numbers nor text.
bool read_one(const Origin& origin, hid_t attribute, const std::string& name, std::uintmax_t most_bytes,
              Attribute& out) {
  const Handle type(origin.check(H5Aget_type(attribute), "read attribute \"{}\"", name), H5Tclose);
  const Handle space(origin.check(H5Aget_space(attribute), "read attribute \"{}\"", name), H5Sclose);
  const H5T_class_t kind = origin.check(H5Tget_class(type), "read attribute \"{}\"", name);
  const auto n =
      static_cast<std::size_t>(origin.check(H5Sget_simple_extent_npoints(space), "read attribute \"{}\"", name));
  const bool is_list = H5Sget_simple_extent_type(space) != H5S_SCALAR;
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || n > most_bytes / size) return false;
  if (kind == H5T_STRING && n == 1) {
    out = read_text(origin, attribute, type, space, name);
  } else if (kind == H5T_INTEGER) {
    read_numbers<std::int64_t>(origin, attribute, H5T_NATIVE_INT64, is_list, n, name, out);
  } else if (kind == H5T_FLOAT) {
    read_numbers<double>(origin, attribute, H5T_NATIVE_DOUBLE, is_list, n, name, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void write_attribute(const Origin& origin, hid_t owner, const std::string& name, const Attribute& value) {
  if (name.empty() || is_reserved(name)) {
    throw std::invalid_argument("attribute name \"" + name + "\" is kept for netCDF-4 itself");
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    create(origin, owner, name, H5T_NATIVE_INT64, scalar(origin), integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    create(origin, owner, name, H5T_NATIVE_DOUBLE, scalar(origin), number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    const char* data = text->c_str();
    create(origin, owner, name, text_type(origin, H5T_VARIABLE, H5T_CSET_UTF8), scalar(origin), &data);
  } else if (const auto* numbers = std::get_if<std::vector<double>>(&value)) {
    create_list(origin, owner, name, H5T_NATIVE_DOUBLE, *numbers);
  } else {
    create_list(origin, owner, name, H5T_NATIVE_INT64, std::get<std::vector<std::int64_t>>(value));
  }
}

void write_fixed_text(const Origin& origin, hid_t owner, const std::string& name, const std::string& text) {
  create(origin, owner, name, text_type(origin, text.size() + 1, H5T_CSET_ASCII), scalar(origin), text.c_str());
}

void write_int32(const Origin& origin, hid_t owner, const std::string& name, int value) {
  create(origin, owner, name, H5T_NATIVE_INT, scalar(origin), &value);
}

Attributes read_attributes(const Origin& origin, hid_t owner, std::uintmax_t most_bytes) {
  Attributes attributes;
  const int count = origin.check(H5Aget_num_attrs(owner), "count the attributes");
  for (int i = 0; i < count; ++i) {
    const auto k = static_cast<hsize_t>(i);
    hid_t id = H5Aopen_by_idx(owner, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, k, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0) id = H5Aopen_by_idx(owner, ".", H5_INDEX_NAME, H5_ITER_INC, k, H5P_DEFAULT, H5P_DEFAULT);
    const Handle attribute(origin.check(id, "open attribute {}", i), H5Aclose);
    const auto length =
        static_cast<std::size_t>(origin.check(H5Aget_name(attribute, 0, nullptr), "read the name of attribute {}", i));
    std::string name(length, '\0');
    origin.check(H5Aget_name(attribute, length + 1, name.data()), "read the name of attribute {}", i);
    Attribute value;
    if (!is_reserved(name) && read_one(origin, attribute, name, most_bytes, value)) {
      attributes.emplace_back(std::move(name), std::move(value));
    }
  }
  return attributes;
}

}  // namespace neurode::record::h5
