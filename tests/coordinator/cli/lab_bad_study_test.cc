// Bad input, one case per kind and family of methods, from CSV, gzip and Parquet: experiments,
// clusters, uplift, policies and drift.
#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_bad_world.h"

namespace signet::coordinator {
namespace {

using LabBadStudy = LabBadInput;

TEST_F(LabBadStudy, ExperimentsSayWhatCannotBeCompared) {
  using Options = std::vector<std::string>;
  for (const Options& more :
       {Options{}, Options{"--sequential", "--bayes", "--cuped=pre", "--by=seg"}}) {
    Family family{"experiment",
                  AddLabExperiment,
                  {"experiment",
                   "evaluate",
                   "--in",
                   "FILE",
                   "--unit",
                   "unit",
                   "--arm",
                   "arm",
                   "--control",
                   "a",
                   "--metric",
                   "proportion:y",
                   "--metric",
                   "mean:v"},
                  {{"one class only", Trial({{"y", Always("0")}}), ""},
                   {"constant columns", Trial({{"v", Always("3")}, {"pre", Always("1")}}), ""},
                   {"all missing", Trial({{"v", Always("")}, {"y", Always("")}}), ""},
                   {"infinite", Trial({{"v", OneInfinite}}), "infinite"},
                   {"single unit", Trial({}, 1), "1 arm found"},
                   {"one unit in each arm", Trial({}, 2), "fewer than two units"},
                   {"one arm only", Trial({{"arm", Always("a")}}), "1 arm found"},
                   {"negative", Trial({{"v", [](int i) { return Of(Mixed(i, 50) - 25); }}}), ""},
                   {"ties", Trial({{"v", [](int i) { return Of(i % 2); }}}), ""},
                   {"users in both arms",
                    Trial({{"unit", [](int i) { return "u" + Of(i / 3); }}}),
                    "every unit is in several arms"},
                   {"duplicate exposures",
                    Trial({{"unit", [](int i) { return "u" + Of(i % 100); }},
                           {"y", Always("1")},
                           {"v", Always("2")},
                           {"pre", Always("3")},
                           {"seg", Always("s")}}),
                    ""}}};
    family.arguments.insert(family.arguments.end(), more.begin(), more.end());
    ExpectAll(family);
  }
}

TEST_F(LabBadStudy, ClustersAndProjectionsNameTheColumnThatIsWrong) {
  const std::vector<Case> cases = {
      {"one constant column", People({{"x", Always("4")}}), ""},
      {"constant columns",
       People({{"x", Always("4")}, {"z", Always("4")}, {"v", Always("1")}}),
       "constant"},
      {"all missing", People({{"x", Always("")}}), "no value in any row"},
      {"infinite", People({{"x", OneInfinite}}), "infinite"},
      {"single customer", People({}, 1), "constant"},
      {"negative", People({{"v", [](int i) { return Of(Mixed(i, 90) - 40); }}}), ""},
      {"ties", People({{"x", [](int i) { return Of(i % 2); }}}), ""}};
  for (const char* method : {"kmeans", "ward"}) {
    const Family family{method,
                        AddLabCluster,
                        {"cluster",
                         "--in",
                         "FILE",
                         "--columns",
                         "x,z,v",
                         "--k",
                         "2..3",
                         "--method",
                         method,
                         "--restarts",
                         "2"},
                        cases};
    ExpectAll(family);
    Family many = family;
    many.arguments[6] = "5";
    Expect(many, {"more clusters than rows", People({}, 3), "clusters are asked of 3 rows"});
  }
  for (const char* method : {"pca", "tsne"}) {
    const Family family{
        method,
        AddLabProject,
        {"project", "--in", "FILE", "--columns", "x,z,v", "--method", method, "--iterations", "20"},
        cases};
    ExpectAll(family);
  }
}

TEST_F(LabBadStudy, UpliftAndPoliciesRefuseWhatTeachesNothing) {
  for (const char* learner : {"s", "t", "x", "class"}) {
    const Family family{
        learner,
        AddLabUplift,
        {"uplift",
         "--in",
         "FILE",
         "--arm",
         "arm",
         "--control",
         "a",
         "--treatment",
         "b",
         "--outcome",
         "y",
         "--learner",
         learner},
        {{"one class only", Trial({{"y", Always("0")}}), "the outcome never varies"},
         {"all missing", Trial({{"y", Always("")}}), "the outcome"},
         {"constant columns",
          Trial({{"v", Always("3")}, {"pre", Always("3")}, {"seg", Always("s")}}),
          "no column is left"},
         {"infinite", Trial({{"v", OneInfinite}}), ""},
         {"single unit", Trial({}, 1), "no row is in the arm"},
         {"one arm only", Trial({{"arm", Always("a")}}), "no row is in the arm"},
         {"negative", Trial({{"v", [](int i) { return Of(-Mixed(i, 50)); }}}), ""}}};
    ExpectAll(family);
  }
  const Family policy{"ope",
                      AddLabOpe,
                      {"ope",
                       "--in",
                       "FILE",
                       "--action",
                       "action",
                       "--reward",
                       "reward",
                       "--propensity",
                       "p",
                       "--policy",
                       "'a'"},
                      {{"one class only", Log({{"reward", Always("0")}}), ""},
                       {"zero propensity", Log({{"p", Always("0")}}), "outside (0, 1]"},
                       {"all missing", Log({{"reward", Always("")}}), "missing or infinite"},
                       {"infinite", Log({{"reward", OneInfinite}}), "missing or infinite"},
                       {"single row", Log({}, 1), "at least 10 rows"},
                       {"negative", Log({{"reward", Always("-2")}}), ""},
                       {"unseen action", Log({{"action", Always("z")}}), "never takes an action"}}};
  ExpectAll(policy);
}

TEST_F(LabBadStudy, DriftComparesWhatThereIs) {
  const std::string reference = File("then.csv", People());
  const Family family{"drift",
                      AddLabDrift,
                      {"drift", "--reference", reference, "--current", "FILE"},
                      {{"constant columns", People({{"x", Always("4")}}), ""},
                       {"all missing", People({{"x", Always("")}}), ""},
                       {"infinite", People({{"x", OneInfinite}}), ""},
                       {"single customer", People({}, 1), ""},
                       {"unseen categories", People({{"c", Always("new")}}), ""},
                       {"ties", People({{"x", [](int i) { return Of(i % 2); }}}), ""},
                       {"no column in common", "a,b\n1,2\n", "no column in common"}}};
  ExpectAll(family);
}

}  // namespace
}  // namespace signet::coordinator
