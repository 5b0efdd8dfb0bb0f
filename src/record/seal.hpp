#pragma once

namespace neurode::record {

/// A finished file ends with a checksum of all bytes before it, behind what the HDF5 library takes for the file's end:
/// damage that the library does not see (texts, indices of chunks, uncompressed numbers) does not pass for results
/// (is_damaged()). Whatever opens the file to change it cuts the seal off as it closes it; then nothing is known of its
/// bytes.

/// Puts the seal on a file that all has been written to. Where there is no room for it, there is none.
void seal(int descriptor) noexcept;

}  // namespace neurode::record
