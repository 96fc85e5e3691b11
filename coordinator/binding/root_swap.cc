#include "coordinator/binding/root_swap.h"

#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include "crypto/base/file.h"
#include "crypto/keys/descriptor.h"
#include "crypto/keys/key_file.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

/// What the new root brings, and takes the place of.
constexpr const char* kReplaced[] = {
    "store", "custody", "custody.json", "checkpoint.note", "coordinator.key"};

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Status Remove(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return Unavailable("cannot remove " + path.string() + ": " + error.message());
  return OkStatus();
}

Status SyncFolder(const fs::path& folder) {
  const crypto::Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) {
    return Unavailable("cannot sync " + folder.string());
  }
  return OkStatus();
}

Status Move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    return Unavailable("cannot move " + from.string() + ": " + error.message());
  }
  TRY(SyncFolder(from.parent_path()));
  return SyncFolder(to.parent_path());
}

/// Overwrites what a folder of custody holds, then removes it.
Status EraseCustody(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->is_regular_file(error)) TRY(crypto::EraseKeyFile(at->path()));
  }
  return Remove(folder);
}

/// Only one process swaps. The lock ends with the process.
class SwapLock {
 public:
  explicit SwapLock(const fs::path& ready) : file_(::open(ready.c_str(), O_RDONLY | O_CLOEXEC)) {}
  [[nodiscard]] Status Take() const {
    if (file_.get() >= 0 && ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) return OkStatus();
    return Unavailable("another process gives this state its new root")
        .WithRemedy("wait for it, then repeat");
  }

 private:
  crypto::Descriptor file_;
};

/// The steps, counted so that a test can stop between any two.
class Swap {
 public:
  Swap(fs::path state, int steps) : state_(std::move(state)), steps_(steps) {}

  Status Run() {
    const fs::path staging = RootStaging(state_);
    for (const char* name : kReplaced) {
      const fs::path from = staging / name;
      const fs::path to = state_ / name;
      const fs::path old = state_ / (std::string(name) + ".old");
      // Once moved, the staged one is not there any more: nothing happens twice.
      if (Exists(from) && Exists(to)) TRY(Step([&] { return Move(to, old); }));
      if (Exists(from)) TRY(Step([&] { return Move(from, to); }));
    }
    // A custody in files has no settings: those of the old one go.
    if (Exists(staging / "files")) {
      TRY(Step([&] { return Remove(state_ / "custody.json"); }));
    }
    if (Exists(staging / "no-files") && !Exists(state_ / "custody.old")) {
      TRY(Step([&] { return MoveIfThere(state_ / "custody", state_ / "custody.old"); }));
    }
    TRY(Step([&] { return EraseCustody(state_ / "custody.old"); }));
    TRY(Step([&] { return crypto::EraseKeyFile(state_ / "coordinator.key.old"); }));
    for (const char* name : {"store.old", "custody.json.old", "checkpoint.note.old", "serving"}) {
      TRY(Step([&] { return Remove(state_ / name); }));
    }
    return Step([&] { return Remove(staging); });
  }

 private:
  static Status MoveIfThere(const fs::path& from, const fs::path& to) {
    return Exists(from) ? Move(from, to) : OkStatus();
  }
  template <typename Action>
  Status Step(const Action& action) {
    if (steps_-- <= 0) return Cancelled("stopped for a test");
    return action();
  }

  fs::path state_;
  int steps_;
};

}  // namespace

fs::path RootStaging(const fs::path& state) {
  return state / "root.next";
}

Status MarkRootReady(const fs::path& state) {
  const fs::path staging = RootStaging(state);
  if (!Exists(staging / "store")) return NotFound("no new root is staged in " + state.string());
  return WriteFileAtomically(staging / "READY", AsBytes("ready\n"), 0600);
}

Status FinishRootSwap(const fs::path& state, int steps) {
  const fs::path ready = RootStaging(state) / "READY";
  if (!Exists(ready)) return OkStatus();
  const SwapLock lock(ready);
  TRY(lock.Take());
  return Swap(state, steps).Run();
}

Status DropRootStaging(const fs::path& state) {
  const fs::path staging = RootStaging(state);
  if (!Exists(staging) || Exists(staging / "READY")) return OkStatus();
  if (Exists(staging / "custody")) TRY(EraseCustody(staging / "custody"));
  return Remove(staging);
}

}  // namespace signet::coordinator
