#include "record/open_file.hpp"

#include <fstream>
#include <system_error>

#include "neurode/core/errors.hpp"
#include "record/journal.hpp"

namespace neurode::record {

h5::Handle open_result(const h5::Origin& origin, const std::filesystem::path& path, std::uintmax_t* bytes) {
  // What the library would only say in its own words.
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    const bool absent = !error || error == std::errc::no_such_file_or_directory;
    throw FileError(origin.path, absent ? "there is no such file" : "cannot open the file: " + error.message());
  }
  if (std::filesystem::is_directory(status)) throw FileError(origin.path, "is a folder, not a result file");
  if (!std::filesystem::is_regular_file(status)) throw FileError(origin.path, "is no ordinary file");
  if (!std::ifstream(path)) throw FileError(origin.path, "cannot open the file: permission denied");
  repair(path);
  const auto size = std::filesystem::file_size(path, error);
  if (size == 0) throw FileError(origin.path, "is empty, not an HDF5 file");
  if (H5Fis_hdf5(path.c_str()) <= 0) throw FileError(origin.path, "is not an HDF5 file, as results of neurode are");
  if (bytes) *bytes = size;
  const h5::Handle access(origin.check(H5Pcreate(H5P_FILE_ACCESS), "open the file"), H5Pclose);
  origin.check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "open the file");
#if H5_VERSION_GE(1, 10, 7)
  origin.check(H5Pset_file_locking(access, false, true), "open the file");
#endif
  return {origin.check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), "open the file"), H5Fclose};
}

}  // namespace neurode::record
