/// ResultCache: results of a pipeline's tasks by what they were computed from.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// Keeps, under "cache/<pipeline>/<step>/<task>", the key of a task's last result and the result:
/// references and aggregates. An entry is worth something only while every stream that it names is
/// that of a live dataset: erasure rewrites streams under new addresses, and so invalidates without
/// knowing of the cache. Belongs to one thread.
class ResultCache {
 public:
  ResultCache(StateFolder& state, std::string pipeline)
      : state_(state), pipeline_(std::move(pipeline)) {}

  /// The key of a computation: HMAC-SHA-256, under the state's digest key, of `facts` as canonical
  /// JSON: what goes into it says what the result depends on.
  [[nodiscard]] std::string KeyOf(const Json& facts) const;
  /// The result with that key, if its streams live. The live streams are read once, at first use.
  Result<std::optional<Bytes>> Find(const std::string& step, int task, const std::string& key);
  void Put(const std::string& step,
           int task,
           const std::string& key,
           ByteView result,
           crypto::WriteBatch& batch) const;

 private:
  Status LoadLive();
  [[nodiscard]] std::string PlaceOf(const std::string& step, int task) const;

  StateFolder& state_;
  std::string pipeline_;
  std::optional<std::set<std::string>> live_;  ///< blob digests
};

}  // namespace signet::coordinator
