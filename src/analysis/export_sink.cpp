#include "analysis/export_sink.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace fs = std::filesystem;

std::string file_name(const std::string& variable) {
  std::string name = variable;
  const std::string arrow = " -> ";
  for (auto at = name.find(arrow); at != std::string::npos; at = name.find(arrow))
    name.replace(at, arrow.size(), "_to_");
  for (char& c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("._-+").find(c) == std::string_view::npos) c = '_';
  }
  if (!name.empty() && name.front() == '.') name.front() = '_';
  return name;
}

ExportSink::ExportSink(const ExportRequest& request, std::string extension)
    : output_(request.output), extension_(std::move(extension)), overwrite_(request.overwrite) {
  if (output_.empty()) throw UsageError("the name of the file to write is empty");
  std::error_code ignored;
  folder_ = output_ != "-" && (output_.back() == '/' || fs::is_directory(output_, ignored));
}

ExportSink::~ExportSink() { discard(); }

void ExportSink::fail(const std::string& what) const {
  const int reason = errno;
  const auto& path = files_.empty() ? fs::path(output_) : files_.back().final_name;
  throw FileError(path.string(), "cannot " + what + ": " + std::generic_category().message(reason));
}

void ExportSink::begin() {
  if (is_standard_output()) {
    stream_ = stdout;
  } else {
    open(output_);
  }
}

void ExportSink::begin(const std::string& name) {
  if (!fs::is_directory(output_)) {
    std::error_code error;
    fs::create_directory(output_, error);
    if (error) throw FileError(output_, "cannot make the folder: " + error.message());
    made_folder_ = true;
  }
  const fs::path stem = fs::path(output_) / file_name(name);
  fs::path path = stem.string() + extension_;
  const auto taken = [&] {
    return std::any_of(files_.begin(), files_.end(), [&](const File& f) { return f.final_name == path; });
  };
  for (int k = 2; taken(); ++k) path = stem.string() + "_" + std::to_string(k) + extension_;
  open(path);
}

void ExportSink::open(const fs::path& path) {
  finish_file();
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw FileError(path.string(), "is a folder, not a file that can be written");
  if (!overwrite_ && fs::exists(fs::symlink_status(path, ignored))) {
    throw FileError(path.string(), "exists already; choose another name, or overwrite it with --force");
  }
  const fs::path part =
      path.parent_path() / ("." + path.filename().string() + "." + std::to_string(getpid()) + ".part");
  files_.push_back({path, part});
  stream_ = std::fopen(part.c_str(), "wb");
  if (!stream_) {
    const int reason = errno;
    files_.pop_back();
    throw FileError(path.string(), "cannot create the file: " + std::generic_category().message(reason));
  }
}

void ExportSink::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size()) fail("write");
}

void ExportSink::finish_file() {
  if (!stream_) return;
  std::FILE* stream = std::exchange(stream_, nullptr);
  const bool good = std::fflush(stream) == 0;
  const int reason = errno;
  if (stream != stdout) std::fclose(stream);
  errno = reason;
  if (!good) fail("write");
}

ExportResult ExportSink::commit() {
  finish_file();
  for (const auto& f : files_) {
    if (std::rename(f.part_name.c_str(), f.final_name.c_str()) != 0) {
      throw FileError(f.final_name.string(),
                      "cannot give the file its name: " + std::generic_category().message(errno));
    }
    result_.files.push_back(f.final_name);
  }
  files_.clear();
  made_folder_ = false;
  return std::move(result_);
}

void ExportSink::discard() noexcept {
  if (stream_ && stream_ != stdout) std::fclose(stream_);
  stream_ = nullptr;
  std::error_code ignored;
  for (const auto& f : files_) fs::remove(f.part_name, ignored);
  if (made_folder_) fs::remove(output_, ignored);
}

}  // namespace neurode::analysis
