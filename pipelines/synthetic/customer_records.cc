#include "pipelines/synthetic/customer_records.h"

#include <algorithm>
#include <string_view>

#include "pipelines/synthetic/record_times.h"

namespace signet::pipelines::synthetic {

namespace {

constexpr uint64_t kRecordStream = 6;
constexpr uint64_t kOfferStream = 7;
constexpr std::string_view kExperiment = "spring_offer";
std::string_view ArmName(Arm arm) {
  return arm == Arm::kTreatment ? "treatment" : "control";
}

std::string_view ConsentText(char consent) {
  return consent == 'y' ? "true" : consent == 'n' ? "false" : "";
}

void WriteMixedCase(std::string_view email, TextBuffer& out) {
  out.Char(' ');
  for (size_t i = 0; i < email.size(); ++i) {
    const char c = email[i];
    out.Char(i % 2 == 0 && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
}

}  // namespace

void RecordFigures::Merge(const RecordFigures& other) {
  crm_rows += other.crm_rows;
  transaction_lines += other.transaction_lines;
  web_events += other.web_events;
  offer_events += other.offer_events;
  experiment_rows += other.experiment_rows;
}

Json RecordFigures::ToJson() const {
  return Json::Of({{"crm_rows", crm_rows},
                   {"transaction_lines", transaction_lines},
                   {"web_events", web_events},
                   {"offer_events", offer_events},
                   {"experiment_rows", experiment_rows}});
}

/// One purchase as it reaches the till.
struct CustomerRecords::Order {
  uint64_t customer = 0;
  int number = 0;
  int line = 0;
  double day = 0;
  bool online = false;
  bool returned = false;  ///< this line takes a sale back
  enum class Identity {
    kCustomer,
    kCard,
    kEmail,
    kGuestCard,
    kNone
  } identity = Identity::kCustomer;
  uint32_t store = 0;
  int offer = -1;
  size_t product = 0;
  int64_t units = 0, price_cents = 0, discount_cents = 0;
};

CustomerRecords::Order CustomerRecords::NextOrder(const Customer& customer,
                                                  int number,
                                                  double day,
                                                  Random& random) const {
  Order order;
  order.customer = customer.index + 1;
  order.number = number;
  order.day = day;
  order.online = random.Chance(customer.online_share);
  order.store = random.Below(40) + 1;
  const double identity = random.Uniform();
  using enum Order::Identity;
  if (order.online) {
    order.identity = identity < 0.86 ? kCustomer : kEmail;
  } else if (identity < dirt_.guest_card) {
    order.identity = kGuestCard;
  } else if (identity < dirt_.guest_card + dirt_.no_identifier) {
    order.identity = kNone;
  } else {
    order.identity = identity < 0.25 ? kCustomer : kCard;
  }
  order.offer = RedeemedOffer(customer, day);
  return order;
}

WindowValues CustomerRecords::Write(const Customer& customer,
                                    const Person& person,
                                    const Activity& activity,
                                    ChunkBuffers& out,
                                    RecordFigures& figures) const {
  Random random(seed_, kRecordStream, customer.index);
  WriteCrm(customer, person, random, out, figures);
  WindowValues values;
  const Span& span = model_.span();
  int number = 0;
  for (const double day : activity.purchases) {
    const Order order = NextOrder(customer, ++number, day, random);
    const int64_t cents = WriteOrder(customer, person, order, random, out, figures);
    if (day >= span.as_of) {
      values.after_cents += cents;
      continue;
    }
    if (day >= span.as_of - span.horizon) values.before_cents += cents;
    if (order.online) {
      figures.web_events += web_.Write(customer, person, {day, /*buys=*/true}, random, out);
    }
  }
  for (const double day : activity.sessions) {
    if (day >= model_.span().as_of) break;
    figures.web_events += web_.Write(customer, person, {day, /*buys=*/false}, random, out);
  }
  WriteOffers(customer, person, activity, out, figures);
  WriteExperiment(customer, person, out, figures);
  return values;
}

void CustomerRecords::WriteCrm(const Customer& customer,
                               const Person& person,
                               Random& random,
                               ChunkBuffers& out,
                               RecordFigures& figures) const {
  const int registrations = random.Chance(dirt_.second_registrations) ? 2 : 1;
  const double as_of = model_.span().as_of;
  const double asked = customer.joined + random.Uniform() * (as_of - customer.joined) * 0.5;
  const double updated = asked + random.Uniform() * (as_of - asked) * 0.99;
  TextBuffer& crm = out.crm;
  for (int k = 0; k < registrations; ++k) {
    const size_t from = crm.size();
    crm.Text(person.customer_id);
    if (k > 0) crm.Char('B');
    crm.Char(',');
    if (random.Chance(dirt_.mixed_case_emails)) {
      WriteMixedCase(person.email, crm);
    } else {
      crm.Text(person.email);
    }
    crm.Char(',').Text(person.phone).Char(',').Text(person.first_name).Char(',');
    crm.Text(person.last_name).Char(',');
    crm.Day(person.birth_day)
        .Char(',')
        .Text(person.postal_code)
        .Char(',')
        .Text(person.country->code)
        .Char(',');
    crm.Text(person.state).Char(',').Text(person.card).Char(',').Text(person.tier).Char(',');
    crm.Day(static_cast<int64_t>(customer.joined)).Char(',');
    crm.Text(ConsentText(person.analytics)).Char(',').Text(ConsentText(person.segmentation));
    crm.Char(',').Text(ConsentText(person.email_marketing)).Char(',');
    crm.Text(ConsentText(person.sharing)).Char(',').Time(Seconds(asked), ' ').Char(',');
    crm.Text(person.sale_opt_out ? "true" : "false")
        .Char(',')
        .Time(Seconds(updated), ' ')
        .Char('\n');
    figures.crm_rows += 1;
    if (random.Chance(dirt_.duplicate_rows)) {
      crm.Repeat(from);
      figures.crm_rows += 1;
    }
  }
}

int64_t CustomerRecords::WriteOrder(const Customer& customer,
                                    const Person& person,
                                    const Order& order,
                                    Random& random,
                                    ChunkBuffers& out,
                                    RecordFigures& figures) const {
  const ModelParameters& p = model_.parameters();
  const int lines = 1 + random.Poisson(p.lines_mean);
  const bool returned = random.Chance(p.return_share);
  const double return_day = order.day + 1.0 + 13.0 * random.Uniform();
  int64_t net_cents = 0;
  for (int k = 1; k <= lines; ++k) {
    Order line = order;
    line.line = k;
    line.product = catalogue_.Pick(random);
    const int percent = catalogue_.ShelfPercent(line.product, order.day);
    const double kept = 1.0 - percent / 100.0;
    line.units =
        1 + random.Poisson(std::min(25.0, p.units_mean * PortablePow(kept, -customer.elasticity)));
    const double size = PortableExp(customer.size_level + p.size_sigma * random.Normal());
    const Product& product = catalogue_.products()[line.product];
    line.price_cents =
        std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(product.price_cents) * size));
    const int64_t gross = line.units * line.price_cents;
    line.discount_cents = gross * percent / 100;
    if (!returned) net_cents += gross - line.discount_cents;
    if (line.offer >= 0) {
      line.discount_cents +=
          gross * catalogue_.offers()[static_cast<size_t>(line.offer)].percent / 100;
    }
    if (order.day >= model_.span().as_of) continue;
    auto& files = order.online ? out.online : out.store;
    WriteLine(person, line, files[PeriodOf(model_.span(), line.day)], random, figures);
    if (returned && return_day < model_.span().as_of) {
      line.day = return_day;
      line.returned = true;
      WriteLine(person, line, files[PeriodOf(model_.span(), line.day)], random, figures);
    }
  }
  return net_cents;
}

void CustomerRecords::WriteLine(const Person& person,
                                const Order& order,
                                TextBuffer& out,
                                Random& random,
                                RecordFigures& figures) const {
  using enum Order::Identity;
  const size_t from = out.size();
  out.Char(order.returned ? 'R' : 'L').Unsigned(order.customer).Char('-');
  out.Unsigned(static_cast<uint64_t>(order.number)).Char('-');
  out.Unsigned(static_cast<uint64_t>(order.line)).Text(",O").Unsigned(order.customer).Char('-');
  out.Unsigned(static_cast<uint64_t>(order.number));
  if (order.online) {
    out.Text(",online,,");
  } else {
    out.Text(",store,S").Padded(order.store, 2).Char(',');
  }
  if (order.identity == kCustomer) out.Text(person.customer_id);
  out.Char(',');
  if (order.identity == kCard) out.Text(person.card);
  if (order.identity == kGuestCard) out.Text("GUEST-").Padded(order.store, 2);
  out.Char(',');
  if (order.identity == kEmail) out.Text(person.email);
  out.Char(',');
  const int64_t seconds = Seconds(order.day);
  if (random.Chance(dirt_.malformed_dates)) {
    WriteMalformedTime(seconds, random, out);
  } else {
    out.Time(seconds, ' ');
  }
  const int64_t sign = order.returned ? -1 : 1;
  out.Char(',').Text(catalogue_.products()[order.product].id);
  out.Text(order.returned ? ",true," : ",false,");
  if (order.returned) out.Char('-');
  out.Unsigned(static_cast<uint64_t>(order.units)).Char(',').Cents(order.price_cents).Char(',');
  out.Cents(sign * order.discount_cents).Char(',');
  out.Cents(sign * (order.units * order.price_cents - order.discount_cents)).Char(',');
  if (order.offer >= 0) out.Text(catalogue_.offers()[static_cast<size_t>(order.offer)].id);
  out.Char('\n');
  figures.transaction_lines += 1;
  if (random.Chance(dirt_.duplicate_rows)) {
    out.Repeat(from);
    figures.transaction_lines += 1;
  }
}

bool CustomerRecords::SawOffer(const Customer& customer, size_t offer) const {
  Random random(seed_, kOfferStream, customer.index * 64 + offer);
  return random.Chance(customer.view_chance);
}

int CustomerRecords::RedeemedOffer(const Customer& customer, double day) const {
  const std::vector<Offer>& offers = catalogue_.offers();
  for (size_t k = 0; k < offers.size(); ++k) {
    if (day < offers[k].first_day || day >= offers[k].last_day) continue;
    if (customer.joined >= offers[k].first_day || !SawOffer(customer, k)) return -1;
    Random random(seed_, kOfferStream + 1, customer.index * 64 + k);
    const ModelParameters& p = model_.parameters();
    const double logit = p.offer_intercept + p.offer_slope * customer.offer_taste;
    return random.Uniform() < 1.0 / (1.0 + PortableExp(-logit)) ? static_cast<int>(k) : -1;
  }
  return -1;
}

void CustomerRecords::WriteOffers(const Customer& customer,
                                  const Person& person,
                                  const Activity& activity,
                                  ChunkBuffers& out,
                                  RecordFigures& figures) const {
  if (person.email_marketing != 'y' && person.country->code != "US") return;
  const double as_of = model_.span().as_of;
  const auto event = [&](size_t offer, int kind, std::string_view name, double day) {
    if (day >= as_of) return;
    TextBuffer& text = out.offer_events;
    text.Char('E').Unsigned(customer.index + 1).Char('-').Unsigned(offer).Char('-');
    text.Unsigned(static_cast<uint64_t>(kind)).Char(',').Text(person.customer_id).Char(',');
    text.Text(catalogue_.offers()[offer].id).Char(',').Text(name).Char(',');
    text.Time(Seconds(day), ' ').Char('\n');
    figures.offer_events += 1;
  };
  for (size_t k = 0; k < catalogue_.offers().size(); ++k) {
    const Offer& offer = catalogue_.offers()[k];
    if (customer.joined >= offer.first_day) continue;
    event(k, 0, "sent", offer.first_day);
    if (!SawOffer(customer, k)) continue;
    event(k, 1, "viewed", offer.first_day + 0.3);
    int redemptions = 0;
    for (const double day : activity.purchases) {
      if (RedeemedOffer(customer, day) != static_cast<int>(k)) continue;
      event(k, 2 + redemptions++, "redeemed", std::max(day, offer.first_day + 0.31));
    }
  }
}

void CustomerRecords::WriteExperiment(const Customer& customer,
                                      const Person& person,
                                      ChunkBuffers& out,
                                      RecordFigures& figures) const {
  if (customer.arm == Arm::kNone) return;
  const auto row = [&](TextBuffer& text, double day) {
    text.Text(person.customer_id).Char(',').Text(kExperiment).Char(',').Text(ArmName(customer.arm));
    text.Char(',').Time(Seconds(day), ' ').Char('\n');
    figures.experiment_rows += 1;
  };
  row(out.assignments, model_.experiment_start());
  if (customer.exposed > 0) row(out.exposures, customer.exposed);
}

}  // namespace signet::pipelines::synthetic
