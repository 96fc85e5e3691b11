// Options of the `features` stage: reading and documentation.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/features/behaviour_features.h"

namespace signet::pipelines {
namespace {

constexpr size_t kWindowsMax = 12;
constexpr size_t kValuesMax = 64;

/// Values that get features need their column, and the other way round.
void CheckValues(OptionReader& reader,
                 const char* column_key,
                 const std::string& column,
                 const char* values_key,
                 const std::vector<std::string>& values) {
  if (column.empty() != values.empty()) {
    reader.Fail("'" + std::string(column_key) + "' and '" + values_key + "' go together: the " +
                "column, and the list of its values that get features");
  }
  if (values.size() > kValuesMax) {
    reader.Fail("'" + std::string(values_key) + "' lists more than 64 values");
  }
}

void ReadPurchase(OptionReader& reader, EventOptions& event) {
  event.kind = EventOptions::Kind::kPurchase;
  event.order = reader.Text("order");
  event.amount = reader.Text("amount");
  event.discount = reader.Text("discount");
  event.returned = reader.Text("returned");
  event.item = reader.Text("item");
  event.channel = reader.Text("channel");
  event.channels = reader.Texts("channels");
  event.category = reader.Text("category");
  event.categories = reader.Texts("categories");
  CheckValues(reader, "channel", event.channel, "channels", event.channels);
  CheckValues(reader, "category", event.category, "categories", event.categories);
  if (!event.categories.empty() && event.amount.empty()) reader.Fail("'categories' need 'amount'");
  if (!event.discount.empty() && event.amount.empty()) reader.Fail("'discount' needs 'amount'");
}

void ReadActivity(OptionReader& reader, EventOptions& event, bool web) {
  event.kind = web ? EventOptions::Kind::kWeb : EventOptions::Kind::kLoyalty;
  event.type = reader.Text("type");
  event.types = reader.Texts("types");
  CheckValues(reader, "type", event.type, "types", event.types);
  if (web) {
    event.session = reader.Text("session");
    event.session_gap_seconds = reader.Duration("session_gap", "30m");
  } else {
    event.points = reader.Text("points");
  }
}

Result<EventOptions> ReadEvent(const std::string& input, const Json& json) {
  OptionReader reader("features: events." + input, json);
  EventOptions event;
  event.input = input;
  const std::string kind = reader.OneOf("kind", {"purchase", "web", "loyalty"});
  event.time = reader.RequiredText("time");
  if (kind == "purchase") {
    ReadPurchase(reader, event);
  } else {
    ReadActivity(reader, event, kind == "web");
  }
  TRY(reader.Finish());
  return event;
}

}  // namespace

Result<FeatureOptions> FeatureOptions::FromJson(const Json& json) {
  OptionReader reader("features", json);
  FeatureOptions options;
  options.cutoff = reader.Text("cutoff", "as_of");
  std::vector<std::string> windows = reader.Texts("windows");
  if (windows.empty()) windows = {"30d", "90d", "365d"};
  for (const std::string& window : windows) {
    ASSIGN_OR_RETURN(const int64_t seconds, DurationSeconds(window));
    options.window_seconds.push_back(seconds);
  }
  std::sort(options.window_seconds.begin(), options.window_seconds.end());
  const auto twice =
      std::adjacent_find(options.window_seconds.begin(), options.window_seconds.end());
  if (twice != options.window_seconds.end() || windows.size() > kWindowsMax) {
    reader.Fail("'windows' are up to 12 different durations");
  }
  for (const auto& [input, event] : reader.Map("events").fields()) {
    ASSIGN_OR_RETURN(EventOptions read, ReadEvent(input, event));
    options.events.push_back(std::move(read));
  }
  if (options.events.empty()) reader.Fail("'events' must name at least one input");
  const Json& population = reader.Map("population");
  if (!population.is_null()) {
    OptionReader inner("features: population", population);
    options.population.input = inner.RequiredText("input");
    options.population.since = inner.Text("since");
    options.population.carry = inner.Texts("carry");
    TRY(inner.Finish());
  }
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> FeatureOptions::Options() {
  return {
      {"cutoff", "moment", "", "as_of", "Features see what happened strictly before this moment."},
      {"windows",
       "list of duration",
       "",
       "[30d, 90d, 365d]",
       "Windows before the cut-off for counts, sums and trends."},
      {"events", "map of map", "", "required", "Per input of events: what its columns mean."},
      {"events.*.kind", "one of purchase|web|loyalty", "", "purchase", "Which features it gives."},
      {"events.*.time", "column", "", "required", "When it happened (timestamp or date)."},
      {"events.*.order", "column", "", "", "purchase: lines with one id are one order."},
      {"events.*.amount",
       "column",
       "money",
       "",
       "purchase: what was paid; negative amounts are returns."},
      {"events.*.discount",
       "column",
       "money",
       "",
       "purchase: what was taken off; its sign is ignored."},
      {"events.*.returned", "column", "", "", "purchase: true for returned lines."},
      {"events.*.item", "column", "", "", "purchase: product id, for basket breadth."},
      {"events.*.channel", "column", "", "", "purchase: where it was bought."},
      {"events.*.channels", "list of text", "", "[]", "Channels that get a share and a recency."},
      {"events.*.category", "column", "", "", "purchase: product category."},
      {"events.*.categories", "list of text", "", "[]", "Categories that get a share of spend."},
      {"events.*.type", "column", "", "", "web, loyalty: page or event type."},
      {"events.*.types", "list of text", "", "[]", "Types that get counts and a recency."},
      {"events.*.session", "column", "", "", "web: session id; without it pauses divide sessions."},
      {"events.*.session_gap", "duration", "", "30m", "web: a longer pause begins a new session."},
      {"events.*.points",
       "column",
       "points",
       "",
       "loyalty: earned when positive, burned when negative."},
      {"population", "map", "", "", "Subjects who get a row even without events."},
      {"population.input", "input", "", "required", "Where they are."},
      {"population.since",
       "column",
       "",
       "",
       "Only those known before the cut-off, by this column."},
      {"population.carry",
       "list of column",
       "",
       "[]",
       "Attributes to carry over; they are as of now, not as of the cut-off."},
  };
}

}  // namespace signet::pipelines
