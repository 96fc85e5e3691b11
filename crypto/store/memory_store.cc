#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/store/kv_store.h"

namespace signet::crypto {
namespace {

class MemoryStore final : public KvStore {
 public:
  Result<std::optional<Bytes>> Get(std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::optional<Bytes>();
    return std::optional<Bytes>(found->second);
  }

  Status Write(const WriteBatch& batch, Durability /*durability*/) override {
    const std::scoped_lock lock(mutex_);
    for (const WriteBatch::Operation& operation : batch.operations()) {
      if (operation.value.has_value()) {
        entries_.insert_or_assign(operation.key, *operation.value);
      } else {
        entries_.erase(operation.key);
      }
    }
    return OkStatus();
  }

  using KvStore::Scan;
  Status Scan(std::string_view prefix, std::string_view from, const ScanVisitor& visit) override {
    // Copied first, so that the visitor may call this store and sees one state.
    std::vector<std::pair<std::string, Bytes>> found;
    {
      const std::scoped_lock lock(mutex_);
      for (auto it = entries_.lower_bound(from > prefix ? from : prefix);
           it != entries_.end() && it->first.starts_with(prefix);
           ++it) {
        found.emplace_back(*it);
      }
    }
    for (const auto& [key, value] : found) TRY(visit(key, value));
    return OkStatus();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Bytes, std::less<>> entries_;
};

}  // namespace

std::unique_ptr<KvStore> NewMemoryStore() {
  return std::make_unique<MemoryStore>();
}

}  // namespace signet::crypto
