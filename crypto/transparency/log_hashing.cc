#include "crypto/transparency/log_hashing.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "crypto/transparency/compact_range.h"
#include "crypto/transparency/entry_scan.h"

namespace signet::crypto {
namespace {

constexpr unsigned kThreadsMax = 16;
/// What one thread hashes at a time: the entries below one tile of level 1.
constexpr uint64_t kRegionEntries = kTileWidth * kTileWidth;

std::string Count(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n));
}

/// Compares a tile of the log with the hashes computed for it; counts it if the log keeps it.
Status CompareTile(LogSource& log, const TileId& id, const Bytes& hashes, uint64_t& compared) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, log.HashTile(id));
  if (!stored.has_value()) return OkStatus();
  if (*stored != hashes) return Corrupt(id.Path() + " does not fit the entries");
  ++compared;
  return OkStatus();
}

/// The subtree hashes at one of the sizes asked for, relative to the region's start.
struct Mark {
  uint64_t size = 0;
  std::vector<Digest> hashes;
};

struct Region {
  std::optional<Digest> root;  ///< of a full region
  std::vector<Mark> marks;     ///< of sizes inside it (not at its start or full end)
  uint64_t tiles = 0;
};

/// What all regions share. Read only.
struct Job {
  LogSource& log;
  uint64_t size;
  const std::vector<uint64_t>& sizes;
  uint64_t pruned_below;
};

/// Hashes one region: leaves into bundles' roots, those into the region's.
class RegionWalk {
 public:
  RegionWalk(const Job& job, uint64_t index)
      : job_(job),
        index_(index),
        first_(index * kRegionEntries),
        entries_(std::min(kRegionEntries, job.size - first_)) {}

  Result<Region> Run() {
    const uint64_t bundles = (entries_ + kTileWidth - 1) / kTileWidth;
    for (uint64_t bundle = 0; bundle < bundles; ++bundle) {
      const uint64_t global = index_ * kTileWidth + bundle;
      const bool pruned = (global + 1) * kTileWidth <= job_.pruned_below;
      TRY(pruned ? TakeBundleRoot(bundle) : HashBundle(global));
    }
    if (!level_1_.empty()) {
      const TileId id{1, index_, level_1_.size() / Digest().size()};
      TRY(CompareTile(job_.log, id, level_1_, region_.tiles));
    }
    if (entries_ == kRegionEntries) region_.root = bundles_.Root(hasher_);
    return std::move(region_);
  }

 private:
  /// Keeps the state where a size was asked for; the start and the full end are the caller's.
  void NoteMarks(const CompactRange& open) {
    const uint64_t local = bundles_.size() * kTileWidth + open.size();
    if (local == 0 || local == kRegionEntries) return;
    if (!std::binary_search(job_.sizes.begin(), job_.sizes.end(), first_ + local)) return;
    Mark mark{first_ + local, bundles_.hashes()};
    mark.hashes.insert(mark.hashes.end(), open.hashes().begin(), open.hashes().end());
    region_.marks.push_back(std::move(mark));
  }

  void AddBundleRoot(const Digest& root) {
    Append(level_1_, root);
    bundles_.Append(root, hasher_);
    NoteMarks(CompactRange());
  }

  /// A pruned bundle: its root as the log's tile of level 1 has it.
  Status TakeBundleRoot(uint64_t bundle) {
    if (pruned_tile_.empty()) {
      const TileId id{1, index_, TileWidthAt(1, index_, job_.size)};
      ASSIGN_OR_RETURN(std::optional<Bytes> stored, job_.log.HashTile(id));
      if (!stored.has_value()) return Corrupt(id.Path() + " is missing from the log");
      pruned_tile_ = *std::move(stored);
    }
    Digest root{};
    const size_t at = bundle * root.size();
    if (pruned_tile_.size() < at + root.size()) return Corrupt("a tile of level 1 is too short");
    std::copy_n(pruned_tile_.begin() + static_cast<std::ptrdiff_t>(at), root.size(), root.begin());
    AddBundleRoot(root);
    return OkStatus();
  }

  Status HashBundle(uint64_t bundle) {
    const uint64_t width = TileWidthAt(0, bundle, job_.size);
    ASSIGN_OR_RETURN(const Bytes bytes, job_.log.EntryBundle(bundle, width));
    const Result<std::vector<ByteView>> entries = SplitBundle(bytes);
    if (!entries.ok()) return entries.status().WithContext(EntryBundlePath(bundle, width));
    if (entries->size() < width) {
      return Corrupt(EntryBundlePath(bundle, width) + " holds only " + Count(entries->size()) +
                     " entries");
    }
    CompactRange open;
    Bytes leaves;
    leaves.reserve(width * Digest().size());
    for (uint64_t i = 0; i < width; ++i) {
      TRY(CheckEntry((*entries)[i], bundle * kTileWidth + i));
      const Digest leaf = hasher_.Leaf((*entries)[i]);
      Append(leaves, leaf);
      open.Append(leaf, hasher_);
      if (open.size() < kTileWidth) NoteMarks(open);
    }
    TRY(CompareTile(job_.log, {0, bundle, width}, leaves, region_.tiles));
    if (width == kTileWidth) AddBundleRoot(open.Root(hasher_));
    return OkStatus();
  }

