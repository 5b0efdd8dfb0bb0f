#include "neurode/record/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "neurode/core/errors.hpp"
#include "record/checksum.hpp"

namespace neurode::record {

std::string fingerprint(const std::filesystem::path& path) {
  constexpr std::uint64_t kWhole = 256u << 20, kPart = 64u << 20, kPiece = 1u << 20;
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return "";
  std::ifstream in(path, std::ios::binary);
  Checksum sum;
  std::vector<char> piece(kPiece);
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    in.seekg(static_cast<std::streamoff>(from));
    while (from < to && in) {
      in.read(piece.data(), static_cast<std::streamsize>(std::min(kPiece, to - from)));
      const auto got = static_cast<std::size_t>(in.gcount());
      sum.add(std::as_bytes(std::span(piece.data(), got)));
      from += got;
      if (got == 0) break;
    }
  };
  if (size <= kWhole) {
    add(0, size);
  } else {
    add(0, kPart);
    add(size - kPart, size);
  }
  if (!in) throw FileError(path.string(), "cannot be read to its end");
  return fmt::format("{} bytes, xxh3 {:016x}", size, sum.value());
}

}  // namespace neurode::record
