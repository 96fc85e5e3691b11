#include "pipelines/govern/cell_sealer.h"

#include <array>
#include <string>

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

// The attack: somebody who sees sealed cells learns who has the long name, the short street, the
// empty field.
TEST(CellSealer, ACellTellsTheBucketOfItsLengthAndNothingFiner) {
  const CellSealer sealer(KeyOf(1));
  const SubjectId subject{Uuid{1}};
  for (const auto& [from, to, size] : {std::array<size_t, 3>{0, 31, 32},
                                       std::array<size_t, 3>{32, 63, 64},
                                       std::array<size_t, 3>{64, 127, 128},
                                       std::array<size_t, 3>{128, 255, 256},
                                       std::array<size_t, 3>{2048, 4095, 4096},
                                       std::array<size_t, 3>{4096, 8191, 8192}}) {
    for (const size_t length : {from, (from + to) / 2, to}) {
      const std::string text(length, 'x');
      const Bytes cell = sealer.SealEscrow("crm.name", subject, text);
      EXPECT_EQ(cell.size(), 16 + size) << length;
      EXPECT_EQ(*sealer.OpenEscrow("crm.name", subject, cell), text);
      EXPECT_EQ(sealer.SealEncrypted("crm.name", text).size(), 16 + size);
    }
  }
}

TEST(CellSealer, TextsThatLookLikePaddingComeBackAsTheyWere) {
  const CellSealer sealer(KeyOf(1));
  using std::string_literals::operator""s;
  for (const std::string& text :
       {"\x80"s, "a\x80"s, "a\x80\0\0"s, "\0"s, "\0\0\x80"s, std::string(31, '\0')}) {
    EXPECT_EQ(*sealer.OpenEncrypted("a.b", sealer.SealEncrypted("a.b", text)), text);
  }
}

// Swapping cells between rows, columns and persons, and passing one kind off as another.
TEST(CellSealer, ACellMovedToAnotherPlaceReleasesNothing) {
  const CellSealer sealer(KeyOf(1));
  const SubjectId ada{Uuid{1}};
  const SubjectId bob{Uuid{2}};
  const Bytes email = sealer.SealEscrow("crm.email", ada, "ada@x.org");
  const Bytes encrypted = sealer.SealEncrypted("crm.email", "ada@x.org");
  EXPECT_FALSE(sealer.OpenEscrow("crm.email", bob, email).ok()) << "another row";
  EXPECT_FALSE(sealer.OpenEscrow("crm.backup_email", ada, email).ok()) << "another column";
  EXPECT_FALSE(sealer.OpenEscrow("web.email", ada, email).ok()) << "another file";
  EXPECT_FALSE(sealer.OpenEscrow("crm.email", ada, encrypted).ok()) << "another kind";
  EXPECT_FALSE(sealer.OpenEncrypted("crm.email", email).ok()) << "another kind";
  for (size_t size = 0; size < email.size(); ++size) {
    EXPECT_FALSE(sealer.OpenEscrow("crm.email", ada, ByteView(email).first(size)).ok()) << size;
  }
}

}  // namespace
}  // namespace signet::pipelines
