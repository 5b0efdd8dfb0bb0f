#include "record/checkpoint_slots.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/record/reader.hpp"
#include "record/checksum.hpp"
#include "record/journal.hpp"
#include "record/untrusted.hpp"

namespace neurode::record {

namespace {

constexpr const char* kGroup = "checkpoint";
constexpr std::array<const char*, 2> kNames = {"slot_0", "slot_1"};
constexpr std::uint64_t kSpare = 4096;
constexpr std::size_t kPiece = 8 << 20;

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

/// A slot in a file that is read.
class StoredSlot {
 public:
  StoredSlot(hid_t file, const std::string& name) : dataset_(h5::open_dataset(file, name), H5Dclose) {
    if (!dataset_.valid()) return;
    const h5::Handle type(H5Dget_type(dataset_), H5Tclose);
    space_ = {H5Dget_space(dataset_), H5Sclose};
    hsize_t size = 0;
    if (!space_.valid() || H5Sget_simple_extent_ndims(space_) != 1 || H5Tget_size(type) != 1) return;
    H5Sget_simple_extent_dims(space_, &size, nullptr);
    // No filters, no other file: what the file does not have is damage.
    if (H5Dget_offset(dataset_) == HADDR_UNDEF || H5Dget_storage_size(dataset_) != size || size < sizeof head) return;
    const Header wanted;
    good = read(0, sizeof head, &head) && head.magic == wanted.magic && head.length <= size - sizeof head;
  }
  /// The checkpoint, if it is a whole one.
  bool get(std::vector<std::byte>& out) const {
    out.resize(head.length);
    if (!read(sizeof head, head.length, out.data())) return false;
    Checksum sum;
    add_head(sum, head);
    sum.add(out);
    return sum.value() == head.checksum;
  }

  Header head;
  bool good = false;

 private:
  bool read(std::uint64_t at, std::uint64_t count, void* to) const {
    if (count == 0) return true;
    const hsize_t start = at, n = count;
    const h5::Handle memory(H5Screate_simple(1, &n, nullptr), H5Sclose);
    return H5Sselect_hyperslab(space_, H5S_SELECT_SET, &start, nullptr, &n, nullptr) >= 0 &&
           H5Dread(dataset_, H5T_NATIVE_UINT8, memory, space_, H5P_DEFAULT, to) >= 0;
  }

  h5::Handle dataset_, space_;
};

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
  file_.flush(true);
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
  for (auto part : parts) {
    while (!part.empty()) {  // in pieces: what was just summed is still at hand
      const auto piece = part.first(std::min(part.size(), kPiece));
      sum.add(piece);
      put(slot, at, piece);
      at += piece.size();
      part = part.subspan(piece.size());
    }
  }
  h.checksum = sum.value();
  put(slot, 0, bytes_of(h));
  file_.flush(true);  // the library keeps small pieces back
  file_.synchronise();
}

std::optional<std::vector<std::byte>> read_checkpoint(const std::filesystem::path& path) {
  const h5::Session session;
  const h5::Origin origin{path.string()};
  repair(path);
  h5::look_at_file(origin.path);
  std::vector<StoredSlot> slots;
  h5::Handle file;
  const auto open_slots = [&] {
    file = h5::open_to_read(origin);
    for (const char* name : kNames) {
      const std::string full = std::string(kGroup) + "/" + name;
      if (!h5::link_exists(file, kGroup) || !h5::link_exists(file, full)) continue;
      StoredSlot slot(file, full);
      if (slot.good) slots.push_back(std::move(slot));
    }
  };
  h5::try_first(origin, open_slots);
  open_slots();
  std::sort(slots.begin(), slots.end(),
            [](const StoredSlot& a, const StoredSlot& b) { return a.head.sequence > b.head.sequence; });
  std::vector<std::byte> out;
  try {
    for (const auto& slot : slots) {
      if (slot.get(out)) return out;
    }
  } catch (const std::bad_alloc&) {
    throw FileError(origin.path, "its checkpoint does not fit into memory");
  }
  return {};
}

}  // namespace neurode::record
