/// Types for what must not be seen: SecretBytes (keys) and PersonalText (values of persons).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/base/bytes.h"

namespace signet {

/// Overwrites memory in a way that the compiler does not remove.
void Wipe(void* memory, size_t size);
/// Compares in time that depends on the lengths only.
bool ConstantTimeEqual(ByteView a, ByteView b);

/// Key material: in pages of its own, locked (mlock) and kept out of core dumps where the system
/// allows, wiped at the end, without operator<< or implicit copy. A secret costs no system call:
/// the pages are an arena that is kept. Not guaranteed: that the system never swaps it when mlock
/// is refused (services refuse unencrypted swap at start).
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes.
  explicit SecretBytes(size_t size);
  /// Copies `raw`; the caller wipes its own copy.
  static SecretBytes CopyOf(ByteView raw);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  /// An explicit second copy.
  [[nodiscard]] SecretBytes Clone() const;
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// The one way to the raw bytes; grep for it to audit every use.
  [[nodiscard]] ByteView ExposeSecret() const { return {data_, size_}; }
  [[nodiscard]] ByteSpan ExposeSecretForWrite() { return {data_, size_}; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

/// A value of a person (name, e-mail, search text). It cannot be printed, logged or compared by
/// accident: the text is reached only through ExposePersonal().
class PersonalText {
 public:
  PersonalText() = default;
  explicit PersonalText(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& ExposePersonal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

/// Makes this process not dumpable (no core, no ptrace by others, /proc closed) and forbids core
/// files. Call first in main.
Status HardenProcess();

}  // namespace signet
