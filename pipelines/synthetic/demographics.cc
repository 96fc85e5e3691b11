#include "pipelines/synthetic/demographics.h"

#include <array>

#include "pipelines/synthetic/generate.h"
#include "pipelines/synthetic/text_buffer.h"

namespace signet::pipelines::synthetic {

namespace {

constexpr uint64_t kPersonStream = 5;

constexpr std::array<Country, 9> kCountries = {{
    {"FI", 0.20, "+358", "40", 7, 5},
    {"SE", 0.10, "+46", "70", 7, 5},
    {"DE", 0.18, "+49", "151", 8, 5},
    {"FR", 0.10, "+33", "6", 8, 5},
    {"NL", 0.05, "+31", "6", 8, 4},
    {"ES", 0.06, "+34", "6", 8, 5},
    {"GB", 0.05, "+44", "74", 8, 5},
    {"NO", 0.02, "+47", "4", 7, 4},
    {"US", 0.24, "+1", "", 7, 5},
}};

struct State {
  std::string_view code, area;
};
constexpr std::array<State, 10> kStates = {{{"CA", "415"},
                                            {"CA", "213"},
                                            {"CA", "619"},
                                            {"NY", "212"},
                                            {"TX", "512"},
                                            {"CO", "303"},
                                            {"VA", "804"},
                                            {"WA", "206"},
                                            {"IL", "312"},
                                            {"FL", "305"}}};

constexpr std::array<std::string_view, 40> kFirstNames = {
    "Aino",  "Eino",  "Emma",  "Noah",  "Mia",    "Leo",   "Sofia", "Elias", "Ella",   "Oliver",
    "Lina",  "Hugo",  "Greta", "Felix", "Clara",  "Jonas", "Marie", "Louis", "Chloe",  "Lucas",
    "Sanne", "Daan",  "Lucia", "Mateo", "Carmen", "Pablo", "Amy",   "Jack",  "Ingrid", "Lars",
    "Maya",  "Ethan", "Zoe",   "Caleb", "Nora",   "Dylan", "Ruth",  "Owen",  "Ida",    "Viljo"};
constexpr std::array<std::string_view, 48> kLastNames = {
    "Virtanen", "Korhonen", "Nieminen", "Laine",   "Andersson", "Johansson", "Nilsson", "Larsson",
    "Mueller",  "Schmidt",  "Fischer",  "Weber",   "Wagner",    "Becker",    "Martin",  "Bernard",
    "Dubois",   "Moreau",   "Laurent",  "DeVries", "Jansen",    "Bakker",    "Visser",  "Garcia",
    "Lopez",    "Sanchez",  "Romero",   "Smith",   "Jones",     "Taylor",    "Brown",   "Hansen",
    "Olsen",    "Johnson",  "Williams", "Miller",  "Davis",     "Anderson",  "Thomas",  "Moore",
    "Jackson",  "White",    "Harris",   "Clark",   "Lewis",     "Walker",    "Young",   "Ahlgren"};

constexpr uint64_t TenTo(int digits) {
  uint64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

// A bijection of the numbers below 10^digits (an odd multiplier that 5 does not divide).
std::string ScrambledDigits(uint64_t index, int digits) {
  const uint64_t space = TenTo(digits);
  TextBuffer text;
  text.Padded((index % space * 7'368'787 + 1'234'567) % space, digits);
  return std::string(text.view());
}

std::string PhoneOf(const Person& person, uint64_t index, std::string_view area) {
  std::string phone(person.country->dial);
  if (person.country->code != "US") {
    phone += person.country->mobile;
    return phone + ScrambledDigits(index, person.country->digits);
  }
  // NANP: the exchange starts with 2 to 9.
  phone += area;
  TextBuffer text;
  text.Padded(2'000'000 + (index % 7'999'999 * 7'368'787) % 7'999'999, 7);
  return phone + std::string(text.view());
}

char Consent(Random& random, double asked, double given) {
  if (!random.Chance(asked)) return ' ';
  return random.Chance(given) ? 'y' : 'n';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string Numbered(std::string_view prefix, uint64_t index, int digits) {
  TextBuffer text;
  text.Text(prefix).Padded(index, digits);
  return std::string(text.view());
}

const Country& DrawCountry(Random& random) {
  double u = random.Uniform();
  for (const Country& country : kCountries) {
    u -= country.share;
    if (u < 0) return country;
  }
  return kCountries.back();
}

// 16 hexadecimal digits that name nothing else.
std::string Token(Random& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  uint64_t bits = random.Next();
  std::string text;
  for (int i = 0; i < 16; ++i, bits >>= 4) text += kHex[bits & 15U];
  return text;
}

void DrawChoices(Random& random, Person& person) {
  const bool american = person.country->code == "US";
  const double asked = american ? 0.4 : 0.97;
  person.analytics = Consent(random, asked, 0.86);
  person.segmentation = Consent(random, asked, 0.78);
  person.email_marketing = Consent(random, asked, 0.68);
  person.sharing = Consent(random, asked, 0.42);
  person.sale_opt_out = random.Chance(american ? 0.12 : 0.04);
  person.gpc = random.Chance(0.08);
  person.has_app = random.Chance(0.35);
  const double tier = random.Uniform();
  person.tier = tier < 0.6 ? "basic" : tier < 0.9 ? "silver" : "gold";
}

}  // namespace

Json DirtShares::ToJson() const {
  return Json::Of({{"duplicate_rows", duplicate_rows},
                   {"malformed_dates", malformed_dates},
                   {"mixed_case_emails", mixed_case_emails},
                   {"second_registrations", second_registrations},
                   {"shared_devices", shared_devices},
                   {"guest_card", guest_card},
                   {"no_identifier", no_identifier}});
}

Person DrawPerson(uint64_t seed, const Customer& customer, bool canaries) {
  Random random(seed, kPersonStream, customer.index);
  const uint64_t number = customer.index + 1;
  Person person;
  person.country = &DrawCountry(random);
  std::string_view area;
  if (person.country->code == "US") {
    const State& state = kStates[random.Below(kStates.size())];
    person.state = state.code;
    area = state.area;
  }
  person.first_name = kFirstNames[random.Below(kFirstNames.size())];
  person.last_name = kLastNames[random.Below(kLastNames.size())];
  person.email = Lower(person.first_name) + "." + Lower(person.last_name) +
                 Numbered("", number, 1) + (canaries ? "." + std::string(kCanaryLower) : "") +
                 "@example.com";
  if (canaries) {
    person.first_name += kCanary;
    person.last_name += kCanary;
  }
  const std::string mark = canaries ? kCanary : "";
  person.customer_id = Numbered("C" + mark, number, 8);
  person.card = Numbered("LC" + mark, number * 7 + 3, 9);
  person.cookie = "ck" + mark + Token(random);
  person.device = "dv" + mark + Token(random);
  person.phone = PhoneOf(person, customer.index, area);
  person.postal_code =
      Numbered("",
               random.Below(static_cast<uint32_t>(TenTo(person.country->postal_digits))),
               person.country->postal_digits);
  // Ages 12 to 86 when joining, two thirds between 25 and 60.
  const double age = random.Chance(0.67) ? 25 + 35 * random.Uniform() : 12 + 74 * random.Uniform();
  person.birth_day = static_cast<int64_t>(customer.joined - age * 365.25);
  DrawChoices(random, person);
  return person;
}

}  // namespace signet::pipelines::synthetic
