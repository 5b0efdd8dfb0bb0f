// All or nothing of a change of a file.
#include "record/journal.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "neurode/record/reader.hpp"
#include "scratch.hpp"

using namespace neurode::record;

namespace {

std::vector<std::byte> bytes(const std::string& text) {
  const auto all = std::as_bytes(std::span(text));
  return {all.begin(), all.end()};
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

struct Open {
  int number;
  explicit Open(const std::filesystem::path& path) : number(open(path.c_str(), O_RDWR)) {}
  ~Open() { close(number); }
};

PendingWrites some_writes() {
  PendingWrites p;
  p.put(3, bytes("three"));
  p.put(20, bytes("twenty"));
  p.put(30, bytes("behind the old end"));
  return p;
}

const std::string kBefore = "0123456789012345678901234567";
const std::string kAfter =
    "012"
    "three"
    "890123456789"
    "twenty"
    "67" +
    std::string(2, '\0') + "behind the old end";

}  // namespace

TEST_CASE("pending writes: the later one counts, whatever overlaps") {
  std::mt19937 random(1);
  const auto number = [&](int below) { return static_cast<std::uint64_t>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 300; ++round) {
    PendingWrites p;
    std::vector<int> truth(64, -1);
    for (int k = 0; k < 12; ++k) {
      const auto at = number(60), size = 1 + number(static_cast<int>(64 - at));
      if (number(4) == 0) {
        p.erase(at, at + size);
        for (auto i = at; i < at + size; ++i) truth[i] = -1;
      } else {
        p.put(at, std::vector(size, std::byte(k)));
        for (auto i = at; i < at + size; ++i) truth[i] = k;
      }
    }
    std::vector<int> found(64, -1);
    for (const auto& [at, part] : p.writes()) {
      for (std::size_t i = 0; i < part.size(); ++i) {
        CHECK(found[at + i] == -1);
        found[at + i] = static_cast<int>(part[i]);
      }
    }
    CHECK(found == truth);
    std::vector<std::byte> seen(40, std::byte{99});
    p.overlay(10, seen);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(static_cast<int>(seen[i]) == (truth[10 + i] < 0 ? 99 : truth[10 + i]));
    }
  }
}

TEST_CASE("a commit, and what repair() makes of one that was cut short at any byte") {
  const Scratch scratch;
  const auto path = scratch / "file";
  write(path, kBefore);
  const PendingWrites p = some_writes();
  const std::uint64_t end = kAfter.size();
  {
    const Open file(path);
    REQUIRE(commit(file.number, p, end) == 0);
  }
  CHECK(content(path) == kAfter);
  repair(path);
  CHECK(content(path) == kAfter);

  const auto journal = journal_of(p, end);
  std::string tail(journal.size(), ' ');
  std::memcpy(tail.data(), journal.data(), journal.size());
  const std::string grown = kBefore + std::string(end - kBefore.size(), '\0');
  for (std::size_t size = 0; size < tail.size(); ++size) {  // killed while the copy was written: nothing has changed
    write(path, grown + tail.substr(0, size));
    repair(path);
    CHECK(content(path).substr(0, end) == grown);
  }
  for (std::size_t done = 0; done <= end; ++done) {  // while it was carried out, by and by
    write(path, kAfter.substr(0, done) + grown.substr(done) + tail);
    repair(path);
    CHECK(content(path) == kAfter);
  }
  for (std::size_t at = 0; at < tail.size(); ++at) {  // damaged since: not trusted
    std::string damaged = tail;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    write(path, grown + damaged);
    repair(path);
    CHECK(content(path) == grown + damaged);
  }
}

TEST_CASE("a commit that leads beyond the file is not carried out") {
  const Scratch scratch;
  const auto path = scratch / "file";
  PendingWrites p;
  p.put(100, bytes("far away"));
  const auto journal = journal_of(p, 10);
  std::string text = "0123456789";
  text.append(reinterpret_cast<const char*>(journal.data()), journal.size());
  write(path, text);
  CHECK_THROWS(repair(path));
  CHECK(content(path) == text);
}

TEST_CASE("one writer at a time; readers are told that there is one") {
  const Scratch scratch;
  const auto path = scratch / "file";
  write(path, kBefore);
  CHECK_FALSE(is_being_written(path));
  {
    const Open first(path), second(path);
    CHECK(lock_for_writing(first.number));
    CHECK(is_being_written(path));
    CHECK_FALSE(lock_for_writing(second.number));
  }
  CHECK_FALSE(is_being_written(path));
  CHECK_FALSE(is_being_written(scratch / "nothing"));
}
