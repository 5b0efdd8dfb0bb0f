#pragma once

#include <cstdint>

#include "record/hdf5.hpp"

namespace neurode::record::h5 {

/// The HDF5 library's way to a file that is being written. Numbers (raw data) go to the file as they come; the file's
/// own structure waits in memory until the library flushes, and then gets there whole or not at all (journal.hpp). So a
/// file is always as a flush left it, whenever the process dies.
/// Files are locked against other writers. While somebody reads, a flush is put off, for some seconds at most.

/// Has the file to be opened with `access` go this way. @throws FileError
void use_journal(const Origin& origin, hid_t access);

/// From now on flushes are not put off for readers (or are again).
void flush_surely(hid_t file, bool surely) noexcept;

/// Nothing more gets into the file, whatever the library still tries.
void abandon(hid_t file) noexcept;

/// Bytes in the file, and whether there is any name for it left. 0 and true where that cannot be told.
std::uintmax_t bytes_in(hid_t file) noexcept;
bool has_a_name(hid_t file) noexcept;

/// Has the system bring to the disk what is in the file. @throws FileError
void synchronise(const Origin& origin, hid_t file);

}  // namespace neurode::record::h5
