#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace neurode::record {

/// XXH3 of 64 bits (Y. Collet), faster than memory can be read: against damage, not against forgery.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;

  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace neurode::record
