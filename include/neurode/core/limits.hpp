#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace neurode {

/// How much of anything a file may bring. Files are not trusted: what is beyond these is refused with a message, before
/// memory is taken or time spent. Far above what scenarios and data of real use have.
namespace limits {

inline constexpr std::size_t kScenarioBytes = 16'000'000;        ///< text of a scenario
inline constexpr std::size_t kImportBytes = 1'000'000;           ///< text of an XPPAUT file with what it includes
inline constexpr std::size_t kExpandedBytes = 16'000'000;        ///< of that, arrays written out
inline constexpr std::size_t kScenarioValues = 1'000'000;        ///< in a scenario; data of that size stand in files
inline constexpr std::size_t kTableKeys = 10'000;                ///< of one table: populations, parameters ...
inline constexpr int kNesting = 64;                              ///< of tables and lists
inline constexpr std::size_t kEquationBytes = 2'000'000;         ///< text of one set of equations
inline constexpr std::size_t kStatements = 20'000;               ///< of one set of equations
inline constexpr std::size_t kExpressionNodes = 2'000'000;       ///< of one graph of expressions
inline constexpr std::size_t kTextCharacters = 100'000;          ///< of an expression written out for a person
inline constexpr std::size_t kNameBytes = 1'000;                 ///< of a key
inline constexpr std::size_t kPathBytes = 4'096;                 ///< of a file's name
inline constexpr std::size_t kKeptFaults = 1'000;                ///< reading stops when there are more
inline constexpr std::size_t kToldFaults = 100;                  ///< of those, printed
inline constexpr std::uint64_t kTextDataBytes = 16'000'000'000;  ///< a CSV or Matrix Market file
inline constexpr std::size_t kLineBytes = 256'000'000;           ///< a line of one
inline constexpr int kLines = 2'000'000'000;                     ///< of one
inline constexpr std::size_t kColumns = 10'000'000;              ///< of a table
inline constexpr std::size_t kVariables = 20'000;                ///< of a result file
inline constexpr std::uint64_t kUnstoredBytes = 64 << 20;        ///< of a dataset that nothing is stored of
inline constexpr std::uint64_t kDeflateRatio = 1032;             ///< deflate cannot do better: RFC 1951
inline constexpr std::uint64_t kMostElements = std::uint64_t{1} << 60;  ///< whose bytes still fit a signed number

}  // namespace limits

/// The product of sizes that a file announces; nothing where it is more than `most`. No sizes: 1; one of 0: 0.
template <class List>
std::optional<std::uint64_t> checked_product(const List& sizes, std::uint64_t most = limits::kMostElements) {
  std::uint64_t n = 1;
  bool empty = false, overflow = false;
  for (const auto size : sizes) {
    empty = empty || size == 0;
    overflow = overflow || __builtin_mul_overflow(n, static_cast<std::uint64_t>(size), &n);
  }
  if (empty) return 0;
  return !overflow && n <= most ? std::optional(n) : std::nullopt;
}

}  // namespace neurode
