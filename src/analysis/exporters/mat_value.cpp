#include "analysis/exporters/mat_value.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "neurode/core/utf8.hpp"

namespace neurode::analysis::mat {

namespace {

/// Data types of elements, by their numbers in the file.
enum Data : std::uint32_t {
  kInt8 = 1,
  kInt32 = 5,
  kUint32 = 6,
  kSingle = 7,
  kDouble = 9,
  kInt64 = 12,
  kMatrix = 14,
  kUtf8 = 16,
  kUtf16 = 17
};

constexpr std::size_t kFieldName = 64;  // bytes, with the zero behind it: MATLAB's names have 63 characters

template <class T>
void append(std::string& out, T x) {
  out.append(reinterpret_cast<const char*>(&x), sizeof(x));
}

template <class T>
Value numbers(Class type, const std::vector<T>& list) {
  Value v;
  v.type = type;
  v.shape = {list.size(), 1};
  v.bytes.assign(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
  return v;
}

std::size_t count(const Value& v) {
  return std::accumulate(v.shape.begin(), v.shape.end(), std::size_t{1}, std::multiplies<>());
}

Data data_type(const Value& v) {
  switch (v.type) {
    case Class::text:
      return v.utf16 ? kUtf16 : kUtf8;
    case Class::float32:
      return kSingle;
    case Class::int64:
      return kInt64;
    default:
      return kDouble;
  }
}

std::uint64_t data_bytes(const Value& v) {
  switch (v.type) {
    case Class::text:
      return v.bytes.size();
    case Class::float32:
      return std::uint64_t{4} * count(v);
    default:
      return std::uint64_t{8} * count(v);
  }
}

/// Elements begin at multiples of eight; those of up to four bytes share their tag's eight.
std::size_t padding(std::uint64_t bytes) { return bytes <= 4 ? 4 - bytes : (8 - bytes % 8) % 8; }
std::uint64_t with_tag(std::uint64_t bytes) { return (bytes <= 4 ? 4 : 8) + bytes + padding(bytes); }

void append_tag(std::string& out, Data type, std::uint64_t bytes) {
  if (bytes <= 4) {
    append(out, static_cast<std::uint32_t>(bytes << 16 | type));
  } else {
    append(out, static_cast<std::uint32_t>(type));
    append(out, static_cast<std::uint32_t>(bytes));
  }
}

void append_element(std::string& out, Data type, const std::string& bytes) {
  append_tag(out, type, bytes.size());
  out += bytes;
  out.append(padding(bytes.size()), '\0');
}

/// All of an array's element that stands before its numbers or members, without the tag.
std::string head(const Value& v, const std::string& name) {
  std::string out, flags, dimensions;
  append(flags, static_cast<std::uint32_t>(v.type));
  append(flags, std::uint32_t{0});
  append_element(out, kUint32, flags);
  for (const auto n : v.shape) append(dimensions, static_cast<std::int32_t>(n));
  append_element(out, kInt32, dimensions);
  append_element(out, kInt8, name);
  if (v.type != Class::structure) return out;
  std::string length, names;
  append(length, static_cast<std::int32_t>(kFieldName));
  append_element(out, kInt32, length);
  for (const auto& [field, value] : v.members) names += field + std::string(kFieldName - field.size(), '\0');
  append_element(out, kInt8, names);
  return out;
}

const std::string kNoName;

std::uint64_t bytes_in_element(const Value& v, const std::string& name) {
  std::uint64_t bytes = head(v, name).size();
  if (v.type != Class::structure && v.type != Class::cell) return bytes + with_tag(data_bytes(v));
  for (const auto& [field, value] : v.members) bytes += element_bytes(value, kNoName);
  return bytes;
}

/// UTF-8 as 16-bit characters of this machine's order, two for those beyond the first 65536; U+FFFD for what is no
/// UTF-8.
std::u16string to_utf16(std::string_view utf8) {
  std::u16string out;
  while (!utf8.empty()) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(utf8[k]); };
    std::size_t n = utf8_length(utf8);
    std::uint32_t code = 0xfffd;
    if (n == 0) {  // one mark for a character that was begun
      for (n = 1; byte(0) >= 0xc0 && n < std::min<std::size_t>(4, utf8.size()) && (byte(n) & 0xc0) == 0x80;) ++n;
    } else {
      code = n == 1 ? byte(0) : byte(0) & (0x7fu >> n);
      for (std::size_t k = 1; k < n; ++k) code = code << 6 | (byte(k) & 0x3fu);
    }
    utf8.remove_prefix(n);
    if (code >= 0x10000) {
      out += static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10));
      code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    out += static_cast<char16_t>(code);
  }
  return out;
}

}  // namespace

Value& Value::add(std::string name, Value value) {
  members.push_back({std::move(name), std::move(value)});
  return members.back().value;
}

Value text(const std::string& utf8) {
  Value v;
  v.type = Class::text;
  v.bytes = utf8;
  std::size_t characters = utf8.size();
  v.utf16 = std::any_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (v.utf16) {
    const auto wide = to_utf16(utf8);
    characters = wide.size();
    v.bytes.assign(reinterpret_cast<const char*>(wide.data()), 2 * characters);
  }
  v.shape = {characters > 0 ? 1u : 0u, characters};
  return v;
}

Value column(const std::vector<double>& list) { return numbers(Class::float64, list); }
Value column(const std::vector<std::int64_t>& list) { return numbers(Class::int64, list); }

Value row_of_cells(const std::vector<std::string>& texts) {
  Value v;
  v.type = Class::cell;
  v.shape = {1, texts.size()};
  for (const auto& t : texts) v.add({}, text(t));
  return v;
}

std::string file_header() {
  std::string out = "MATLAB 5.0 MAT-file, written by neurode export";
  out.resize(116, ' ');
  append(out, std::uint64_t{0});
  append(out, std::uint16_t{0x0100});
  append(out, std::uint16_t{0x4d49});  // "MI", which a reader of the other byte order sees as "IM"
  return out;
}

std::uint64_t element_bytes(const Value& value, const std::string& name) { return 8 + bytes_in_element(value, name); }

void write(const Value& value, const std::string& name, ExportSink& sink) {
  std::string out;
  append(out, static_cast<std::uint32_t>(kMatrix));
  append(out, static_cast<std::uint32_t>(bytes_in_element(value, name)));
  out += head(value, name);
  if (value.type == Class::structure || value.type == Class::cell) {
    sink.write(out);
    for (const auto& [field, member] : value.members) write(member, kNoName, sink);
    return;
  }
  const auto bytes = data_bytes(value);
  append_tag(out, data_type(value), bytes);
  sink.write(out + value.bytes);
  if (value.stream) value.stream(sink);
  sink.write(std::string(padding(bytes), '\0'));
}

}  // namespace neurode::analysis::mat
