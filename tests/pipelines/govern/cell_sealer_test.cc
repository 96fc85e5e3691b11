#include "pipelines/govern/cell_sealer.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

SecretBytes KeyOf(uint8_t byte) {
  const Bytes raw(32, byte);
  return SecretBytes::CopyOf(raw);
}

TEST(CellSealer, OpensOnlyForTheSameKeyColumnAndSubject) {
  const CellSealer sealer(KeyOf(1));
  const SubjectId subject{Uuid{1}};
  const Bytes cell = sealer.SealEscrow("crm.email", subject, "a@x.org");
  EXPECT_EQ(*sealer.OpenEscrow("crm.email", subject, cell), "a@x.org");
  EXPECT_EQ(sealer.OpenEscrow("crm.phone", subject, cell).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(sealer.OpenEscrow("crm.email", {Uuid{2}}, cell).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(CellSealer(KeyOf(2)).OpenEscrow("crm.email", subject, cell).status().code(),
            StatusCode::kCorrupt);
  EXPECT_EQ(sealer.OpenEncrypted("crm.email", cell).status().code(), StatusCode::kCorrupt);
  for (size_t i = 0; i < cell.size(); ++i) {
    Bytes bad = cell;
    bad[i] ^= 1;
    EXPECT_FALSE(sealer.OpenEscrow("crm.email", subject, bad).ok());
  }
}

TEST(CellSealer, EmptyTextIsAsGoodAsAnyOther) {
  const CellSealer sealer(KeyOf(1));
  EXPECT_EQ(*sealer.OpenEncrypted("a.b", sealer.SealEncrypted("a.b", "")), "");
}

}  // namespace
}  // namespace signet::pipelines
