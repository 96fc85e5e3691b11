#include "workers/transport/curve.h"

namespace signet::workers {
namespace {

TEST(CurvePublicKey, TextComesBackAndNothingElsePasses) {
  const CurveKeyPair pair = CurveKeyPair::Generate().value();
  EXPECT_EQ(*CurvePublicKey::FromText(pair.public_key.Text()), pair.public_key);
  const CurveKeyPair same = CurveKeyPair::FromSecret(pair.secret_key.Clone()).value();
  EXPECT_EQ(same.public_key, pair.public_key);
  for (const char* bad : {"",
                          "short",
                          "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
                          "########################################"}) {
    EXPECT_FALSE(CurvePublicKey::FromText(bad).ok()) << bad;
  }
  EXPECT_FALSE(CurveKeyPair::FromSecret(SecretBytes(31)).ok());
}

}  // namespace
}  // namespace signet::workers
