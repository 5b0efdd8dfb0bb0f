#pragma once

#include <cstdint>
#include <filesystem>

#include "record/hdf5.hpp"

namespace neurode::record {

/// Opens a result file, or another HDF5 file, to be read; one whose writer was killed in the midst of a write is mended
/// first. `bytes` (may be null): its size.
/// @throws FileError for what is not there, no ordinary file, not HDF5, damaged
h5::Handle open_result(const h5::Origin& origin, const std::filesystem::path& path, std::uintmax_t* bytes = nullptr);

}  // namespace neurode::record
