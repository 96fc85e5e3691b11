/// Descriptor: a file descriptor that closes itself.
#pragma once

#include <unistd.h>

namespace signet::crypto {

/// Owns `value`; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

}  // namespace signet::crypto
