#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

/// Files by their descriptors, beside the HDF5 library.
namespace neurode::record {

/// Closed at the end; -1 for none.
struct Descriptor {
  explicit Descriptor(int n) : number(n) {}
  Descriptor(Descriptor&& other) noexcept : number(std::exchange(other.number, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

/// An ordinary file, opened; nobody waits for the other end of a pipe.
Descriptor open_file(const std::filesystem::path& path, int mode);

/// Bytes in the file; 0 where that cannot be told.
std::uint64_t size_of(int descriptor);

/// All of it, where pread and pwrite may stop in between. Returns 0 or errno; reading behind the end gives zeros.
int write_fully(int descriptor, std::span<const std::byte> bytes, std::uint64_t at);
int read_fully(int descriptor, std::span<std::byte> bytes, std::uint64_t at);

}  // namespace neurode::record
