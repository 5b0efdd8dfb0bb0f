#include "record/seal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "neurode/record/reader.hpp"
#include "record/checksum.hpp"
#include "record/descriptor.hpp"

namespace neurode::record {

namespace {

struct Seal {
  std::array<char, 8> magic = {'n', 'e', 'u', 'r', 'o', 'd', 'S', '1'};
  std::uint64_t end = 0;  ///< bytes before it
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Seal) == 24);

constexpr std::uint64_t kMostSealed = 1 << 30;  // larger files would take long to look at
constexpr std::uint64_t kPiece = 1 << 20;

/// Of all that is in the file before `end`; nothing where it cannot be read.
std::optional<std::uint64_t> checksum_of(int descriptor, std::uint64_t end) {
  Checksum sum;
  std::vector<std::byte> bytes(std::min(end, kPiece));
  for (std::uint64_t at = 0; at < end; at += kPiece) {
    const std::span piece(bytes.data(), std::min(end - at, kPiece));
    if (read_fully(descriptor, piece, at) != 0) return {};
    sum.add(piece);
  }
  return sum.value();
}

}  // namespace

void seal(int descriptor) noexcept {
  Seal seal;
  seal.end = size_of(descriptor);
  if (seal.end == 0 || seal.end > kMostSealed) return;
  try {
    const auto sum = checksum_of(descriptor, seal.end);
    if (!sum) return;
    seal.checksum = *sum;
  } catch (const std::bad_alloc&) {
    return;
  }
  if (write_fully(descriptor, std::as_bytes(std::span(&seal, 1)), seal.end) != 0) {
    // What came of it is behind the file's end, where nobody looks.
    [[maybe_unused]] const int ignored = ftruncate(descriptor, static_cast<off_t>(seal.end));
  }
}

bool is_damaged(const std::filesystem::path& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  const std::uint64_t size = size_of(file.number);
  if (size <= sizeof(Seal) || size - sizeof(Seal) > kMostSealed) return false;
  Seal found;
  const Seal wanted;
  const std::uint64_t end = size - sizeof found;
  if (read_fully(file.number, std::as_writable_bytes(std::span(&found, 1)), end) != 0) return false;
  if (found.magic != wanted.magic || found.end != end) return false;
  const auto sum = checksum_of(file.number, end);
  return sum.has_value() && *sum != found.checksum;
}

}  // namespace neurode::record
