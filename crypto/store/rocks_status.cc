#include "crypto/store/rocks_status.h"

#include <string>
#include <string_view>

namespace signet::crypto {
namespace {

bool Says(const rocksdb::Status& failed, std::string_view words) {
  return failed.ToString().find(words) != std::string::npos;
}

bool IsReadOnlyDisk(const rocksdb::Status& failed) {
  return Says(failed, "Read-only file system") || Says(failed, "Permission denied") ||
         Says(failed, "Operation not permitted");
}

Status FullDisk(const std::string& path) {
  return Unavailable("the disk that holds " + path + " is full")
      .WithRemedy("free some disk space and run again; nothing was lost");
}

Status ReadOnlyDisk(const std::string& path) {
  return Unavailable("this user may not write the state " + path)
      .WithRemedy("choose a folder that this user may write, or change its permissions");
}

Status Damaged(const rocksdb::Status& failed, const std::string& path) {
  return Corrupt("the state " + path + " is damaged: " + failed.ToString())
      .WithRemedy("restore the folder from a backup; its custody folder is kept apart");
}

}  // namespace

Status RocksOpenStatus(const rocksdb::Status& failed, const std::string& path) {
  if (failed.IsNoSpace()) return FullDisk(path);
  if (IsReadOnlyDisk(failed)) return ReadOnlyDisk(path);
  // RocksDB has no code for it: "While lock file" (another process), "lock hold by" (this one).
  if (Says(failed, "While lock file") || Says(failed, "lock hold by")) {
    return Unavailable("another signet uses this state: " + path)
        .WithRemedy("wait until it ends, stop it, or give another --state folder");
  }
  if (failed.IsCorruption() || failed.IsInvalidArgument() || failed.IsPathNotFound()) {
    return Damaged(failed, path);
  }
  // A file that the store's own manifest names is gone.
  if (Says(failed, "No such file or directory")) return Damaged(failed, path);
  return Unavailable("cannot open the state " + path + ": " + failed.ToString());
}

Status RocksReadStatus(const rocksdb::Status& failed, const std::string& path) {
  if (failed.IsCorruption() || Says(failed, "No such file or directory")) {
    return Damaged(failed, path);
  }
  return Unavailable("cannot read the state " + path + ": " + failed.ToString());
}

Status RocksWriteStatus(const rocksdb::Status& failed, const std::string& path) {
  if (failed.IsNoSpace()) return FullDisk(path);
  if (IsReadOnlyDisk(failed)) return ReadOnlyDisk(path);
  if (failed.IsCorruption()) return Damaged(failed, path);
  if (failed.IsBusy() || failed.IsTimedOut() || failed.IsTryAgain()) {
    return Unavailable("the state " + path + " is busy: " + failed.ToString());
  }
  return UnknownOutcome("a write to the state " + path + " may have happened: " + failed.ToString())
      .WithRemedy("run again: the state is read anew and tells");
}

}  // namespace signet::crypto
