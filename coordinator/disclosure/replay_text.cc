// A replay of recorded runs in words.

#include <string>

#include "coordinator/disclosure/policy_replay.h"

namespace signet::coordinator {
namespace {

std::string Shown(const Json& gated) {
  return gated.is_int() ? std::to_string(gated.AsInt()) : gated.AsString();
}

std::string RowsText(const Json& list, const std::string& whom) {
  std::string text;
  for (const Json& rows : list.items()) {
    text += "    rows about those " + whom + " in " + rows["dataset"].AsString() + ": " +
            Shown(rows["rows"]) + "\n";
  }
  return text;
}

}  // namespace

std::string ReplayText(const Json& replay) {
  std::string text = "replayed " + std::to_string(replay["plans"].AsInt()) + " plan(s) of " +
                     std::to_string(replay["runs"].AsInt()) + " run(s) of the last " +
                     std::to_string(replay["days"].AsInt()) + " days\n";
  for (const Json& one : replay["columns"].items()) {
    text += std::string("  newly ") + (one["after"].AsBool() ? "allowed" : "denied") + "  " +
            one["pipeline"].AsString() + "/" + one["step"].AsString() + ": " +
            one["column"].AsString() + " for " + one["purpose"].AsString() +
            ", rows: " + Shown(one["rows"]) + "  [" + one["rule"].AsString() + "]  " +
            one["article"].AsString() + "\n";
  }
  for (const Json& one : replay["subjects"].items()) {
    text += "  people  " + one["pipeline"].AsString() + " for " + one["purpose"].AsString() + " (" +
            one["relation"].AsString() + "): newly denied " + Shown(one["newly_denied"]) +
            ", newly allowed " + Shown(one["newly_allowed"]) + "\n";
    text += RowsText(one["rows"], "denied") + RowsText(one["rows_allowed"], "allowed");
  }
  for (const Json& one : replay["steps"].items()) {
    text += "  refused  " + one["pipeline"].AsString() + "/" + one["step"].AsString() + ": " +
            one["why"].AsString() + "\n";
  }
  for (const Json& one : replay["members"].items()) {
    text += "  members  segment " + one["segment"].AsString() + " of " +
            one["pipeline"].AsString() + " for " + one["recipient"].AsString() + ": " +
            Shown(one["before"]) + " -> " + Shown(one["after"]) + " (counted" +
            (one["may_grow"].AsBool() ? "; of persons newly allowed, at most " +
                                            Shown(one["joining_max"]) + " may join with a run)"
                                      : ")") +
            "\n";
  }
  for (const Json& one : replay["segments"].items()) {
    text += "  vanishes  segment " + one["segment"].AsString() + " of " +
            one["pipeline"].AsString() + ": " + one["why"].AsString() +
            (one["exact"].AsBool() ? "" : " (a bound, not counted)") + "\n";
  }
  return text;
}

}  // namespace signet::coordinator
