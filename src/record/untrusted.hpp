#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "record/hdf5.hpp"

/// What is checked of a file before the library is trusted with it.
namespace neurode::record::h5 {

/// Bytes of an ordinary file that may be HDF5. @throws FileError if it is none, or cannot be opened
std::uintmax_t look_at_file(const std::string& path);

/// The file, to be read. @throws FileError
Handle open_to_read(const Origin& origin);

/// The object of a name ("group/weights"), as H5Oopen: links into other files are not followed, whatever they point to.
hid_t open_object(hid_t file, const std::string& name);
hid_t open_dataset(hid_t file, const std::string& name);
bool link_exists(hid_t file, const std::string& name);

/// What a dataset announces, held against the file: its numbers are in this file and nowhere else, each of them of a
/// size that numbers have, and no more of them than the file's bytes can hold when they are compressed, or than fit
/// into limits::kUnstoredBytes. `what` names it ("dataset \"x\""). Returns its shape. @throws FileError
std::vector<std::size_t> checked_shape(const Origin& origin, hid_t dataset, const std::string& what,
                                       std::uintmax_t file_bytes);
/// 1, 2, 4, 8 or 16 bytes?
bool size_of_numbers(hid_t type);

/// Damaged or hostile files crash HDF5 1.10 in many places (or send it round in circles): `read` goes first in a child
/// process, which shares nothing with this one, and the file is refused where the child does not come back within
/// seconds. What `read` throws there means nothing; it is met again here.
/// @throws FileError, saying that the file is damaged
void try_first(const Origin& origin, const std::function<void()>& read);
/// For how long `read` should go through numbers in the child: long enough for all of a small file. Null elsewhere.
bool time_is_up();

}  // namespace neurode::record::h5
