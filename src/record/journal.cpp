#include "record/journal.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

#include "neurode/core/errors.hpp"
#include "neurode/record/reader.hpp"
#include "record/checksum.hpp"

namespace neurode::record {

namespace {

/// What stands at the very end while a commit is carried out. Before it, from `begin` on: address, length, bytes of
/// each write.
struct Footer {
  std::array<char, 8> magic = {'n', 'e', 'u', 'r', 'o', 'd', 'J', '1'};
  std::uint64_t begin = 0;   ///< the file's own end
  std::uint64_t length = 0;  ///< of the writes
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Footer) == 32);

constexpr std::uint64_t kHead = 2 * sizeof(std::uint64_t);  // of a write

std::uint64_t checksum_of(const Footer& f, std::span<const std::byte> writes) {
  Checksum sum;
  sum.add(std::as_bytes(std::span(&f.begin, 2)));
  sum.add(writes);
  return sum.value();
}

/// Room for what will be written, before any of it is: afterwards nothing can fail for want of it.
int reserve(int descriptor, const PendingWrites& pending) {
#ifdef __linux__
  for (const auto& [at, bytes] : pending.writes()) {
    if (fallocate(descriptor, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at), static_cast<off_t>(bytes.size())) == 0) {
      continue;
    }
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) return errno;
    break;  // a file system that cannot do it
  }
#endif
  return 0;
}

int cut(int descriptor, std::uint64_t end) { return ftruncate(descriptor, static_cast<off_t>(end)) == 0 ? 0 : errno; }

/// The commit left in the file, all of it good; false where there is none.
bool find(int descriptor, Footer& footer, std::vector<std::byte>& writes) {
  const std::uint64_t size = size_of(descriptor);
  const Footer wanted;
  if (size < sizeof footer) return false;
  if (read_fully(descriptor, std::as_writable_bytes(std::span(&footer, 1)), size - sizeof footer) != 0) return false;
  if (footer.magic != wanted.magic || footer.begin > size - sizeof footer ||
      footer.length != size - sizeof footer - footer.begin) {
    return false;
  }
  writes.resize(footer.length);
  return read_fully(descriptor, writes, footer.begin) == 0 && checksum_of(footer, writes) == footer.checksum;
}

int carry_out(int descriptor, std::span<const std::byte> writes, std::uint64_t end) {
  while (writes.size() >= kHead) {
    std::uint64_t head[2];
    std::memcpy(head, writes.data(), sizeof head);
    writes = writes.subspan(kHead);
    if (head[1] > writes.size() || head[0] > end || head[1] > end - head[0]) return EINVAL;
    if (const int reason = write_fully(descriptor, writes.first(head[1]), head[0])) return reason;
    writes = writes.subspan(head[1]);
  }
  return cut(descriptor, end);
}

}  // namespace

void PendingWrites::erase(std::uint64_t begin, std::uint64_t end) {
  auto at = writes_.lower_bound(begin);
  if (at != writes_.begin()) {
    const auto before = std::prev(at);
    const std::uint64_t its_end = before->first + before->second.size();
    if (its_end > end)
      writes_.emplace(
          end, std::vector(before->second.end() - static_cast<std::ptrdiff_t>(its_end - end), before->second.end()));
    if (its_end > begin) before->second.resize(begin - before->first);
  }
  while (at != writes_.end() && at->first < end) {
    const std::uint64_t its_end = at->first + at->second.size();
    if (its_end > end) {
      writes_.emplace(end,
                      std::vector(at->second.end() - static_cast<std::ptrdiff_t>(its_end - end), at->second.end()));
    }
    at = writes_.erase(at);
  }
}

void PendingWrites::put(std::uint64_t address, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  erase(address, address + bytes.size());
  writes_.emplace(address, std::vector(bytes.begin(), bytes.end()));
}

void PendingWrites::overlay(std::uint64_t address, std::span<std::byte> bytes) const {
  const std::uint64_t end = address + bytes.size();
  auto at = writes_.lower_bound(address);
  if (at != writes_.begin()) --at;
  for (; at != writes_.end() && at->first < end; ++at) {
    const std::uint64_t from = std::max(at->first, address), to = std::min(at->first + at->second.size(), end);
    if (from < to) std::memcpy(bytes.data() + (from - address), at->second.data() + (from - at->first), to - from);
  }
}

std::vector<std::byte> journal_of(const PendingWrites& pending, std::uint64_t end) {
  std::vector<std::byte> out;
  const auto append = [&out](std::span<const std::byte> bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  std::size_t size = 0;
  for (const auto& [at, bytes] : pending.writes()) size += kHead + bytes.size();
  out.reserve(size + sizeof(Footer));
  for (const auto& [at, bytes] : pending.writes()) {
    const std::uint64_t head[2] = {at, bytes.size()};
    append(std::as_bytes(std::span(head)));
    append(bytes);
  }
  Footer footer;
  footer.begin = end;
  footer.length = out.size();
  footer.checksum = checksum_of(footer, out);
  append(std::as_bytes(std::span(&footer, 1)));
  return out;
}

int commit(int descriptor, const PendingWrites& pending, std::uint64_t end) {
  const auto journal = journal_of(pending, end);
  int reason = reserve(descriptor, pending);
  if (reason == 0) reason = write_fully(descriptor, journal, end);
  if (reason != 0) {
    cut(descriptor, end);
    return reason;
  }
  return carry_out(descriptor, std::span(journal).first(journal.size() - sizeof(Footer)), end);
}

bool lock_for_writing(int descriptor) {
  struct flock all = {};
  all.l_type = F_WRLCK;
  all.l_whence = SEEK_SET;
#ifdef F_OFD_SETLK
  // Not the lock of h5py and the HDF5 library (flock), which a reader takes as well.
  return fcntl(descriptor, F_OFD_SETLK, &all) == 0 || (errno != EAGAIN && errno != EACCES);
#else
  return fcntl(descriptor, F_SETLK, &all) == 0 || (errno != EAGAIN && errno != EACCES);
#endif
}

bool is_being_written(const std::filesystem::path& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  struct flock all = {};
  all.l_type = F_RDLCK;
  all.l_whence = SEEK_SET;
#ifdef F_OFD_GETLK
  const int asked = fcntl(file.number, F_OFD_GETLK, &all);
#else
  const int asked = fcntl(file.number, F_GETLK, &all);
#endif
  return asked == 0 && all.l_type != F_UNLCK;
}

void repair(const std::filesystem::path& path) {
  Footer footer;
  std::vector<std::byte> writes;
  for (int waits = 0;; ++waits) {
    const Descriptor look = open_file(path, O_RDONLY);
    if (look.number < 0 || !find(look.number, footer, writes)) return;
    const Descriptor file = open_file(path, O_RDWR);
    const auto cannot = [&](int reason) {
      throw FileError(path.string(), "its writer was killed in the midst of a write, which cannot be finished: " +
                                         std::generic_category().message(reason));
    };
    if (file.number < 0) cannot(errno);
    if (lock_for_writing(file.number)) {
      if (!find(file.number, footer, writes)) return;
      if (const int reason = carry_out(file.number, writes, footer.begin)) cannot(reason);
      return;
    }
    if (waits == 1000) cannot(EBUSY);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace neurode::record
