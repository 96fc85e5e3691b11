#include "coordinator/cli/noise_options.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

NoiseChoice Parsed(const std::string& line, bool& ok) {
  CLI::App app("test");
  NoiseChoice noise;
  AddNoiseOptions(app, noise, "help");
  ok = true;
  try {
    app.parse(line);
  } catch (const CLI::ParseError&) {
    ok = false;
  }
  return noise;
}

TEST(NoiseOptions, NothingSaidIsNoNoiseAndLaplaceIsTheUsualOne) {
  bool ok = false;
  EXPECT_EQ(Parsed("", ok).epsilon, 0);
  const NoiseChoice laplace = Parsed("--epsilon 0.5", ok);
  EXPECT_TRUE(ok);
  EXPECT_EQ(laplace.epsilon, 0.5);
  EXPECT_EQ(laplace.kind, policies::NoiseKind::kLaplace);
}

TEST(NoiseOptions, GaussianNoiseIsAskedForByName) {
  bool ok = false;
  EXPECT_EQ(Parsed("--epsilon 0.5 --noise gaussian", ok).kind, policies::NoiseKind::kGaussian);
  EXPECT_TRUE(ok);
  EXPECT_EQ(Parsed("--epsilon 0.5 --noise laplace", ok).kind, policies::NoiseKind::kLaplace);
  EXPECT_TRUE(ok);
}

TEST(NoiseOptions, OtherNamesAndSenselessEpsilonsAreRefused) {
  bool ok = true;
  (void)Parsed("--noise uniform", ok);
  EXPECT_FALSE(ok);
  (void)Parsed("--epsilon 0", ok);
  EXPECT_FALSE(ok);
  (void)Parsed("--epsilon 21", ok);
  EXPECT_FALSE(ok);
}

}  // namespace
}  // namespace signet::coordinator
