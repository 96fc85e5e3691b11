/// What a customer does in the web shop and the app: visits of a few events each, as JSON lines.
#pragma once

#include <cstdint>

#include "pipelines/synthetic/catalogue.h"
#include "pipelines/synthetic/chunk_files.h"
#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/demographics.h"
#include "pipelines/synthetic/portable_random.h"

namespace signet::pipelines::synthetic {

struct Visit {
  double start = 0;   ///< days since 1970
  bool buys = false;  ///< ends at the checkout at `start`, logged in; else begins then
};

class WebEvents {
 public:
  /// The references outlive it; `customers` are those of the whole generation.
  WebEvents(const CustomerModel& model,
            const Catalogue& catalogue,
            const DirtShares& dirt,
            uint64_t customers)
      : model_(model), catalogue_(catalogue), dirt_(dirt), customers_(customers) {}

  /// Appends the visit's events to the file of its period; returns how many lines they are.
  uint64_t Write(const Customer& customer,
                 const Person& person,
                 const Visit& visit,
                 Random& random,
                 ChunkBuffers& out) const;

 private:
  struct Session;

  void WriteWho(const Customer& customer,
                const Person& person,
                const Session& session,
                TextBuffer& web) const;
  void WriteWhat(const Person& person, Random& random, TextBuffer& web) const;
  /// Whether the customer also uses a shop's tablet; how many numbers lie between two tablets.
  [[nodiscard]] bool SharesDevice(const Customer& customer) const;
  [[nodiscard]] uint64_t SharersSpan() const;

  const CustomerModel& model_;
  const Catalogue& catalogue_;
  const DirtShares& dirt_;
  uint64_t customers_;
};

}  // namespace signet::pipelines::synthetic
