#include "workers/protocol/enrolment_frame.h"

#include <gtest/gtest.h>

#include "workers/protocol/frame.h"

namespace signet::workers {
namespace {

TEST(EnrolmentFrame, TheTokenComesBackAndNothingElsePasses) {
  const SecretBytes token = SecretBytes::CopyOf(AsBytes("ABCDEFGH"));
  const Bytes request = EncodeEnrolRequest(token);
  EXPECT_EQ(AsText(DecodeEnrolRequest(request)->ExposeSecret()), "ABCDEFGH");
  EXPECT_FALSE(DecodeEnrolRequest(AsBytes("signet-enrol/1\n")).ok());
  EXPECT_FALSE(DecodeEnrolRequest(AsBytes("signet-enrol/2\nABC")).ok());
  EXPECT_FALSE(DecodeEnrolRequest({}).ok());
  EXPECT_FALSE(DecodeEnrolRequest(EncodeEnrolRequest(SecretBytes(257))).ok());
}

TEST(EnrolmentFrame, AnAnswerIsANameOrAReason) {
  EXPECT_EQ(*DecodeEnrolAnswer(EncodeEnrolAnswer(OkStatus(), "w1")), "w1");
  const Result<std::string> refused =
      DecodeEnrolAnswer(EncodeEnrolAnswer(Denied("no such invitation"), ""));
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
  EXPECT_EQ(refused.status().message(), "no such invitation");
  for (const char* bad : {"", "signet-enrolled/1\n", "signet-enrolled/1\n[", "ok"}) {
    EXPECT_EQ(DecodeEnrolAnswer(AsBytes(bad)).status().code(), StatusCode::kInvalid) << bad;
  }
}

TEST(EnrolmentFrame, NeitherPassesForAFrameOfAWorkerNorTheOtherWayRound) {
  EXPECT_FALSE(DecodeFrame(EncodeEnrolRequest(SecretBytes::CopyOf(AsBytes("ABC")))).ok());
  EXPECT_FALSE(DecodeFrame(EncodeEnrolAnswer(OkStatus(), "w1")).ok());
  const Bytes frame = EncodeFrame({1, 2, Drain{}}).value();
  EXPECT_FALSE(DecodeEnrolRequest(frame).ok());
  EXPECT_FALSE(DecodeEnrolAnswer(frame).ok());
}

}  // namespace
}  // namespace signet::workers
