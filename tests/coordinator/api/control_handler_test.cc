#include "coordinator/api/control_handler.h"

#include <memory>
#include <string>

#include "coordinator/api/control_client.h"
#include "tests/coordinator/api/control_world.h"

namespace signet::coordinator {
namespace {

using ControlHandlerTest = ControlWorld;

TEST_F(ControlHandlerTest, RefusalsCarryCodeWordsAndRemedy) {
  ControlAddress address;
  address.socket = socket();
  const auto client = ControlClient::Connect(address);
  ASSERT_TRUE(client.ok()) << client.status().message();
  EXPECT_EQ((*client)->Runs(5)->size(), 0U);
  EXPECT_EQ((*client)->Top().value()["workers"].size(), 0U);
  const Status unknown = (*client)->Get("nothing").status();
  EXPECT_EQ(unknown.code(), StatusCode::kNotFound);
  EXPECT_FALSE(unknown.remedy().empty());
  EXPECT_EQ((*client)->Cancel("nothing").code(), StatusCode::kNotFound);
  EXPECT_EQ((*client)->Approve("nothing", "step").code(), StatusCode::kNotFound);
  ControlSubmission relative;
  relative.file = "here.yaml";
  relative.base = "/";
  EXPECT_EQ((*client)->Submit(relative).status().code(), StatusCode::kInvalid);
  ControlSubmission missing;
  missing.file = "/nonexistent/p.yaml";
  missing.base = "/";
  EXPECT_EQ((*client)->Submit(missing).status().code(), StatusCode::kNotFound);
}

TEST_F(ControlHandlerTest, WhatRunsOnTheLoopComesBack) {
  const Result<int> answer = OnLoop<int>(*coordinator_, []() -> Result<int> { return 7; });
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(*answer, 7);
  const Result<int> refused =
      OnLoop<int>(*coordinator_, []() -> Result<int> { return Denied("no"); });
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::coordinator
