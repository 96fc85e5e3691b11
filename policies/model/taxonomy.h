/// Taxonomy: the data categories (Fideslang keys) and uses that documents may name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/document/mark.h"
#include "policies/model/label.h"

namespace signet::policies {

struct Category {
  /// "user.contact.email"; the parent is the key without its last part.
  std::string key;
  std::string description;
  /// Of the untreated value.
  Identifiability identifiability = Identifiability::kDirect;
  LabelClass label_class = LabelClass::kOrdinary;
  /// How a column of this category identifies a subject: id, email, phone, card, cookie, device;
  /// empty when it does not. Names as crypto::LinkTypeName.
  std::string link_type;
  /// GDPR Art. 9, CPRA sensitive personal information.
  bool special = false;
  Mark mark;
};

/// A use of Fideslang; purposes are declared as children of one.
struct Use {
  std::string key;
  std::string description;
};

class Taxonomy {
 public:
  /// False if the key is already there.
  bool Add(Category category);
  bool Add(Use use);

  /// Null pointer when there is none.
  [[nodiscard]] const Category* FindCategory(std::string_view key) const;
  [[nodiscard]] const std::map<std::string, Category, std::less<>>& categories() const {
    return categories_;
  }
  /// The nearest use that is `purpose` or an ancestor of it, or null pointer.
  [[nodiscard]] const Use* UseOf(std::string_view purpose) const;
  [[nodiscard]] const std::map<std::string, Use, std::less<>>& uses() const { return uses_; }

  [[nodiscard]] std::vector<std::string> CategoryKeys() const;

 private:
  std::map<std::string, Category, std::less<>> categories_;
  std::map<std::string, Use, std::less<>> uses_;
};

/// The key without its last part; empty at the top.
std::string_view ParentKey(std::string_view key);
/// True if `key` is `ancestor` or below it: ("marketing.email", "marketing").
bool IsWithin(std::string_view key, std::string_view ancestor);

}  // namespace signet::policies
