#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace neurode {

/// What a ByteReader finds does not fit what is asked of it.
class BytesError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Plain values one behind the other, in this machine's byte order: the memory of a run, for a checkpoint.
class ByteWriter {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_arithmetic_v<T>, "structures have holes: put their members");
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof value);
  }
  /// The number of elements, then the elements.
  template <class T>
  void put_all(std::span<const T> values) {
    static_assert(std::is_arithmetic_v<T> || std::is_same_v<T, std::byte>);
    put(static_cast<std::uint64_t>(values.size()));
    const auto from = std::as_bytes(values);
    bytes_.insert(bytes_.end(), from.begin(), from.end());
  }
  template <class C>
  void put_all(const C& values) {
    using T = std::remove_cvref_t<decltype(*values.data())>;
    put_all<T>(std::span<const T>(values.data(), static_cast<std::size_t>(values.size())));
  }
  void put_text(std::string_view text) { put_all(std::span<const char>(text.data(), text.size())); }

  std::span<const std::byte> bytes() const { return bytes_; }
  /// Empties it, and keeps its memory.
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

/// Takes the values back in the same order. The bytes must outlive it.
/// @throws BytesError where there are fewer of them than asked for, or another number of elements
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  template <class T>
  void get(T& value) {
    value = get<T>();
  }
  template <class T>
  std::vector<T> get_all() {
    const auto count = get<std::uint64_t>();
    if (count > bytes_.size() / sizeof(T)) throw BytesError("a list is longer than what is left");
    std::vector<T> values(count);
    const auto from = take(count * sizeof(T));
    if (count > 0) std::memcpy(values.data(), from.data(), from.size());
    return values;
  }
  /// Fills what has its size already.
  template <class C>
  void get_all(C& values) {
    using T = std::remove_cvref_t<decltype(*values.data())>;
    const auto size = static_cast<std::size_t>(values.size());
    if (get<std::uint64_t>() != size) throw BytesError("a list has another length");
    const auto from = take(size * sizeof(T));
    if (size > 0) std::memcpy(values.data(), from.data(), from.size());
  }
  std::string get_text() {
    const auto letters = get_all<char>();
    return {letters.begin(), letters.end()};
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size()) throw BytesError("it ends too early");
    const auto part = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return part;
  }

  std::span<const std::byte> bytes_;
};

}  // namespace neurode
