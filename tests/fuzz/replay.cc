// Runs a fuzz target over its seeds and their neighbours: each seed as it is, cut short at many
// places, with single bits flipped, and doubled. Deterministic; a crash names the file.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "crypto/base/file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

/// At most so many cuts and flips of one seed, spread evenly.
constexpr size_t kNeighboursMax = 200;

using Input = std::vector<uint8_t>;

uint64_t runs = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void Run(const Input& input) {
  LLVMFuzzerTestOneInput(input.data(), input.size());
  ++runs;
}

void RunNeighbours(const Input& seed) {
  Run(seed);
  const size_t step = std::max<size_t>(1, seed.size() / kNeighboursMax);
  for (size_t at = 0; at < seed.size(); at += step) {
    Run(Input(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(at)));
    Input flipped = seed;
    flipped[at] = static_cast<uint8_t>(flipped[at] ^ (1U << (at % 8)));
    Run(flipped);
  }
  Input twice = seed;
  twice.insert(twice.end(), seed.begin(), seed.end());
  Run(twice);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    (void)std::fprintf(stderr, "usage: %s SEEDS\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    (void)std::fprintf(stderr, "error: there are no seeds in %s\n", argv[1]);
    return 1;
  }
  Run({});
  for (const std::filesystem::path& path : files) {
    (void)std::printf("%s\n", path.filename().c_str());
    (void)std::fflush(stdout);  // so that a crash shows whose it is
    const signet::Result<signet::Bytes> seed = signet::ReadFile(path);
    if (!seed.ok()) return 1;
    RunNeighbours(*seed);
  }
  (void)std::printf(
      "%zu seeds, %llu inputs\n", files.size(), static_cast<unsigned long long>(runs));
  return 0;
}
