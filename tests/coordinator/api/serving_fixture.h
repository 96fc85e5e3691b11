/// A serving folder with two recipients, certificates, and members that tests know.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/api/segment_client.h"
#include "coordinator/api/segment_server.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "pipelines/snapshots/serving_folder.h"
#include "tests/support/environment.h"

namespace signet::coordinator {

/// Token number `n` of `recipient`: the same each time.
Uuid TokenOf(const std::string& recipient, int n);

class ServingFixture {
 public:
  ServingFixture();

  /// Publishes version `version` of snapshot "loyalty" for `recipient`: members `first` to
  /// `last - 1`, the even ones in segment "even", all in "all"; member n is released as "C<n>".
  Status Publish(const std::string& recipient, const std::string& version, int first, int last);
  /// What Publish hands to the folder.
  pipelines::SnapshotFiles Files(const std::string& recipient,
                                 const std::string& version,
                                 int first,
                                 int last);

  [[nodiscard]] const std::filesystem::path& root() const { return scratch_.path(); }
  [[nodiscard]] pipelines::ServingFolder& folder() { return folder_; }
  /// A certificate file "NAME.pem" or "NAME.key": "ca", "server", "email_platform", "ad_network",
  /// "stranger".
  [[nodiscard]] std::filesystem::path Certificate(const std::string& file) const;
  [[nodiscard]] SegmentServerOptions ServerOptions() const;
  [[nodiscard]] SegmentClientOptions ClientOptions(const std::string& name, int port) const;

  SystemClock clock;
  SeededEntropy entropy{7};

 private:
  testing_support::ScratchFolder scratch_;
  pipelines::ServingFolder folder_;
};

}  // namespace signet::coordinator
