#include <span>

#include "policies/document/error_catalog_parts.h"

namespace signet::policies {
namespace {

constexpr ErrorRow kRows[] = {
    {"SIG-1001",
     "the file cannot be read",
     "The document does not exist, or this user may not read it.",
     "check the path and the permissions"},
    {"SIG-1002",
     "the document is not UTF-8",
     "Signet reads UTF-8 only, so that a document means the same everywhere.",
     "save the file as UTF-8 without other encodings"},
    {"SIG-1003",
     "the document holds a control character",
     "Control characters and bidirectional overrides can make a document look different "
     "from what it says, so they are refused. Tabs and line feeds are fine where YAML "
     "allows them.",
     "remove the character at the caret"},
    {"SIG-1004",
     "the document is too large",
     "A document has at most 1 MiB. Larger ones are a mistake (data given for a document) "
     "or an attack.",
     "split the document, or check that the path names a YAML document"},
    {"SIG-1005",
     "the document is empty",
     "The file holds no YAML document, only blanks or comments.",
     "write the document; `signet schema pipeline` and `signet schema policy` describe the "
     "form"},
    {"SIG-1101",
     "the document is not valid YAML",
     "The YAML parser stopped at the caret. Frequent causes: a tab in the indentation, a "
     "missing space after ':', a quote or bracket that is not closed.",
     "check indentation, quotes and brackets at the caret and on the lines above"},
    {"SIG-1102",
     "the file holds more than one document",
     "A file is one document: a second one behind '---' would be read by nobody.",
     "put each document into a file of its own"},
    {"SIG-1103",
     "a key appears twice in one map",
     "YAML libraries silently keep the first or the last of the two values. Signet "
     "refuses, because a policy must not depend on that.",
     "remove or rename one of the two"},
    {"SIG-1104",
     "a key is not text",
     "Keys are names. A list, a map or nothing cannot be a key.",
     "write the key as text"},
    {"SIG-1105",
     "tags are not allowed",
     "A YAML tag (!!int, !include, !mine) changes what a value is. Signet documents have "
     "no tags.",
     "remove the tag; quote the value if it should be text"},
    {"SIG-1106",
     "merge keys are not allowed",
     "The merge key '<<' is not part of YAML 1.2 and hides which keys a map has.",
     "repeat the keys, or alias a whole value: key: *anchor"},
    {"SIG-1107",
     "an alias names no anchor",
     "*name repeats the value that &name marked before it. There is no such anchor above "
     "the alias.",
     "define the anchor with &name before its first use, or quote the text if it should "
     "begin with '*'"},
    {"SIG-1108",
     "an alias contains itself",
     "The alias stands within the value that it repeats, so the document would never end.",
     "move the anchor to a value that does not contain the alias"},
    {"SIG-1109",
     "the document expands too far",
     "A document has at most 100,000 values, where an alias counts each time it is used. "
     "Nested aliases can make billions (an alias bomb).",
     "use fewer aliases, or split the document"},
    {"SIG-1110",
     "the document is nested too deeply",
     "A document has at most 32 levels.",
     "flatten the structure at the caret"},
    {"SIG-1111",
     "a value is too long",
     "One value has at most 64 KiB of text.",
     "shorten the value, or keep it in a file and name the file"},
    {"SIG-1201",
     "text is expected here",
     "The key takes text, but the value is a map, a list or nothing.",
     "write text after the key"},
    {"SIG-1202",
     "a map is expected here",
     "The key takes `key: value` pairs.",
     "write key: value pairs below the key, indented, or in braces"},
    {"SIG-1203",
     "a list is expected here",
     "The key takes a list of values, not a single one.",
     "write [a, b], or one '- item' a line"},
    {"SIG-1204",
     "unknown key",
     "A key that nobody reads would be a rule that nobody follows, so it is refused, not "
     "ignored. Misspelled keys are the usual cause.",
     "check the spelling; `signet schema pipeline` and `signet schema policy` list the "
     "keys"},
    {"SIG-1205",
     "a required key is missing",
     "The map cannot be understood without this key.",
     "add the key"},
    {"SIG-1206",
     "true or false is expected here",
     "Only `true` and `false` are booleans. In Signet yes, no, on and off are text, "
     "whatever YAML 1.1 said.",
     "write true or false, without quotes"},
    {"SIG-1207",
     "a number is expected here",
     "The key takes a plain number: 42, or where fractions make sense 0.05. Quoted numbers "
     "are text.",
     "write a number without quotes or units"},
    {"SIG-1208",
     "the value is not one of the choices",
     "The key takes one of a few words.",
     "use one of the words listed"},
    {"SIG-1209",
     "a duration is expected here",
     "Durations are a whole number and a unit: 30s, 15m, 12h, 90d, 2w. Months and years "
     "differ in length, so there is no unit for them.",
     "write for example 90d"},
    {"SIG-1210",
     "a date is expected here",
     "Dates are 2026-11-22, times 2026-11-22T08:00:00Z (UTC).",
     "write the date as YYYY-MM-DD"},
    {"SIG-1211",
     "the value is out of range",
     "The number is smaller or larger than the key allows.",
     "use a value within the range named"},
    {"SIG-1212",
     "the document's version is not known",
     "The key `signet` names the version of the document's form; this program knows "
     "version 1.",
     "write `signet: 1`, or use a newer program"},
    {"SIG-1213",
     "the name is not valid",
     "Names of pipelines, sources, steps, columns and policies have letters, digits, '_', "
     "'-' or '.', begin with a letter and have at most 64 characters.",
     "rename it"},
    {"SIG-1214",
     "an item appears twice in a list",
     "The second one has no effect, so one of the two is probably meant to be another.",
     "remove or correct one of the two"},
    {"SIG-1215",
     "the schedule is not valid",
     "A schedule has cron expressions of five fields (minute hour day month weekday) in an IANA "
     "time zone, files to watch, or snapshots to wait for; notifications go to http or https URLs.",
     "correct the part named"},
    {"SIG-1216",
     "the foreach is not valid",
     "`foreach: {NAME: [A, B]}` makes one step of each value: STEP.A and STEP.B, with ${each.NAME} "
     "standing for the value. Values are plain words, each once.",
     "correct the list, or name the step with its value"},
    {"SIG-1217",
     "the sub-pipeline cannot be used",
     "`uses: pipeline` takes the steps of another document: its `file`, the `inputs` that it "
     "declares, and its `params`.",
     "correct the part named"},
};

}  // namespace

std::span<const ErrorRow> DocumentErrors() {
  return kRows;
}

}  // namespace signet::policies
