/// One spelling for each identifier, so that equal identifiers hash alike.
#pragma once

#include <string>
#include <string_view>

#include "crypto/pseudonym/link_type.h"

namespace signet::crypto {

/// Appends the one spelling of `value` to `out` (a buffer that hot loops reuse) and returns true;
/// returns false and leaves `out` as it was when the value cannot identify anyone: empty, blank,
/// not UTF-8, an e-mail without a mailbox and a domain, a phone number that is not possible.
///
/// All types: Unicode NFKC, zero-width characters and white space at the ends removed, control
///   characters refused, at most 4,096 bytes.
/// kId, kCard, kDevice: case-folded (Unicode's full folding); kCard also loses spaces and hyphens,
///   as cards are printed in groups. Inner spaces stay otherwise.
/// kCookie: the case stays; cookie values are base64 as often as not, and two that differ in case
///   are two browsers.
/// kEmail: case-folded, one "@" with text on both sides, no inner white space; "mailto:" and a
///   trailing dot of the domain go. Dots and "+tags" of the mailbox stay: they can be two persons.
/// kPhone: E.164 ("+358401234567") by libphonenumber; `default_region` (ISO 3166-1 alpha-2, e.g.
///   "FI") reads numbers without "+"; when it is empty such numbers are refused. Extensions go. A
///   number counts when it is *possible* (its length fits its country): new ranges work at once.
///
/// Idempotent: a normalised value normalises to itself. Safe from any thread. ASCII takes a short
/// path, and so do phone numbers in the usual forms of 15 countries (0.1 instead of 15 us).
bool Normalise(LinkType type,
               std::string_view value,
               std::string_view default_region,
               std::string& out);

/// Whether libphonenumber knows `region` ("FI", "US", ...): documents are checked with it.
bool IsPhoneRegion(std::string_view region);

}  // namespace signet::crypto
