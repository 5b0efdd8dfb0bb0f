#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "record/output_file.hpp"

namespace neurode::record {

/// Two places for checkpoints in a file, written in turn: each a contiguous list of bytes with a checksum, group
/// "checkpoint". They go to the disk without any change of the file's structure, so the one that is not being written
/// is good whatever happens.
class CheckpointSlots {
 public:
  explicit CheckpointSlots(OutputFile& file) : file_(file) {}
  void write(std::span<const std::span<const std::byte>> parts);

 private:
  struct Slot {
    h5::Handle dataset;
    std::uint64_t capacity = 0;
  };
  void make_room(Slot& slot, std::uint64_t bytes);
  void put(const Slot& slot, std::uint64_t at, std::span<const std::byte> bytes);

  OutputFile& file_;
  h5::Handle group_;
  std::array<Slot, 2> slots_;
  std::uint64_t sequence_ = 0;
};

}  // namespace neurode::record
