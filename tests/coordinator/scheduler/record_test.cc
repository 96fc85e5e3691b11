#include "coordinator/scheduler/record.h"

#include <memory>

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Record, GarbageIsCorruptAndNeverCrashes) {
  SeededEntropy dice(11);
  for (int i = 0; i < 20'000; ++i) {
    Bytes garbage(dice.Next() % 80);
    dice.Fill(garbage);
    if (!garbage.empty() && i % 2 == 0) garbage[0] = static_cast<uint8_t>(1 + dice.Next() % 9);
    ByteReader from(garbage);
    static_cast<void>(DecodeRecord(from));
  }
}

TEST(Record, EveryTypeComesBackAsItWas) {
  for (int type = 1; type <= static_cast<int>(RecordType::kApproved); ++type) {
    SCOPED_TRACE(type);
    Record record;
    record.type = static_cast<RecordType>(type);
    record.run = 1;
    record.step = 2;
    record.task = 3;
    record.fence = 4;
    record.worker = 5;
    record.rows = -6;
    record.delay_micros = 7;
    record.counted = true;
    record.wall = Timestamp{8};
    record.failure = Denied("no").WithDiagnostic("SIG-3003").WithRemedy("ask");
    record.text = "w1";
    record.spec = std::make_shared<const RunSpec>(
        RunOf("r", {Step("a", 2), Step("b", 2, {On("a", /*partitionwise=*/true)})}));
    Bytes bytes;
    EncodeRecord(record, bytes);
    ByteReader from(bytes);
    const Result<Record> back = DecodeRecord(from);
    ASSERT_TRUE(back.ok()) << back.status().message();
    EXPECT_TRUE(from.empty());
    // The fields of the type came through if they encode to the same bytes again.
    Bytes again;
    EncodeRecord(*back, again);
    EXPECT_EQ(again, bytes);
    for (size_t size = 0; size < bytes.size(); ++size) {
      ByteReader cut(ByteView(bytes).first(size));
      EXPECT_FALSE(DecodeRecord(cut).ok());
    }
  }
}

}  // namespace
}  // namespace signet::coordinator
