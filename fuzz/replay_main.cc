// Runs a fuzz target's function once for the empty input and once for every file it is given. Folders are
// walked, in sorted order. It is the main function of fuzz targets that are not linked with libFuzzer, so
// that corpora replay with any compiler.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

// libFuzzer fixes this name and signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);  // NOLINT

namespace {

namespace fs = std::filesystem;

// The regular files under path, or path itself if it is one. Empty if there is none.
std::vector<fs::path> FilesAt(const fs::path& path) {
  std::error_code ignored;  // What cannot be read counts as absent: the caller reports it.
  if (fs::is_regular_file(path, ignored)) return {path};
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it(path, ignored), end; it != end; it.increment(ignored)) {
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Runs the function on a copy of exactly this size, so that AddressSanitizer sees a read past the end.
void Run(const std::string& bytes) {
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("replay: the empty input\n");
  std::fflush(stdout);
  Run("");
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    const std::vector<fs::path> files = FilesAt(argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "replay: no file at %s\n", argv[i]);
      return 1;
    }
    for (const fs::path& file : files) {
      std::ifstream stream(file, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(stream), {});
      if (stream.bad() || !stream.is_open()) {
        std::fprintf(stderr, "replay: cannot read %s\n", file.c_str());
        return 1;
      }
      // Printed and flushed first: if the function crashes, this line names the input.
      std::printf("replay: %s\n", file.c_str());
      std::fflush(stdout);
      Run(bytes);
      ++count;
    }
  }
  std::printf("replay: all passed: the empty input and %zu files\n", count);
  return 0;
}