  /// An entry says its own index: a log spliced from others fails even before its root does.
  static Status CheckEntry(ByteView entry, uint64_t index) {
    const Result<uint64_t> own = IndexOfEntry(entry);
    if (!own.ok()) return Corrupt("entry " + Count(index) + " " + own.status().message());
    if (*own == index) return OkStatus();
    return Corrupt("entry " + Count(index) + " does not carry its own index");
  }

  const Job& job_;
  uint64_t index_;
  uint64_t first_;    ///< the region's first entry
  uint64_t entries_;  ///< its entries, 1 to kRegionEntries
  TreeHasher hasher_;
  CompactRange bundles_;  ///< over the roots of full bundles
  Bytes level_1_;
  Bytes pruned_tile_;
  Region region_;
};

/// Hashes all regions with several threads. Ends early once one failed.
std::vector<std::optional<Result<Region>>> WalkRegions(const Job& job, unsigned threads) {
  const uint64_t regions = (job.size + kRegionEntries - 1) / kRegionEntries;
  std::vector<std::optional<Result<Region>>> results(regions);
  std::atomic<uint64_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    // What is taken is done, in order: all before a failed one are there, so the first is told.
    while (!failed) {
      const uint64_t i = next++;
      if (i >= regions) break;
      results[i] = RegionWalk(job, i).Run();
      if (!results[i]->ok()) failed = true;
    }
  };
  if (threads == 0) threads = std::thread::hardware_concurrency();
  threads = std::clamp(threads, 1U, kThreadsMax);
  std::vector<std::jthread> others;
  for (uint64_t i = 1; i < std::min<uint64_t>(threads, regions); ++i) others.emplace_back(work);
  work();
  return results;  // after the others have ended
}

/// Joins the regions: the tiles from level 2 upwards, and the roots.
class Joiner {
 public:
  Joiner(LogSource& log, const std::vector<uint64_t>& sizes) : log_(log), sizes_(sizes) {
    NoteRoot(0, {});
  }

  Status Add(const Region& region) {
    result_.tiles += region.tiles;
    for (const Mark& mark : region.marks) NoteRoot(mark.size, mark.hashes);
    if (!region.root.has_value()) return OkStatus();
    Status compared;
    regions_.Append(*region.root, hasher_, [&](unsigned level, uint64_t, const Digest& hash) {
      if (level % kTileHeight == 0 && compared.ok()) {
        compared = AddToTile(level / kTileHeight, hash);
      }
    });
    TRY(compared);
    NoteRoot(regions_.size() * kRegionEntries, {});
    return OkStatus();
  }

  Result<LogHashes> Finish() {
    for (unsigned i = 0; i < open_.size(); ++i) {
      if (!open_[i].hashes.empty()) TRY(CloseTile(i));
    }
    if (result_.roots.size() != sizes_.size()) {
      return Invalid("a size was asked for that lies within what the log has pruned");
    }
    return std::move(result_);
  }

 private:
  struct OpenTile {
    uint64_t index = 0;
    Bytes hashes;
  };

  void NoteRoot(uint64_t size, const std::vector<Digest>& local) {
    while (result_.roots.size() < sizes_.size() && sizes_[result_.roots.size()] == size) {
      std::vector<Digest> hashes = regions_.hashes();
      hashes.insert(hashes.end(), local.begin(), local.end());
      result_.roots.push_back(CompactRange::FromHashes(size, std::move(hashes))->Root(hasher_));
    }
  }

  /// `above` counts tile levels from 2.
  Status AddToTile(unsigned above, const Digest& hash) {
    if (open_.size() <= above) open_.resize(above + 1);
    Append(open_[above].hashes, hash);
    return open_[above].hashes.size() < kTileWidth * hash.size() ? OkStatus() : CloseTile(above);
  }

  Status CloseTile(unsigned above) {
    OpenTile& open = open_[above];
    const TileId id{above + 2, open.index++, open.hashes.size() / Digest().size()};
    TRY(CompareTile(log_, id, open.hashes, result_.tiles));
    open.hashes.clear();
    return OkStatus();
  }

  LogSource& log_;
  const std::vector<uint64_t>& sizes_;
  TreeHasher hasher_;
  CompactRange regions_;  ///< over the roots of full regions
  std::vector<OpenTile> open_;
  LogHashes result_;
};

}  // namespace

Result<LogHashes> HashLog(LogSource& log,
                          uint64_t size,
                          const std::vector<uint64_t>& sizes,
                          uint64_t pruned_below,
                          unsigned threads) {
  CHECK(std::is_sorted(sizes.begin(), sizes.end()));
  if (pruned_below % kTileWidth != 0 || pruned_below > size) {
    return Invalid("a log is pruned below a multiple of 256 within it");
  }
  const Job job{log, size, sizes, pruned_below};
  const std::vector<std::optional<Result<Region>>> regions = WalkRegions(job, threads);
  Joiner joiner(log, sizes);
  for (const std::optional<Result<Region>>& region : regions) {
    CHECK(region.has_value());  // those behind a failed one are not reached
    if (!region->ok()) return region->status();
    TRY(joiner.Add(**region));
  }
  return joiner.Finish();
}

}  // namespace signet::crypto
