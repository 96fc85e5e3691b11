#include "coordinator/cli/model_text.h"

#include <string>
#include <utility>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

constexpr int kDigits = 4;
/// What a line of the list tells of a model's quality, if it has it.
constexpr const char* kHeadlines[] = {"auc", "spearman", "concordance", "mae"};

std::string NameOf(const Json& version) {
  return version["pipeline"].AsString() + "/" + version["model"].AsString() + "@" +
         std::to_string(version["version"].AsInt());
}

std::string Number(const Json& value) {
  return value.is_int() ? WithThousands(value.AsInt()) : FixedText(value.AsDouble(), kDigits);
}

/// "name: value" of scalars, and of figures with intervals.
std::string FieldsText(const Json& json, const std::string& indent) {
  std::string text;
  for (const auto& [name, value] : json.fields()) {
    std::string shown = ModelFigureText(value);
    if (shown.empty() && value.is_string()) shown = value.AsString();
    if (value.is_bool()) shown = value.AsBool() ? "yes" : "no";
    if (!shown.empty()) text.append(indent).append(name).append(": ").append(shown).append("\n");
  }
  return text;
}

std::string Section(const char* title, const Json& json) {
  const std::string fields = FieldsText(json, "  ");
  return fields.empty() ? "" : std::string(title) + "\n" + fields;
}

std::string GroupsText(const Json& fairness) {
  std::string text;
  for (const auto& [column, figures] : fairness.fields()) {
    text += "fairness by " + column + "\n";
    for (const Json& group : figures["groups"].items()) {
      text += "  " + group["group"].AsString();
      for (const auto& [name, value] : group.fields()) {
        const std::string figure = ModelFigureText(value);
        if (!figure.empty()) text.append(", ").append(name).append(" ").append(figure);
      }
      text += "\n";
    }
    text += FieldsText(figures["gaps"], "  gap of ");
  }
  return text;
}

}  // namespace

std::string ModelFigureText(const Json& figure) {
  if (figure.is_number()) return Number(figure);
  if (!figure.is_object() || !figure["value"].is_number()) return "";
  std::string text = Number(figure["value"]);
  if (figure["low"].is_number() && figure["high"].is_number()) {
    text += " (" + Number(figure["low"]) + " to " + Number(figure["high"]) + ")";
  }
  return text;
}

std::string ModelListText(const Json& versions) {
  if (versions.size() == 0) return "no run has left a model in this state\n";
  std::string text;
  for (const Json& version : versions.items()) {
    text += NameOf(version) + "  " + version["status"].AsString() + "  " +
            version["op"].AsString() + "  " + version["at"].AsString();
    for (const char* headline : kHeadlines) {
      const std::string figure = ModelFigureText(version["figures"]["quality"][headline]);
      if (!figure.empty()) text += std::string("  ") + headline + " " + figure;
    }
    text += version["kept"].AsBool() ? "\n" : "  (bytes no longer kept)\n";
  }
  return text;
}

std::string ModelCardText(const Json& version) {
  const Json& figures = version["figures"];
  const Json& card = figures["card"];
  std::string text = NameOf(version) + ", " + version["status"].AsString() + ", learnt by " +
                     version["op"].AsString() + " in run " + version["run"].AsString() + "\n";
  text += Section("learnt from", card);
  if (card["label"].is_object()) {
    text += "  label window: " + card["label"]["from"].AsString() + " to " +
            card["label"]["to"].AsString() + "\n";
  }
  text += Section("people", figures);
  text += Section("quality on people held out", figures["quality"]);
  for (const auto& [name, baseline] : figures["quality"]["baselines"].fields()) {
    text += Section(("beside it: " + name).c_str(), baseline);
  }
  for (const Json& origin : figures["origins"].items()) {
    text += Section("learnt earlier, judged later", origin);
    text += FieldsText(origin["quality"], "    ");
  }
  text += GroupsText(figures["fairness"]);
  if (version["decisions"].size() > 0) text += "decisions\n";
  for (const Json& decision : version["decisions"].items()) {
    text += "  " + decision["at"].AsString() + "  " + decision["action"].AsString() + " by " +
            decision["actor"].AsString() + ": " + decision["why"].AsString() + "\n";
  }
  return text;
}

std::string ModelComparisonText(const Json& comparison) {
  std::string text =
      "a = " + comparison["a"].AsString() + ", b = " + comparison["b"].AsString() + "\n" +
      (comparison["same_people"].AsBool()
           ? "both judged on the same people held out\n"
           : "judged on different people or times: read the differences with care\n");
  for (const Json& metric : comparison["metrics"].items()) {
    text += "  " + metric["metric"].AsString() + ": a " + ModelFigureText(metric["a"]) + ", b " +
            ModelFigureText(metric["b"]) + ", difference " + Number(metric["difference"]) + ", " +
            metric["verdict"].AsString() + "\n";
  }
  const Json& judged = comparison["judged"];
  if (!judged.is_object()) {
    return text + "not judged on the very same rows: a step 'judge' in the pipeline does that\n";
  }
  text += "on the same " + std::to_string(judged["people"].AsInt()) +
          " people, whom neither learnt from (step " + judged["step"].AsString() +
          "): " + judged["verdict"].AsString() + "\n";
  for (const Json& figure : judged["paired"].items()) {
    text += "  " + figure["metric"].AsString() + ": a " + Number(figure["a"]) + ", b " +
            Number(figure["b"]) + ", difference " + ModelFigureText(figure["difference"]) + ", " +
            figure["verdict"].AsString() + "\n";
  }
  return text;
}

std::string ModelChangeText(const Json& facts) {
  std::string text =
      NameOf(facts) + ": entry " + std::to_string(facts["audit_index"].AsInt()) + " of the log";
  if (facts.Has("replaces")) {
    text += "; version " + std::to_string(facts["replaces"].AsInt()) + " is no longer in force";
  }
  return text + "\n";
}

std::string ExperimentListText(const Json& experiments) {
  if (experiments.size() == 0) return "no experiment is registered in this state\n";
  std::string text;
  for (const Json& experiment : experiments.items()) {
    text += experiment["pipeline"].AsString() + "/" + experiment["experiment"].AsString() + "\n";
    for (const Json& rule : experiment["rules"].items()) {
      text += "  rule " + rule["digest"].AsString().substr(0, 16) + " registered " +
              rule["at"].AsString() + ", decides on " + rule["primary"].AsString();
      if (rule.Has("before_start")) {
        text += rule["before_start"].AsBool() ? ", before its start " : ", only after its start ";
        text += rule["start"].AsString();
      }
      text += "\n";
    }
    for (const Json& look : experiment["looks"].items()) {
      text += "  read out " + look["at"].AsString() + " as of " + look["as_of"].AsString() + ": " +
              look["decision"].AsString();
      if (!look["winner"].AsString().empty()) text += " '" + look["winner"].AsString() + "'";
      text += look["pre_registered"].AsBool() ? ", pre-registered\n" : ", not pre-registered\n";
    }
  }
  return text;
}

}  // namespace signet::coordinator
