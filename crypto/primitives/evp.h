/// Owners for OpenSSL's cipher contexts, without its headers: only this room's sources include
/// them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "crypto/base/bytes.h"

struct evp_cipher_st;
struct evp_cipher_ctx_st;

namespace signet::crypto::evp {

struct CipherContextFree {
  void operator()(evp_cipher_ctx_st* context) const;  // wipes the key schedule
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, CipherContextFree>;

enum class Direction { kEncrypt, kDecrypt };

/// The cipher of that name, fetched once per process (a fetch costs a microsecond). A name that the
/// library lacks is a CHECK. Never freed.
const evp_cipher_st* Cipher(const char* name);

/// A context keyed for one direction, without IV and without padding.
CipherContext KeyedContext(const evp_cipher_st* cipher, ByteView key, Direction direction);

/// Gives the context another key of the same length; an IV has to be set anew.
void Rekey(evp_cipher_ctx_st* context, ByteView key, Direction direction);

/// Sets the IV (of the cipher's length) and starts a message under the key that is there.
void Restart(evp_cipher_ctx_st* context, ByteView iv, Direction direction);

/// Runs `in` through the context into `out` (same size; null for associated data). Sizes beyond
/// int are fed in pieces.
void Update(evp_cipher_ctx_st* context, uint8_t* out, ByteView in, Direction direction);

/// Keeps things that are costly to make, so that many threads can use one key without waiting for
/// each other: each call borrows one.
template <typename T>
class Pool {
 public:
  explicit Pool(std::function<T()> make) : make_(std::move(make)) {}

  /// Borrows a T for the life of the loan.
  class Loan {
   public:
    explicit Loan(Pool& pool) : pool_(pool), thing_(pool.Take()) {}
    ~Loan() { pool_.Give(std::move(thing_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    T& operator*() { return thing_; }
    T* operator->() { return &thing_; }

   private:
    Pool& pool_;
    T thing_;
  };

  /// Visits what nobody has borrowed.
  void ForEachIdle(const std::function<void(T&)>& visit) {
    const std::lock_guard lock(mutex_);
    for (T& thing : idle_) visit(thing);
  }

 private:
  T Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        T thing = std::move(idle_.back());
        idle_.pop_back();
        return thing;
      }
    }
    return make_();
  }

  void Give(T thing) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(thing));
  }

  std::function<T()> make_;
  std::mutex mutex_;
  std::vector<T> idle_;  // guarded by mutex_; at most as many as threads ever met here
};

}  // namespace signet::crypto::evp
