#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"

namespace neurode {

/// Base of every fault a user can cause or meet; `exit_status` is what the program ends with.
class Error : public std::runtime_error {
 public:
  Error(const std::string& what, int exit_status) : std::runtime_error(what), exit_status_(exit_status) {}
  int exit_status() const { return exit_status_; }

 private:
  int exit_status_;
};

/// The scenario (or a file it names) is wrong: every fault found, each with its place. Exit status 2. The text tells
/// the first limits::kToldFaults of them, and how many more there are.
class ScenarioError : public Error {
 public:
  explicit ScenarioError(std::vector<Diagnostic> diagnostics);
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// The command line is wrong. Exit status 2.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& what) : Error(what, 2) {}
};

/// The numbers went wrong: a solve that does not converge, a value that is not finite. Exit status 3.
class NumericalError : public Error {
 public:
  explicit NumericalError(const std::string& what) : Error(what, 3) {}
};

/// A file could not be read or written. Exit status 4.
class FileError : public Error {
 public:
  FileError(std::string path, const std::string& what) : Error(path + ": " + what, 4), path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace neurode
