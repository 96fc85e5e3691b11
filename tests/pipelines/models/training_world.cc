#include "tests/pipelines/models/training_world.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines::testing_world {
namespace {

constexpr int64_t kDayMicros = 86'400'000'000;
constexpr double kHorizonDays = 90;

int64_t Cutoff() {
  return TimestampFromText("2026-04-01")->micros;
}

std::vector<size_t> Shuffled(size_t count, uint64_t seed) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  SeededEntropy entropy(seed);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[entropy.Next() % i]);
  return order;
}

}  // namespace

class Draw {
 public:
  explicit Draw(uint64_t seed) : entropy_(seed) {}
  double Uniform() { return (static_cast<double>(entropy_.Next() >> 11) + 0.5) * 0x1p-53; }
  double Exponential(double rate) { return -std::log(Uniform()) / rate; }
  SubjectId Subject() { return {entropy_.RandomUuid()}; }

 private:
  SeededEntropy entropy_;
};

World::World(size_t customers, uint64_t seed) {
  Draw draw(seed);
  for (size_t i = 0; i < customers; ++i) {
    Customer c;
    c.subject = draw.Subject();
    c.rate = std::exp(-5.2 + 2.6 * draw.Uniform());
    c.mean_value = 10 + 90 * draw.Uniform();
    AddPast(c, draw);
    c.churned = true;
    double t = draw.Exponential(c.rate);
    while (t < kHorizonDays) {
      const double amount = c.mean_value * (0.5 + draw.Uniform());
      const auto units = static_cast<int64_t>(std::llround(amount * 100)) * 100;
      events_.push_back({i, Cutoff() + static_cast<int64_t>(t * kDayMicros), units});
      c.churned = false;
      c.value += static_cast<double>(units) / 10000;
      t += draw.Exponential(c.rate);
    }
    customers_.push_back(c);
  }
}

void World::AddPast(const Customer& c, Draw& draw) {
  FeatureRow row;
  row.tenure = 400 + 330 * draw.Uniform();
  row.recency = row.tenure;
  row.count = 1;
  double t = draw.Exponential(c.rate);
  while (t < row.tenure) {
    ++row.count;
    row.recency = row.tenure - t;
    t += draw.Exponential(c.rate);
  }
  row.spend = c.mean_value * static_cast<double>(row.count) * (0.9 + 0.2 * draw.Uniform());
  row.noise = draw.Uniform();
  row.tier = draw.Uniform() < 0.02 ? "" : c.mean_value > 60 ? "gold" : "basic";
  rows_.push_back(row);
}

std::map<std::string, Schema> World::Inputs() {
  policies::Label label;
  label.categories = {"user.behavior.purchase_history"};
  label.purposes = {"analytics.churn"};
  return {{"features",
           {{{"subject", ColumnType::kUuid, label},
             {"features_at", ColumnType::kTimestamp, {}},
             {"orders_count", ColumnType::kInt64, label},
             {"orders_recency_days", ColumnType::kDouble, label},
             {"orders_tenure_days", ColumnType::kDouble, label},
             {"orders_spend", ColumnType::kDecimal, label},
             {"orders_value_mean", ColumnType::kDouble, label},
             {"noise", ColumnType::kDouble, label},
             {"constant", ColumnType::kInt64, label},
             {"tier", ColumnType::kText, label}}}},
          {"events",
           {{{"subject", ColumnType::kUuid, label},
             {"at", ColumnType::kTimestamp, label},
             {"amount", ColumnType::kDecimal, label}}}}};
}

StageContext World::Context() {
  StageContext context;
  context.as_of = *TimestampFromText("2026-07-15");
  context.seed = 7;
  return context;
}

void World::Load(query::Connection& connection, uint64_t order) const {
  ASSERT_TRUE(
      connection.Execute("DROP TABLE IF EXISTS features; DROP TABLE IF EXISTS events").ok());
  const std::map<std::string, Schema> inputs = Inputs();
  auto features = connection.CreateTable("features", inputs.at("features")).value();
  size_t filled = 0;
  for (const size_t i : Shuffled(rows_.size(), order)) {
    const FeatureRow& row = rows_[i];
    features->column(0).SetUuid(filled, customers_[i].subject.value);
    features->column(1).SetInt64(filled, Cutoff());
    features->column(2).SetInt64(filled, row.count);
    features->column(3).SetDouble(filled, row.recency);
    features->column(4).SetDouble(filled, row.tenure);
    features->column(5).SetInt64(filled, std::llround(row.spend * 10000));
    features->column(6).SetDouble(filled, row.spend / static_cast<double>(row.count));
    features->column(7).SetDouble(
        filled, row.noise < 0.01 ? std::numeric_limits<double>::infinity() : row.noise);
    features->column(8).SetInt64(filled, 5);
    if (row.tier.empty()) {
      features->column(9).SetNull(filled);
    } else {
      features->column(9).SetText(filled, row.tier);
    }
    if (++filled == query::kChunkRows) {
      ASSERT_TRUE(features->Flush(filled).ok());
      filled = 0;
    }
  }
  ASSERT_TRUE(features->Flush(filled).ok());
  ASSERT_TRUE(features->Finish().ok());
  auto events = connection.CreateTable("events", inputs.at("events")).value();
  filled = 0;
  for (const size_t i : Shuffled(events_.size(), order + 1)) {
    events->column(0).SetUuid(filled, customers_[events_[i].customer].subject.value);
    events->column(1).SetInt64(filled, events_[i].micros);
    events->column(2).SetInt64(filled, events_[i].amount);
    if (++filled == query::kChunkRows) {
      ASSERT_TRUE(events->Flush(filled).ok());
      filled = 0;
    }
  }
  ASSERT_TRUE(events->Flush(filled).ok());
  ASSERT_TRUE(events->Finish().ok());
}

std::unique_ptr<query::Database> OpenDatabase() {
  return std::move(query::Database::Open({}).value());
}

}  // namespace signet::pipelines::testing_world
