#include "crypto/primitives/hmac.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;
using vector_testing::Outcome;

/// RFC 2104 as it is written: H((K ^ opad) ‖ H((K ^ ipad) ‖ text)).
Digest ReferenceHmac(ByteView key, ByteView message) {
  Bytes block(key.begin(), key.end());
  if (block.size() > 64) {
    const Digest hashed = Sha256::Of(key);
    block.assign(hashed.begin(), hashed.end());
  }
  block.resize(64);
  Bytes inner = block;
  Bytes outer = block;
  for (uint8_t& byte : inner) byte = static_cast<uint8_t>(byte ^ 0x36);
  for (uint8_t& byte : outer) byte = static_cast<uint8_t>(byte ^ 0x5C);
  Append(inner, message);
  Append(outer, Sha256::Of(inner));
  return Sha256::Of(outer);
}

TEST(HmacKey, GivesTheCodesOfRfc4231) {
  struct Case {
    const char* name;
    std::string key, data, mac;
  };
  const std::string aa131(262, 'a');
  const std::vector<Case> cases = {
      {"1",
       std::string(40, '0'),
       "4869205468657265",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"2",
       "4a656665",
       "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {"3",
       aa131.substr(0, 40),
       std::string(100, 'd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {"6",
       aa131,
       "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20486173682"
       "04b6579204669727374",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {"7",
       aa131,
       "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a6"
       "5206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e2054686520"
       "6b6579206e6565647320746f20626520686173686564206265666f7265206265696e672075736564206279207"
       "4686520484d414320616c676f726974686d2e",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Bytes key = Hex(c.key);
    if (std::string(c.name) == "1") std::fill(key.begin(), key.end(), uint8_t{0x0b});
    const HmacKey hmac(SecretBytes::CopyOf(key));
    EXPECT_EQ(ToHex(hmac.Mac(Hex(c.data))), c.mac);
  }
}

TEST(HmacKey, PassesWycheproof) {
  vector_testing::RunVectors("hmac_sha256_test.json", 174, [](const Json& group, const Json& v) {
    const HmacKey key(SecretBytes::CopyOf(Hex(v["key"].AsString())));
    const Digest mac = key.Mac(Hex(v["msg"].AsString()));
    const auto size = static_cast<size_t>(group["tagSize"].AsInt() / 8);
    const Bytes tag = Hex(v["tag"].AsString());
    return ConstantTimeEqual(ByteView(mac).first(size), tag) ? Outcome::kAccepted
                                                             : Outcome::kRefused;
  });
}

TEST(HmacKey, EqualsTheDefinitionAtEveryLengthOfKeyAndMessage) {
  SeededEntropy entropy(11);
  for (const size_t key_size : {0U, 1U, 32U, 63U, 64U, 65U, 200U}) {
    Bytes key(key_size);
    entropy.Fill(key);
    const HmacKey hmac(SecretBytes::CopyOf(key));
    for (size_t size = 0; size <= 200; ++size) {
      Bytes message(size);
      entropy.Fill(message);
      ASSERT_EQ(hmac.Mac(message), ReferenceHmac(key, message)) << key_size << " " << size;
    }
  }
}

TEST(HmacKey, OneKeyServesManyThreads) {
  const HmacKey key(SecretBytes::CopyOf(AsBytes("a key")));
  std::vector<Digest> results(4);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (Digest& result : results) {
    threads.emplace_back([&key, &result] {
      for (int i = 0; i < 20000; ++i) result = key.Mac(AsBytes(std::to_string(i)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Digest& result : results) EXPECT_EQ(result, key.Mac(AsBytes("19999")));
}

TEST(HmacKey, MacUuidIsTheRawBeginningOfTheMac) {
  const HmacKey key(SecretBytes::CopyOf(AsBytes("a key")));
  const Digest mac = key.Mac(AsBytes("value"));
  const Uuid uuid = key.MacUuid(AsBytes("value"));
  EXPECT_TRUE(std::equal(uuid.begin(), uuid.end(), mac.begin()));
}

}  // namespace
}  // namespace signet::crypto
