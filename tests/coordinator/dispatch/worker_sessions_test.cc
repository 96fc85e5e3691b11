#include "coordinator/dispatch/worker_sessions.h"

namespace signet::coordinator {
namespace {

workers::Register Hello(const std::string& name, uint64_t boot) {
  workers::Register hello;
  hello.name = name;
  hello.boot = boot;
  hello.slots = 1;
  return hello;
}

TEST(WorkerSessions, ALateRegistrationChangesNothing) {
  WorkerSessions sessions;
  EXPECT_TRUE(sessions.Register({"peer1", "key", {}}, Hello("w", 7), 5));
  EXPECT_TRUE(sessions.Register({"peer2", "key", {}}, Hello("w", 7), 6));
  EXPECT_FALSE(sessions.Register({"peer1", "key", {}}, Hello("w", 7), 5));
  EXPECT_EQ(sessions.ByPeer("peer1"), nullptr);
  ASSERT_NE(sessions.ByPeer("peer2"), nullptr);
  EXPECT_TRUE(sessions.Register({"peer3", "key", {}}, Hello("w", 8), 1)) << "another process";
}

TEST(WorkerSessions, NoWorkerCanPoseAsAnother) {
  EXPECT_NE(WorkerSessions::IdOf("w", "key-of-the-first"),
            WorkerSessions::IdOf("w", "yek-of-the-other"));
  EXPECT_EQ(WorkerSessions::IdOf("a\n\x1b[31m", "key").text().find('\n'), std::string::npos);
}

TEST(WorkerSessions, ARemovedWorkerIsUnknownByEveryName) {
  WorkerSessions sessions;
  ASSERT_TRUE(sessions.Register({"peer", "key", {}}, Hello("w", 7), 1));
  const WorkerId id = sessions.ByIdentity("key")->worker;
  sessions.Remove(id);
  EXPECT_EQ(sessions.ByPeer("peer"), nullptr);
  EXPECT_EQ(sessions.ByWorker(id), nullptr);
  EXPECT_EQ(sessions.ByIdentity("key"), nullptr);
  EXPECT_TRUE(sessions.all().empty());
}

}  // namespace
}  // namespace signet::coordinator
