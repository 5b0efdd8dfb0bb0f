#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "neurode/core/errors.hpp"
#include "neurode/core/value.hpp"
#include "neurode/network/data.hpp"

namespace neurode::network {

/// Readers stop after this many faults in the cells of one file.
inline constexpr std::size_t kMostCellFaults = 20;

/// That the file a key names cannot be read, at the key's value.
void report_unreadable(const Value& path, const FileError& error, Diagnostics& diagnostics);

/// read_csv() of the file a key names, relative to `folder`; that it cannot be read is reported at the key's value.
std::optional<Csv> read_csv_from(const Value& path, const ScenarioFolder& folder, bool header,
                                 Diagnostics& diagnostics);

/// `text` as a number, blanks around it ignored; nothing if it is none ("nan", "inf" and too large ones are numbers
/// here).
std::optional<double> parse_number(std::string_view text);

}  // namespace neurode::network
