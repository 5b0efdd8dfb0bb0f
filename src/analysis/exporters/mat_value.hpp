#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/export_sink.hpp"

namespace neurode::analysis::mat {

/// Array classes of MATLAB, by their numbers in the file.
enum class Class : std::uint32_t { cell = 1, structure = 2, text = 4, float64 = 6, float32 = 7, int64 = 14 };

struct Member;

/// An array of MATLAB: numbers and texts, and the structures and cells made of them.
struct Value {
  Class type = Class::structure;
  std::vector<std::size_t> shape = {1, 1};  ///< two or more
  bool utf16 = false;                       ///< text: two bytes a character, not one
  std::string bytes;                        ///< numbers or text, column-major ...
  std::function<void(ExportSink&)> stream;  ///< ... or what writes as many when their turn has come
  std::vector<Member> members;              ///< fields of a structure; elements of a cell, without names

  Value& add(std::string name, Value value);
};

struct Member {
  std::string name;
  Value value;
};

Value text(const std::string& utf8);
Value column(const std::vector<double>& numbers);
Value column(const std::vector<std::int64_t>& numbers);
Value row_of_cells(const std::vector<std::string>& texts);

/// What a file begins with.
std::string file_header();
/// Bytes of the element that write() makes, its tag of eight included.
std::uint64_t element_bytes(const Value& value, const std::string& name);
void write(const Value& value, const std::string& name, ExportSink& sink);

}  // namespace neurode::analysis::mat
