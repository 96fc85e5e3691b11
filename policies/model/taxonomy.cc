#include "policies/model/taxonomy.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::policies {

bool Taxonomy::Add(Category category) {
  std::string key = category.key;
  return categories_.emplace(std::move(key), std::move(category)).second;
}

bool Taxonomy::Add(Use use) {
  std::string key = use.key;
  return uses_.emplace(std::move(key), std::move(use)).second;
}

const Category* Taxonomy::FindCategory(std::string_view key) const {
  const auto found = categories_.find(key);
  return found == categories_.end() ? nullptr : &found->second;
}

const Use* Taxonomy::UseOf(std::string_view purpose) const {
  for (; !purpose.empty(); purpose = ParentKey(purpose)) {
    if (const auto found = uses_.find(purpose); found != uses_.end()) return &found->second;
  }
  return nullptr;
}

std::vector<std::string> Taxonomy::CategoryKeys() const {
  std::vector<std::string> keys;
  for (const auto& entry : categories_) keys.push_back(entry.first);
  return keys;
}

std::string_view ParentKey(std::string_view key) {
  const size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

bool IsWithin(std::string_view key, std::string_view ancestor) {
  return key == ancestor || (key.size() > ancestor.size() && key[ancestor.size()] == '.' &&
                             key.substr(0, ancestor.size()) == ancestor);
}

}  // namespace signet::policies
