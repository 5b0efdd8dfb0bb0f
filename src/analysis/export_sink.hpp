#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "neurode/analysis/export.hpp"

namespace neurode::analysis {

/// Where an export goes: standard output, a file, or the files of a folder. Files are written beside their final place
/// and renamed by commit(); without it nothing stays.
class ExportSink {
 public:
  ExportSink(const ExportRequest& request, std::string extension);
  ~ExportSink();
  ExportSink(const ExportSink&) = delete;
  ExportSink& operator=(const ExportSink&) = delete;

  bool is_folder() const { return folder_; }
  bool is_standard_output() const { return output_ == "-"; }
  const std::string& output() const { return output_; }

  /// Starts the only file of a request that names one (or standard output).
  void begin();
  /// Starts file NAME.extension of a folder, NAME made safe for file systems (see file_name()).
  void begin(const std::string& name);
  void write(std::string_view bytes);
  void leave_out(const std::string& variable) { result_.left_out.push_back(variable); }

  ExportResult commit();

 private:
  void open(const std::filesystem::path& path);
  void finish_file();
  void discard() noexcept;
  [[noreturn]] void fail(const std::string& what) const;

  struct File {
    std::filesystem::path final_name, part_name;
  };
  std::string output_, extension_;
  bool overwrite_;
  bool folder_ = false;
  bool made_folder_ = false;
  std::FILE* stream_ = nullptr;
  std::vector<File> files_;
  ExportResult result_;
};

/// A variable's name as a file name: " -> " becomes "_to_", whatever is not a letter, a digit or one of "._-+" becomes
/// "_", and a leading dot too.
std::string file_name(const std::string& variable);

}  // namespace neurode::analysis
