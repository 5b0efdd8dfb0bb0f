#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace neurode::analysis::mat {

/// A name as MATLAB and Octave take one, of variables and of fields: " -> " becomes "_to_", whatever else is not a
/// letter, a digit or "_" becomes one "_", and an "x" comes before what is a keyword or begins with none of the
/// letters. 63 characters at most.
std::string identifier(const std::string& name);

/// Identifiers that differ from each other: a second `a` is `a_2`.
class Names {
 public:
  explicit Names(std::set<std::string> taken = {}) : taken_(std::move(taken)) {}
  /// The identifier of `name`; `key` tells apart what is to have different ones.
  const std::string& of(const std::string& key, const std::string& name);

 private:
  std::set<std::string> taken_;
  std::map<std::string, std::string> given_;
};

/// Where a variable is found: `hidden.a` as field a of the structure hidden, `hidden.a.error` as its field a_error.
struct Path {
  std::string variable, field;  ///< no field: a variable by itself
};

/// The paths of these variables, all different. None is the variable `reserved`. The earlier of two names that would be
/// alike keeps the plain one.
std::map<std::string, Path> paths(const std::vector<std::string>& names, const std::string& reserved);

}  // namespace neurode::analysis::mat
