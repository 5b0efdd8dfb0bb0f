#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "report/source.hpp"

namespace neurode::report {

/// Variables of a file of tables (a comparison, an analysis) as numbers and words. Those of more than four million
/// numbers count as not there.
class Columns {
 public:
  explicit Columns(const record::Reader& reader) : reader_(reader) {}

  bool has(const std::string& name) const { return find(name) != nullptr; }
  /// All numbers, row-major; empty where there is no such variable.
  const std::vector<double>& numbers(const std::string& name) const;
  /// Numbers to one place along the first dimension; column k of them.
  std::size_t width(const std::string& name) const;
  std::vector<double> column(const std::string& name, std::size_t k) const;
  /// Length of dimension d of a variable; 0 where there is none.
  std::size_t length(const std::string& name, std::size_t d) const;
  /// The words that a variable's numbers stand for; empty where they are numbers.
  std::vector<std::string> words(const std::string& name) const;
  /// Element k as a word; "" where it is none.
  std::string word(const std::string& name, std::size_t k) const;
  std::string unit(const std::string& name) const;
  std::string long_name(const std::string& name) const;

  /// Everything along a dimension as a table, at most `most` rows; `only`, where not empty: these, in this order.
  /// Of variables with a second dimension "state", the first few states.
  Table table(const std::string& dimension, const std::vector<std::string>& only,
              const std::vector<std::string>& states, std::size_t most, int digits = 8) const;

 private:
  const record::VariableInfo* find(const std::string& name) const;
  const record::Reader& reader_;
  mutable std::map<std::string, std::vector<double>> read_;
};

}  // namespace neurode::report
