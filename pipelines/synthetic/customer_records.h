/// One customer's rows in every file: CRM, web events, transactions, offers, experiment.
#pragma once

#include <cstdint>

#include "pipelines/synthetic/catalogue.h"
#include "pipelines/synthetic/chunk_files.h"
#include "pipelines/synthetic/customer_model.h"
#include "pipelines/synthetic/demographics.h"
#include "pipelines/synthetic/truth.h"
#include "pipelines/synthetic/web_events.h"

namespace signet::pipelines::synthetic {

/// What the rows came to, for truth.json.
struct RecordFigures {
  uint64_t crm_rows = 0;
  uint64_t transaction_lines = 0;
  uint64_t web_events = 0;
  uint64_t offer_events = 0;
  uint64_t experiment_rows = 0;

  void Merge(const RecordFigures& other);
  [[nodiscard]] Json ToJson() const;
};

class CustomerRecords {
 public:
  /// `customers` are those of the whole generation.
  CustomerRecords(const CustomerModel& model,
                  const Catalogue& catalogue,
                  const DirtShares& dirt,
                  uint64_t seed,
                  uint64_t customers)
      : model_(model),
        catalogue_(catalogue),
        dirt_(dirt),
        seed_(seed),
        web_(model, catalogue, dirt, customers) {}

  /// Appends all rows of the customer before as_of and tells what was bought around it.
  WindowValues Write(const Customer& customer,
                     const Person& person,
                     const Activity& activity,
                     ChunkBuffers& out,
                     RecordFigures& figures) const;

 private:
  struct Order;

  Order NextOrder(const Customer& customer, int number, double day, Random& random) const;
  void WriteCrm(const Customer& customer,
                const Person& person,
                Random& random,
                ChunkBuffers& out,
                RecordFigures& figures) const;
  int64_t WriteOrder(const Customer& customer,
                     const Person& person,
                     const Order& order,
                     Random& random,
                     ChunkBuffers& out,
                     RecordFigures& figures) const;
  void WriteLine(const Person& person,
                 const Order& order,
                 TextBuffer& out,
                 Random& random,
                 RecordFigures& figures) const;
  void WriteOffers(const Customer& customer,
                   const Person& person,
                   const Activity& activity,
                   ChunkBuffers& out,
                   RecordFigures& figures) const;
  void WriteExperiment(const Customer& customer,
                       const Person& person,
                       ChunkBuffers& out,
                       RecordFigures& figures) const;
  /// The offer that an order at `day` redeems, or -1: the same answer whoever asks.
  [[nodiscard]] int RedeemedOffer(const Customer& customer, double day) const;
  [[nodiscard]] bool SawOffer(const Customer& customer, size_t offer) const;

  const CustomerModel& model_;
  const Catalogue& catalogue_;
  const DirtShares& dirt_;
  uint64_t seed_;
  WebEvents web_;
};

}  // namespace signet::pipelines::synthetic
