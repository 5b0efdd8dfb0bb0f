#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "neurode/analysis/export.hpp"

namespace neurode::analysis {

/// A variable of the request: what of it is taken, along each dimension.
struct SelectedVariable {
  struct Dimension {
    std::string name;
    std::size_t first = 0, count = 0;    ///< a range ...
    std::vector<std::size_t> positions;  ///< ... or these (sorted or not) where elements were chosen
    std::vector<std::int64_t> labels;    ///< of what is taken; empty for a time axis
    std::size_t size() const { return positions.empty() ? count : positions.size(); }
  };
  const record::VariableInfo* info = nullptr;
  std::vector<Dimension> dimensions;

  std::vector<std::size_t> shape() const;
  std::size_t size() const;
  /// Along the time axis; 1 where there is none.
  std::size_t points() const { return info->axis.empty() ? 1 : dimensions.front().size(); }
  /// Numbers of one point in time.
  std::size_t point_size() const;
};

/// Numbers of a variable, of its own kind, so that none is changed on the way.
struct Numbers {
  record::Type type = record::Type::float64;
  std::vector<double> real;
  std::vector<std::int64_t> integer;

  std::size_t size() const { return type == record::Type::int64 ? integer.size() : real.size(); }
  /// Appends number i as text that reads back as the same number; false (and nothing appended) if it is not finite.
  bool append_text(std::size_t i, std::string& out) const;
};

/// The request, checked against the file.
class ExportSource {
 public:
  /// @throws UsageError as export_result does.
  ExportSource(const record::Reader& reader, const ExportRequest& request);

  const record::Reader& reader() const { return reader_; }
  const std::vector<SelectedVariable>& variables() const { return variables_; }
  bool everything() const { return everything_; }
  /// The time axes of the selected variables, in order of appearance.
  std::vector<std::string> axes() const;
  /// The time axis `name` itself, with the window applied.
  SelectedVariable axis(const std::string& name) const;
  /// Any variable of the file, with the request's window and elements.
  SelectedVariable selected(const record::VariableInfo& info) const;
  /// A block (of shape().., see record::Blocks) of a selected variable.
  void read(const SelectedVariable& variable, const record::Slab& block, Numbers& out) const;

 private:
  SelectedVariable::Dimension dimension(const record::VariableInfo& info, std::size_t i) const;
  void apply_window(SelectedVariable::Dimension& d) const;
  void check_selections() const;
  void append(const SelectedVariable& variable, record::Slab block, Numbers& out) const;
  template <class T>
  void append_box(const SelectedVariable& variable, const record::Slab& block, const record::Slab& box, bool picked,
                  std::vector<T>& out) const;

  const record::Reader& reader_;
  const ExportRequest& request_;
  bool everything_;
  std::vector<SelectedVariable> variables_;
};

/// Numbers read at once.
constexpr std::size_t kNumbersPerBlock = 512 * 1024;

}  // namespace neurode::analysis
