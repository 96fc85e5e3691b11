#include "pipelines/synthetic/web_events.h"

#include <array>
#include <string>
#include <string_view>

#include "pipelines/synthetic/record_times.h"

namespace signet::pipelines::synthetic {

namespace {

constexpr double kSharersOfDevice = 40;
constexpr std::array<std::string_view, 12> kSearches = {"coffee beans",
                                                        "oat milk",
                                                        "gift card",
                                                        "birthday cake",
                                                        "opening hours",
                                                        "rye bread",
                                                        "sunscreen",
                                                        "red wine",
                                                        "olive oil",
                                                        "shampoo",
                                                        "soup",
                                                        "returns"};

}  // namespace

/// What all events of one visit share.
struct WebEvents::Session {
  bool logged_in = false;
  bool in_app = false;
  bool shared_device = false;
};

uint64_t WebEvents::Write(const Customer& customer,
                          const Person& person,
                          const Visit& visit,
                          Random& random,
                          ChunkBuffers& out) const {
  Session session;
  session.logged_in = visit.buys || random.Chance(0.45);
  session.in_app = person.has_app && random.Chance(0.6);
  session.shared_device = SharesDevice(customer) && random.Chance(0.5);
  const int events = 2 + random.Poisson(2.0);
  const int64_t begin = Seconds(visit.start) - (visit.buys ? 60LL * events : 0);
  TextBuffer& web = out.web[PeriodOf(model_.span(), visit.start)];
  uint64_t lines = 0;
  for (int k = 0; k < events; ++k) {
    const size_t from = web.size();
    const int64_t at = begin + 50LL * k;
    web.Text("{\"event_id\":\"W").Unsigned(customer.index + 1).Char('-');
    web.Unsigned(static_cast<uint64_t>(begin)).Char('-').Unsigned(static_cast<uint64_t>(k));
    web.Text("\",\"occurred_at\":\"");
    if (random.Chance(dirt_.malformed_dates)) {
      WriteMalformedTime(at, random, web);
    } else {
      web.Time(at, 'T').Char('Z');
    }
    WriteWho(customer, person, session, web);
    if (visit.buys && k + 1 == events) {
      web.Text("\",\"event\":\"cart\",\"page\":\"/checkout");
    } else {
      WriteWhat(person, random, web);
    }
    web.Text(person.gpc ? "\",\"sec_gpc\":\"1\"}\n" : "\"}\n");
    ++lines;
    if (random.Chance(dirt_.duplicate_rows)) {
      web.Repeat(from);
      ++lines;
    }
  }
  return lines;
}

void WebEvents::WriteWho(const Customer& customer,
                         const Person& person,
                         const Session& session,
                         TextBuffer& web) const {
  if (session.shared_device) {
    web.Text("\",\"device_id\":\"dvshop").Padded(customer.index / SharersSpan(), 4);
  } else if (session.in_app) {
    web.Text("\",\"device_id\":\"").Text(person.device);
  } else {
    web.Text("\",\"cookie_id\":\"").Text(person.cookie);
  }
  if (session.logged_in) web.Text("\",\"customer_id\":\"").Text(person.customer_id);
}

void WebEvents::WriteWhat(const Person& person, Random& random, TextBuffer& web) const {
  if (random.Chance(0.15)) {
    web.Text("\",\"event\":\"search\",\"query\":\"")
        .Text(kSearches[random.Below(kSearches.size())]);
    if (person.last_name.find("SIGNETCANARY") != std::string::npos) web.Text(" SIGNETCANARY");
  } else if (random.Chance(0.12)) {
    web.Text("\",\"event\":\"cart\",\"page\":\"/cart");
  } else {
    web.Text("\",\"event\":\"page\",\"page\":\"/p/");
    web.Text(catalogue_.products()[catalogue_.Pick(random)].id);
  }
}

uint64_t WebEvents::SharersSpan() const {
  return static_cast<uint64_t>(kSharersOfDevice / dirt_.shared_devices);
}

bool WebEvents::SharesDevice(const Customer& customer) const {
  // Every n-th customer, the neighbours in numbers on one tablet; whole groups only, as few sharers
  // would look like one household.
  const uint64_t group = customer.index / SharersSpan();
  return customer.index % static_cast<uint64_t>(1.0 / dirt_.shared_devices) == 0 &&
         (group + 1) * SharersSpan() <= customers_;
}

}  // namespace signet::pipelines::synthetic
