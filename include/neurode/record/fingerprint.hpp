#pragma once

#include <filesystem>
#include <string>

namespace neurode::record {

/// By which a file is known again: its size and a checksum, "1234 bytes, xxh3 0123456789abcdef". Of more than 256 MB,
/// their first and last 64 MB count. A file that is not there has none, "".
/// @throws FileError where it cannot be read
std::string fingerprint(const std::filesystem::path& path);

}  // namespace neurode::record
