#include "pipelines/query/dialect.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "crypto/base/text.h"

namespace signet::pipelines::query {
namespace {

// Left out on purpose: functions of files, settings, session, clock and chance; hash functions (a
// hashed identifier is still one); list and JSON builders whose order may vary.
constexpr std::string_view kScalars =
    "! != !~~ !~~* % & * ** + - / // < <= <> = > >= ^ ^@ | || ~ ~~ ~~* ~~~ abs acos acosh add age "
    "ascii asin asinh atan atan2 atanh bit_count bit_length cbrt ceil ceiling century char_length "
    "character_length chr concat concat_ws constant_or_null contains cos cosh cot "
    "damerau_levenshtein date_add date_diff date_part date_sub date_trunc datediff datepart "
    "datesub "
    "datetrunc day dayname dayofmonth dayofweek dayofyear decade degrees divide ends_with epoch "
    "epoch_ms epoch_ns epoch_us era even exp factorial fdiv floor fmod format gamma gcd greatest "
    "greatest_common_divisor hamming hour ifnull ilike_escape instr isfinite isinf isnan isodow "
    "isoyear jaccard jaro_similarity jaro_winkler_similarity julian last_day lcase lcm least "
    "least_common_multiple left len length levenshtein lgamma like_escape ln log log10 log2 lower "
    "lpad ltrim make_date make_timestamp microsecond millennium millisecond minute mismatches mod "
    "month monthname multiply not_ilike_escape not_like_escape nullif octet_length ord "
    "parse_filename "
    "pi position pow power prefix printf quarter radians regexp_escape regexp_extract "
    "regexp_full_match regexp_matches regexp_replace repeat replace reverse right round round_even "
    "roundbankers rpad rtrim second sign signbit sin sinh split_part sqrt starts_with strftime "
    "strip_accents strlen strpos strptime substr substring subtract suffix tan tanh time_bucket "
    "timezone to_centuries to_days to_decades to_hours to_microseconds to_millennia "
    "to_milliseconds "
    "to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years translate trim "
    "trunc "
    "try_strptime ucase unicode upper week weekday weekofyear xor year yearweek "
    // Lists inside an expression; a dataset column cannot hold one.
    "array_contains array_has array_length array_value list_contains list_distinct list_element "
    "list_extract list_filter list_has list_max list_min list_position list_slice list_sort "
    "list_transform list_value array_extract array_slice string_split str_split flatten "
    "struct_pack "
    "struct_extract row element_at";

constexpr std::string_view kAggregates =
    "bit_and bit_or bit_xor bool_and bool_or count count_if count_star countif max median min "
    "quantile quantile_disc quantile_cont";
constexpr std::string_view kDoubleAggregates = "avg mean sum";
constexpr std::string_view kOrderedAggregates = "array_agg group_concat list listagg string_agg";
constexpr std::string_view kRankWindows = "cume_dist dense_rank percent_rank rank rank_dense";
constexpr std::string_view kRowWindows = "ntile row_number";
constexpr std::string_view kValueWindows = "first_value lag last_value lead nth_value";

using ClassMap = std::unordered_map<std::string, FunctionClass>;

void AddAll(ClassMap& map, std::string_view names, FunctionClass function_class) {
  for (std::string& name : Split(names, ' ')) map.emplace(std::move(name), function_class);
}

const ClassMap& Classes() {
  static const ClassMap* const kClasses = [] {
    auto* map = new ClassMap();
    AddAll(*map, kScalars, FunctionClass::kScalar);
    AddAll(*map, kAggregates, FunctionClass::kAggregate);
    AddAll(*map, kDoubleAggregates, FunctionClass::kDoubleAggregate);
    AddAll(*map, kOrderedAggregates, FunctionClass::kOrderedAggregate);
    AddAll(*map, kRankWindows, FunctionClass::kRankWindow);
    AddAll(*map, kRowWindows, FunctionClass::kRowWindow);
    AddAll(*map, kValueWindows, FunctionClass::kValueWindow);
    return map;
  }();
  return *kClasses;
}

struct Reason {
  std::string_view names;
  std::string_view why;
};
constexpr Reason kReasons[] = {
    {"random setseed uuid gen_random_uuid uuidv4 uuidv7", "its result changes from run to run"},
    {"now today current_date current_timestamp get_current_timestamp get_current_time "
     "current_localtime current_localtimestamp transaction_timestamp",
     "it reads the clock; use the run's as_of"},
    {"first last any_value arbitrary arg_max arg_min argmax argmin max_by min_by mode arg_max_null "
     "arg_min_null",
     "ties make its result depend on the order of rows"},
    {"approx_count_distinct approx_quantile approx_top_k reservoir_quantile", "it is approximate"},
    {"hash md5 md5_number sha1 sha256 md5_number_lower md5_number_upper",
     "a hash of an identifier is an identifier: use the policy's treatment"},
    {"stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp kurtosis "
     "skewness favg fsum kahan_sum sumkahan regr_slope regr_intercept regr_r2 sem entropy mad "
     "product geomean",
     "its floating-point result depends on the order of rows; the features step computes it "
     "exactly"},
    {"query query_table read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto "
     "read_ndjson read_text read_blob glob sniff_csv parquet_metadata parquet_schema sqlite_scan "
     "postgres_scan",
     "it reads beyond the step's inputs"},
    {"current_setting getvariable current_query current_schema current_schemas current_database "
     "current_user user session_user current_role getenv pragma_version duckdb_settings "
     "duckdb_tables duckdb_columns pragma_table_info duckdb_secrets",
     "it reads the session or the catalog"},
};

bool InList(std::string_view names, std::string_view name) {
  const std::vector<std::string> all = Split(names, ' ');
  return std::ranges::find(all, name) != all.end();
}

}  // namespace

FunctionClass ClassOf(std::string_view function) {
  const auto found = Classes().find(std::string(function));
  return found == Classes().end() ? FunctionClass::kUnknown : found->second;
}

bool IsAllowedTableFunction(std::string_view function) {
  return function == "range" || function == "generate_series" || function == "unnest";
}

std::string_view WhyRefused(std::string_view function) {
  for (const Reason& reason : kReasons) {
    if (InList(reason.names, function)) return reason.why;
  }
  return {};
}

bool IsSessionValue(std::string_view name) {
  return InList(
      "current_date current_timestamp current_time localtime localtimestamp current_user "
      "current_role current_catalog current_schema session_user user rowid",
      name);
}

bool MayGiveDouble(std::string_view function) {
  return InList(
      "/ ** ^ acos acosh asin asinh atan atan2 atanh cbrt cos cosh cot degrees divide epoch "
      "exp fdiv fmod gamma jaccard jaro_similarity jaro_winkler_similarity julian lgamma ln "
      "log log10 log2 pi pow power radians sin sinh sqrt tan tanh avg mean median "
      "quantile_cont percent_rank cume_dist",
      function);
}

}  // namespace signet::pipelines::query
