#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

#include "record/descriptor.hpp"

namespace neurode::record {

/// Bytes that are to go into a file, by address; no two overlap. What comes later replaces what was there.
class PendingWrites {
 public:
  void put(std::uint64_t address, std::span<const std::byte> bytes);
  /// Forgets what was to go into [begin, end).
  void erase(std::uint64_t begin, std::uint64_t end);
  /// Lays what is pending over `bytes` read from `address`.
  void overlay(std::uint64_t address, std::span<std::byte> bytes) const;

  bool empty() const { return writes_.empty(); }
  void clear() { writes_.clear(); }
  const std::map<std::uint64_t, std::vector<std::byte>>& writes() const { return writes_; }

 private:
  std::map<std::uint64_t, std::vector<std::byte>> writes_;
};

/// What stands behind the file's own end `end` while commit() carries out `pending`: all of it, and a checksum.
std::vector<std::byte> journal_of(const PendingWrites& pending, std::uint64_t end);

/// Carries out `pending` in the file so that a process killed at any moment leaves all or nothing of it, as seen by
/// repair(): first everything goes behind the file's end `end`, with a checksum, then to its place, then the copy is
/// cut off. Returns 0, or errno; then the file is as it was, `end` long.
int commit(int descriptor, const PendingWrites& pending, std::uint64_t end);

/// Finishes the commit in the midst of which the file's writer was killed, if it was. Waits while a living writer is at
/// it. @throws FileError where that cannot be written
void repair(const std::filesystem::path& path);

/// Takes the file for writing, for as long as the descriptor is open; false where another process has it.
/// File systems that know no locks let everybody have it.
bool lock_for_writing(int descriptor);

}  // namespace neurode::record
