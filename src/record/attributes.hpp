#pragma once

#include "neurode/record/recorder.hpp"
#include "record/hdf5.hpp"

namespace neurode::record::h5 {

/// Creates or replaces attribute `name` of the object `owner`. Text is a variable-length UTF-8 string: the form that
/// h5py, xarray, ncdump and MATLAB all show as text, of any length. An empty list has a null dataspace, as in netCDF-4.
/// @throws std::invalid_argument for names that netCDF-4 keeps for itself.
void write_attribute(const Origin& origin, hid_t owner, const std::string& name, const Attribute& value);

/// Text of fixed length, as the netCDF-4 and dimension-scale conventions have it for their own attributes.
void write_fixed_text(const Origin& origin, hid_t owner, const std::string& name, const std::string& text);
void write_int32(const Origin& origin, hid_t owner, const std::string& name, int value);

/// The attributes of `owner` in order of creation, without those that netCDF-4 and the dimension scales use themselves,
/// and without what is neither numbers nor text. `most_bytes`: more than that is damage (the file's size).
Attributes read_attributes(const Origin& origin, hid_t owner, std::uintmax_t most_bytes);

}  // namespace neurode::record::h5
