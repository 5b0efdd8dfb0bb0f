#include "record/checkpoint_slots.hpp"

#include <bit>
#include <cstring>
#include <optional>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/record/reader.hpp"
#include "record/checksum.hpp"
#include "record/open_file.hpp"

namespace neurode::record {

namespace {

constexpr const char* kGroup = "checkpoint";
constexpr std::array<const char*, 2> kNames = {"slot_0", "slot_1"};
constexpr std::uint64_t kSpare = 4096;

/// What a slot begins with.
struct Header {
  std::array<char, 8> magic = {'n', 'e', 'u', 'r', 'o', 'd', 'C', '1'};
  std::uint64_t sequence = 0;  ///< the higher is the later
  std::uint64_t length = 0;    ///< of what follows
  std::uint64_t checksum = 0;  ///< of the two before and what follows
};
static_assert(sizeof(Header) == 32);

std::span<const std::byte> bytes_of(const Header& h) { return std::as_bytes(std::span(&h, 1)); }

void add_head(Checksum& sum, const Header& h) { sum.add(std::as_bytes(std::span(&h.sequence, 2))); }

/// The checkpoint in a slot, if it is a good one.
std::optional<Header> read_slot(hid_t group, const char* name, std::vector<std::byte>& out) {
  if (H5Lexists(group, name, H5P_DEFAULT) <= 0) return {};
  const h5::Handle dataset(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) return {};
  const h5::Handle space(H5Dget_space(dataset), H5Sclose), type(H5Dget_type(dataset), H5Tclose);
  hsize_t size = 0;
  if (!space.valid() || H5Sget_simple_extent_ndims(space) != 1 || H5Tget_size(type) != 1) return {};
  H5Sget_simple_extent_dims(space, &size, nullptr);
  // No filters, no extension: a size that the file does not have is damage.
  if (H5Dget_offset(dataset) == HADDR_UNDEF || H5Dget_storage_size(dataset) != size || size < sizeof(Header)) return {};
  const auto read = [&](std::uint64_t at, std::uint64_t count, void* to) {
    const hsize_t start = at, n = count;
    const h5::Handle memory(H5Screate_simple(1, &n, nullptr), H5Sclose);
    return n == 0 || (H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &n, nullptr) >= 0 &&
                      H5Dread(dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, to) >= 0);
  };
  Header h;
  const Header wanted;
  if (!read(0, sizeof h, &h) || h.magic != wanted.magic || h.length > size - sizeof h) return {};
  std::vector<std::byte> bytes(h.length);
  if (!read(sizeof h, h.length, bytes.data())) return {};
  Checksum sum;
  add_head(sum, h);
  sum.add(bytes);
  if (sum.value() != h.checksum) return {};
  out = std::move(bytes);
  return h;
}

}  // namespace

void CheckpointSlots::make_room(Slot& slot, std::uint64_t bytes) {
  if (slot.capacity >= bytes) return;
  const auto& origin = file_.origin();
  if (!group_.valid()) {
    group_ = {origin.check(H5Gcreate2(file_.id(), kGroup, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "write a checkpoint"),
              H5Gclose};
  }
  const char* name = kNames[static_cast<std::size_t>(&slot - slots_.data())];
  if (slot.dataset.valid()) {
    slot.dataset.reset();
    origin.check(H5Ldelete(group_, name, H5P_DEFAULT), "write a checkpoint");
  }
  // What grows (the past of delays) does not ask for a new place every time.
  const hsize_t size = slot.capacity > 0 ? bytes + bytes / 2 : bytes + kSpare;
  const h5::Handle space(origin.check(H5Screate_simple(1, &size, nullptr), "write a checkpoint"), H5Sclose);
  const h5::Handle creation(origin.check(H5Pcreate(H5P_DATASET_CREATE), "write a checkpoint"), H5Pclose);
  origin.check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "write a checkpoint");
  origin.check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "write a checkpoint");
  slot.dataset = {origin.check(H5Dcreate2(group_, name, H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT),
                               "write a checkpoint"),
                  H5Dclose};
  slot.capacity = size;
  file_.flush();
}

void CheckpointSlots::put(const Slot& slot, std::uint64_t at, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto& origin = file_.origin();
  const hsize_t start = at, count = bytes.size();
  const h5::Handle space(origin.check(H5Dget_space(slot.dataset), "write a checkpoint"), H5Sclose);
  const h5::Handle memory(origin.check(H5Screate_simple(1, &count, nullptr), "write a checkpoint"), H5Sclose);
  origin.check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr), "write a checkpoint");
  origin.check(H5Dwrite(slot.dataset, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, bytes.data()),
               "write a checkpoint");
}

void CheckpointSlots::write(std::span<const std::span<const std::byte>> parts) {
  Header h;
  h.sequence = ++sequence_;
  for (const auto& part : parts) h.length += part.size();
  auto& slot = slots_[h.sequence % 2];
  make_room(slot, sizeof h + h.length);
  Checksum sum;
  add_head(sum, h);
  std::uint64_t at = sizeof h;
  for (const auto& part : parts) {
    sum.add(part);
    put(slot, at, part);
    at += part.size();
  }
  h.checksum = sum.value();
  put(slot, 0, bytes_of(h));
  file_.flush();  // the library keeps small pieces back
  file_.synchronise();
}

std::optional<std::vector<std::byte>> read_checkpoint(const std::filesystem::path& path) {
  const h5::Session session;
  const h5::Origin origin{path.string()};
  const h5::Handle file = open_result(origin, path);
  if (H5Lexists(file, kGroup, H5P_DEFAULT) <= 0) return {};
  const h5::Handle group(H5Gopen2(file, kGroup, H5P_DEFAULT), H5Gclose);
  if (!group.valid()) return {};
  std::optional<Header> best;
  std::vector<std::byte> out, bytes;
  try {
    for (const char* name : kNames) {
      const auto h = read_slot(group, name, bytes);
      if (!h || (best && best->sequence > h->sequence)) continue;
      best = h;
      out.swap(bytes);
    }
  } catch (const std::bad_alloc&) {
    throw FileError(origin.path, "its checkpoint does not fit into memory");
  }
  if (!best) return {};
  return out;
}

}  // namespace neurode::record
