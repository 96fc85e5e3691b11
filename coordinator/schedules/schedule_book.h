/// ScheduleBook: the pipelines that run by themselves, durable, and how far each is dealt with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"
#include "pipelines/schedule/schedule_options.h"

namespace signet::coordinator {

/// One pipeline's schedule and its state. Changes by AfterRun and AfterMissed (due.h).
struct Schedule {
  std::string name;  ///< the pipeline's
  pipelines::ScheduleOptions options;
  std::vector<pipelines::NotifyOptions> notify;
  Json request;  ///< what is asked for when it is due; not looked into here
  std::string owner;
  std::string document;  ///< SHA-256 of the document when it was added, hex; empty: not known
  Timestamp added;
  Timestamp handled;       ///< every moment of its crons up to here was run or reported
  std::string files_seen;  ///< FilesFingerprint that was run, or was there when it was added
  std::map<std::string, std::string> snapshots_seen;  ///< name to version, likewise
  bool paused = false;
  int64_t runs = 0;    ///< made so far
  int64_t missed = 0;  ///< moments reported instead of run
  std::string last_run;
  Timestamp last_due;
  Timestamp last_missed;
  std::string trouble;  ///< why the newest moment made no run; empty when it did

  [[nodiscard]] Json ToJson() const;
  /// kCorrupt for anything ToJson does not write.
  static Result<Schedule> FromJson(const Json& json);
};

/// Keeps schedules in the store under "schedule/<name>". Belongs to one thread.
class ScheduleBook {
 public:
  static constexpr size_t kSchedulesMax = 200;

  /// `store` must outlive the book.
  explicit ScheduleBook(crypto::KvStore& store) : store_(store) {}
  /// Reads what is there.
  Status Load();
  [[nodiscard]] const std::map<std::string, Schedule>& all() const { return all_; }
  /// Null pointer when there is none.
  [[nodiscard]] const Schedule* Find(const std::string& name) const;
  /// Replaces it durably; kExhausted beyond kSchedulesMax.
  Status Save(const Schedule& schedule);
  /// kNotFound, with what might have been meant.
  Status Remove(const std::string& name);
  /// Puts `schedule` into a batch of the caller's: the one that accepts its run. When that is
  /// durable, Written takes it in.
  static void Put(const Schedule& schedule, crypto::WriteBatch& batch);
  void Written(const Schedule& schedule) { all_[schedule.name] = schedule; }

 private:
  crypto::KvStore& store_;
  std::map<std::string, Schedule> all_;
};

}  // namespace signet::coordinator
