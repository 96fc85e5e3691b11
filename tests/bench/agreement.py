#!/usr/bin/env python3
"""Our figures beside reference implementations, on the same rows, in one run.

usage: agreement.py SIGNET DATA [SECTION...]

SIGNET is the program, DATA the folder of real data (../shared/data); a section whose data or
library is absent says so. Prints one JSON object a line: name, ours, peer, by (what the peer is),
published (if a paper or the data's README says it), tolerance (absolute), agrees. `deploy/bench
--agreement` makes the environment and prints the table.
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
SIGNET, DATA = "", ""
WORK = tempfile.mkdtemp(prefix="signet-agreement-")


def lab(*arguments):
    done = subprocess.run([SIGNET, "lab", *arguments, "--format", "json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"signet lab {arguments[0]}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout)


def tell(name, ours, peer, by, tolerance=None, published=None, at_least=False):
    """`at_least`: ours may be better (larger) by any amount, worse by `tolerance`."""
    against = peer if peer is not None else published
    row = {"name": name, "ours": ours, "peer": peer, "by": by, "published": published, "tolerance": tolerance}
    if against is not None and tolerance is not None:
        row["agrees"] = bool(ours >= against - tolerance if at_least else abs(ours - against) <= tolerance)
    print(json.dumps(row), flush=True)


def data(*names):
    path = os.path.join(DATA, *names)
    if not os.path.exists(path):
        raise FileNotFoundError(f"no {'/'.join(names)} in the folder of data")
    return path


def work(name):
    return os.path.join(WORK, name)


# --- purchase models on CDNOW ----------------------------------------------------------------------

def cdnow_fit(model):
    return lab("fit", model, "--in", data("cdnow", "CDNOW_sample.txt"), "--customer", "column1", "--time", "column2",
               "--amount", "column4", "--until", "1997-09-30", "--holdout", "1998-06-30", "--unit", "week")


def maximum(log_likelihood, start):
    """The maximum over the logarithms of positive parameters, their standard errors from the Hessian
    in the parameters themselves, and the log-likelihood."""
    import numpy as np
    from scipy.optimize import minimize

    best = np.log(start)
    for _ in range(4):
        best = minimize(lambda q: -log_likelihood(*np.exp(q)), best, method="Nelder-Mead",
                        options={"maxiter": 8000, "xatol": 1e-9, "fatol": 1e-9}).x
    p = np.exp(best)
    n, h = len(p), 1e-4 * p
    hessian = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            def at(a, b):
                q = p.copy()
                q[i] += a * h[i]
                q[j] += b * h[j]
                return -log_likelihood(*q)
            hessian[i, j] = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h[i] * h[j])
    return p, np.sqrt(np.diag(np.linalg.inv(hessian))), log_likelihood(*p)


def cdnow():
    import lifetimes
    import numpy as np
    import pandas as pd
    from lifetimes.utils import calibration_and_holdout_data
    from scipy.special import betaln, gammaln

    rows = pd.read_csv(data("cdnow", "CDNOW_sample.txt"), sep=r"\s+", header=None,
                       names=["_", "id", "day", "items", "paid"])
    rows["day"] = pd.to_datetime(rows.day, format="%Y%m%d")
    # lifetimes cuts weeks at calendar bounds with freq="W"; days over 7 are the published histories.
    table = calibration_and_holdout_data(rows, "id", "day", "1997-09-30", "1998-06-30", freq="D",
                                         monetary_value_col="paid")
    x, t_x, t = (table[c].to_numpy(float) for c in ("frequency_cal", "recency_cal", "T_cal"))
    t_x, t = t_x / 7, t / 7
    actual = float(table.frequency_holdout.sum())
    weeks = 273 / 7
    version = f"lifetimes {lifetimes.__version__}"

    def bgnbd(r, alpha, a, b):
        """Fader, Hardie and Lee (2005), equation (6)."""
        alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t)
        dropped = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)
                           - (r + x) * np.log(alpha + t_x), -np.inf)
        return np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(alive, dropped))

    def mbgnbd(r, alpha, a, b):
        """Batislam, Denizel and Filiztekin (2007)."""
        alive = betaln(a, b + x + 1) - betaln(a, b) - (r + x) * np.log(alpha + t)
        dropped = betaln(a + 1, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t_x)
        return np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(alive, dropped))

    def nbd(r, alpha):
        return np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + t))

    fitters = {"bgnbd": (lifetimes.BetaGeoFitter, bgnbd, "r alpha a b", (0.243, 4.414, 0.793, 2.426), -9582.43),
               "mbgnbd": (lifetimes.ModifiedBetaGeoFitter, mbgnbd, "r alpha a b", None, None),
               "paretonbd": (lifetimes.ParetoNBDFitter, None, "r alpha s beta", (0.553, 10.578, 0.606, 11.669), -9594.98)}
    for name, (fitter, likelihood, names, published, published_ll) in fitters.items():
        ours = cdnow_fit(name)
        np.random.seed(1)  # ParetoNBDFitter draws its starts
        peer = fitter().fit(x, t_x, t)
        errors = None
        if likelihood is not None:
            values, errors, peer_ll = maximum(likelihood, [peer.params_[n] for n in names.split()])
        for i, parameter in enumerate(names.split()):
            got = ours["parameters"][parameter]
            value = float(peer.params_[parameter])
            tell(f"cdnow.{name}.{parameter}", got["value"], value, version, 2e-3 * max(1, value),
                 published[i] if published else None)
            if errors is not None:
                tell(f"cdnow.{name}.{parameter}.se", got["standard_error"], float(errors[i]),
                     "numerical Hessian", 0.01 * float(errors[i]))
        if likelihood is not None:
            tell(f"cdnow.{name}.ln_l", ours["log_likelihood"], float(peer_ll), "published density, scipy", 0.01, published_ll)
        else:
            tell(f"cdnow.{name}.ln_l", ours["log_likelihood"], None, "", 0.01, published_ll)
        expected = float(np.sum(peer.conditional_expected_number_of_purchases_up_to_time(weeks, x, t_x, t)))
        got = ours["holdout"]["purchases"]
        tell(f"cdnow.{name}.holdout_expected", got["expected"], expected, version, 0.002 * expected)
        each = np.asarray(peer.conditional_expected_number_of_purchases_up_to_time(weeks, x, t_x, t), float)
        mae = float(np.mean(np.abs(each - table.frequency_holdout.to_numpy(float))))
        tell(f"cdnow.{name}.holdout_mae", got["mae"], mae, version, 0.002)
    tell("cdnow.holdout_actual", ours["holdout"]["purchases"]["actual"], actual, "pandas", 0)

    ours = cdnow_fit("nbd")
    values, errors, ll = maximum(nbd, [0.4, 10.0])
    for i, parameter in enumerate(("r", "alpha")):
        tell(f"cdnow.nbd.{parameter}", ours["parameters"][parameter]["value"], float(values[i]),
             "published density, scipy", 1e-3 * float(values[i]), (0.385, 12.072)[i])
        tell(f"cdnow.nbd.{parameter}.se", ours["parameters"][parameter]["standard_error"], float(errors[i]),
             "numerical Hessian", 0.01 * float(errors[i]))
    tell("cdnow.nbd.ln_l", ours["log_likelihood"], float(ll), "published density, scipy", 0.01, -9763.66)
    expected = float(np.sum((values[0] + x) / (values[1] + t) * weeks))
    tell("cdnow.nbd.holdout_expected", ours["holdout"]["purchases"]["expected"], expected, "closed form", 0.002 * expected)
    ours = cdnow_fit("cnbd")
    # Gaps on CDNOW are not regular: the best k is 1, which is MBG/NBD (BTYDplus' vignette finds k = 1, too).
    tell("cdnow.cnbd.k", ours["k"], 1, "MBG/NBD is k = 1", 0)
    tell("cdnow.cnbd.r", ours["parameters"]["r"]["value"], cdnow_fit("mbgnbd")["parameters"]["r"]["value"], "ours, MBG/NBD", 1e-3)
    gamma_gamma(x, table.monetary_value_cal.to_numpy(float), version)
    clv_baselines()


def gamma_gamma(x, mean, version):
    import lifetimes
    import numpy as np
    from scipy.special import gammaln

    ours = lab("fit", "gamma-gamma", "--in", data("cdnow", "CDNOW_sample.txt"), "--customer", "column1", "--time", "column2",
               "--amount", "column4", "--until", "1997-09-30", "--unit", "week")
    repeat = (x > 0) & (mean > 0)
    n, m = x[repeat], mean[repeat]
    peer = lifetimes.GammaGammaFitter().fit(n, m)

    def likelihood(p, q, v):
        """Fader and Hardie (2013), equation (1a)."""
        return np.sum(gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v) + (p * n - 1) * np.log(m)
                      + p * n * np.log(n) - (p * n + q) * np.log(n * m + v))

    values, errors, ll = maximum(likelihood, [6.0, 4.0, 15.0])
    for i, parameter in enumerate("pqv"):
        got = ours["parameters"][parameter]
        tell(f"cdnow.gamma_gamma.{parameter}", got["value"], float(peer.params_[parameter]), version, 0.02, (6.25, 3.74, 15.44)[i])
        tell(f"cdnow.gamma_gamma.{parameter}.se", got["standard_error"], float(errors[i]), "numerical Hessian", 0.02 * float(errors[i]))
    tell("cdnow.gamma_gamma.ln_l", ours["log_likelihood"], float(ll), "published density, scipy", 0.02)


def clv_baselines():
    """CLV against both baselines: what each got wrong over 39 weeks, a customer (ours must be less)."""
    holdout = cdnow_fit("bgnbd")["holdout"]
    for name in ("last_period", "same_rate"):
        tell(f"cdnow.clv.mae_below_{name}", -holdout["value"]["mae"], -holdout["baselines"][name]["value"]["mae"],
             f"baseline {name}, negative MAE", 0, at_least=True)


# --- experiments -----------------------------------------------------------------------------------

def cookie_cats():
    import pandas as pd
    from scipy import stats
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    path = data("cookie_cats", "cookie_cats.csv")
    ours = lab("experiment", "evaluate", "--in", path, "--unit", "userid", "--arm", "version", "--control", "gate_30",
               "--metric", "proportion:retention_1", "--metric", "proportion:retention_7", "--metric", "mean:sum_gamerounds")
    table = pd.read_csv(path)
    a, b = (table[table.version == v] for v in ("gate_30", "gate_40"))
    chi = stats.chisquare([len(a), len(b)])
    tell("cookie_cats.sample_ratio.chi_square", ours["sample_ratio"]["chi_square"], float(chi.statistic), "scipy chisquare", 1e-6, 6.902)
    tell("cookie_cats.sample_ratio.p", ours["sample_ratio"]["p_value"], float(chi.pvalue), "scipy chisquare", 1e-6)
    metrics = {m["metric"]: m for m in ours["metrics"]}
    for name, published in (("retention_1", None), ("retention_7", -3.1644)):
        z, p = proportions_ztest([b[name].sum(), a[name].sum()], [len(b), len(a)])
        low, high = confint_proportions_2indep(b[name].sum(), len(b), a[name].sum(), len(a), method="wald")
        got = metrics[name]
        tell(f"cookie_cats.{name}.z", got["statistic"], float(z), "statsmodels", 1e-6, published)
        tell(f"cookie_cats.{name}.p", got["p_value"], float(p), "statsmodels", 1e-6)
        tell(f"cookie_cats.{name}.low", got["difference"]["low"], float(low), "statsmodels, Wald", 1e-6)
        tell(f"cookie_cats.{name}.high", got["difference"]["high"], float(high), "statsmodels, Wald", 1e-6)
    welch = stats.ttest_ind(b.sum_gamerounds, a.sum_gamerounds, equal_var=False)
    got = metrics["sum_gamerounds"]
    tell("cookie_cats.rounds.t", got["statistic"], float(welch.statistic), "scipy, Welch", 1e-6)
    tell("cookie_cats.rounds.degrees", got["degrees"], float(welch.df), "scipy, Welch", 1e-6 * float(welch.df))
    tell("cookie_cats.rounds.low", got["difference"]["low"], float(welch.confidence_interval().low), "scipy, Welch", 1e-6)


# --- offers: a temporal split, censored windows left out -------------------------------------------

def offers_table():
    """A row per offer received whose window is over; history lies strictly before the offer."""
    import numpy as np
    import pandas as pd

    events = pd.read_csv(data("starbucks_rewards", "events.csv.gz"), low_memory=False)
    people = pd.read_csv(data("starbucks_rewards", "customers.csv"))
    offers = pd.read_csv(data("starbucks_rewards", "offers.csv"))
    sent = events[events.event == "offer received"][["customer_id", "time_h", "offer_id"]]
    sent = sent.merge(offers, on="offer_id").rename(columns={"time_h": "sent"})
    sent = sent[(sent.offer_type != "informational") & (sent.sent + 24 * sent.duration <= 714)]
    events = events.sort_values(["time_h", "customer_id"], kind="stable")
    kinds = {"transaction": "purchases", "offer received": "offers_before", "offer viewed": "viewed", "offer completed": "completed"}
    for kind, name in kinds.items():
        events[name] = (events.event == kind).astype(int)
    events["spend"] = events.amount.where(events.event == "transaction", 0).fillna(0)
    events["largest"] = events.amount.where(events.event == "transaction")
    by = events.groupby("customer_id")
    history = events[["customer_id", "time_h"]].copy()
    for name in (*kinds.values(), "spend"):
        history[name] = by[name].cumsum()
    history["largest"] = by["largest"].cummax()
    history["last"] = events.time_h.where(events.event == "transaction").groupby(events.customer_id).ffill()
    table = pd.merge_asof(sent.sort_values(["sent", "customer_id"]), history, left_on="sent", right_on="time_h",
                          by="customer_id", allow_exact_matches=False)
    table["recency"] = table.sent - table["last"]
    done = events[events.event == "offer completed"][["customer_id", "offer_id", "time_h"]].rename(columns={"time_h": "done_at"})
    hits = table[["customer_id", "offer_id", "sent", "duration"]].merge(done, on=["customer_id", "offer_id"])
    hits = hits[(hits.done_at >= hits.sent) & (hits.done_at <= hits.sent + 24 * hits.duration)]
    keys = set(zip(hits.customer_id, hits.offer_id, hits.sent))
    table["done"] = [int(k in keys) for k in zip(table.customer_id, table.offer_id, table.sent)]
    people["age"] = people.age.where(people.age < 118)
    table = table.merge(people, on="customer_id")
    for name in ("purchases", "offers_before", "viewed", "completed", "spend"):
        table[name] = table[name].fillna(0)
    table["channels"] = table.channels.str.replace("[^a-z]+", " ", regex=True).str.strip()
    return table.drop(columns=["time_h", "last", "offer_id"]).replace({np.inf: np.nan})


HISTORY = ["purchases", "spend", "largest", "recency", "offers_before", "viewed", "completed"]


def starbucks():
    import xgboost
    from sklearn.metrics import roc_auc_score

    table = offers_table()
    path = work("offers.csv")
    table.to_csv(path, index=False)
    cut = table.sent.sort_values().iloc[int(len(table) * 0.8)]
    train, held = table[table.sent < cut], table[table.sent >= cut]
    known = [c for c in table.columns if c not in ("customer_id", "done", "sent")]
    for name, dropped, published in (("with_history", [], 0.88), ("without_history", HISTORY, 0.82)):
        report = lab("train", "--in", path, "--id", "customer_id", "--target", "done", "--model", "churn", "--time", "sent",
                     "--rounds", "120", "--threads", "2", *(["--drop", ",".join(dropped)] if dropped else []))
        columns = [c for c in known if c not in dropped]

        def matrix(rows):
            rows = rows[columns].copy()
            for c in rows.columns[rows.dtypes == object]:
                rows[c] = rows[c].astype("category")
            for c in rows.columns[[str(d) in ("str", "string") for d in rows.dtypes]]:
                rows[c] = rows[c].astype("category")
            return rows

        peer = xgboost.XGBClassifier(n_estimators=120, max_depth=5, learning_rate=0.06, enable_categorical=True, n_jobs=2)
        whole = matrix(table)
        peer.fit(whole.loc[train.index], train.done)
        auc = roc_auc_score(held.done, peer.predict_proba(whole.loc[held.index])[:, 1])
        tell(f"starbucks.auc_{name}", report["auc"]["value"], float(auc), f"xgboost {xgboost.__version__}", 0.015, published, at_least=True)


# --- recommendations -------------------------------------------------------------------------------

def complete_journey():
    import numpy as np
    import pandas as pd

    path = data("complete_journey", "transactions_sample.csv.gz")
    results = lab("recommend", "--in", path, "--customer", "household_id", "--item", "product_id", "--time",
                  "transaction_timestamp", "--cut", "2017-10-01", "--horizon", "90d", "--top", "10", "--evaluate")
    table = pd.read_csv(path, usecols=["household_id", "product_id", "transaction_timestamp"])
    when = pd.to_datetime(table.transaction_timestamp)
    cut = pd.Timestamp("2017-10-01")
    before = table[when < cut].drop_duplicates(["household_id", "product_id"])
    after = table[(when >= cut) & (when < cut + pd.Timedelta(days=90))].drop_duplicates(["household_id", "product_id"])
    counts = before.groupby("product_id").size()
    top = counts.reset_index(name="n").sort_values(["n", "product_id"], ascending=[False, True]).product_id.head(10)
    judged = sorted(set(after.household_id) & set(before.household_id))
    taken = after[after.household_id.isin(judged)].groupby("household_id").product_id.apply(set)
    hit = float(np.mean([bool(s & set(top)) for s in taken]))
    ours = results["results"]["all"]
    tell("complete_journey.customers_judged", results["customers_judged"], len(judged), "pandas", 0)
    tell("complete_journey.popularity.hit_rate", ours["popularity"]["hit_rate"]["value"], hit, "pandas", 0.005)
    tell("complete_journey.popularity.coverage", ours["popularity"]["coverage"], 10 / before.product_id.nunique(), "pandas", 1e-5)
    # Item-item by cosine of customers, in scipy; ours by conditional probability must not be worse.
    from scipy.sparse import csr_matrix, diags
    people = {h: i for i, h in enumerate(sorted(before.household_id.unique()))}
    items = {p: i for i, p in enumerate(sorted(before.product_id.unique()))}
    seen = csr_matrix((np.ones(len(before)), ([people[h] for h in before.household_id], [items[p] for p in before.product_id])))
    norm = diags(1 / np.sqrt(np.asarray(seen.sum(axis=0)).ravel()))
    scores = seen @ (norm @ (seen.T @ seen) @ norm)
    names = np.array(sorted(before.product_id.unique()))
    hits, shown = [], set()
    for household in judged:
        row = scores[people[household]].toarray().ravel()
        best = names[np.argsort(-row, kind="stable")[:10]]
        shown.update(best)
        hits.append(bool(taken[household] & set(best)))
    tell("complete_journey.item_item.hit_rate", ours["item_item"]["hit_rate"]["value"], float(np.mean(hits)),
         "cosine in scipy", 0.01, at_least=True)
    tell("complete_journey.item_item.above_popularity", ours["item_item"]["hit_rate"]["value"],
         ours["popularity"]["hit_rate"]["value"], "ours, popularity", 0, at_least=True)
    tell("complete_journey.item_item.coverage", ours["item_item"]["coverage"], len(shown) / len(items), "cosine in scipy")


# --- segments, drift, ranks, decisions: drawn from a seed ------------------------------------------

def clusters():
    import numpy as np
    import pandas as pd
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    draw = np.random.default_rng(3)
    centres = draw.normal(0, 6, (4, 5))
    points = np.vstack([draw.normal(c, 1, (400, 5)) for c in centres])
    table = pd.DataFrame(points, columns=list("abcde")).round(6)
    path, out = work("points.csv"), work("clusters.csv")
    table.to_csv(path, index=False)
    columns = ["--columns", "a,b,c,d,e"]
    ours = lab("cluster", "--in", path, *columns, "--k", "2..6", "--out", out)
    tell("cluster.k_chosen", ours["chosen_k"], 4, "drawn from 4 centres", 0)
    peer = KMeans(4, n_init=10, random_state=1).fit(table)
    tell("cluster.kmeans.inertia", ours["inertia"], float(peer.inertia_), "scikit-learn", 1e-6 * peer.inertia_)
    tell("cluster.kmeans.silhouette", ours["silhouette"], float(silhouette_score(table, peer.labels_)), "scikit-learn", 1e-6)
    labels = pd.read_csv(out)
    tell("cluster.kmeans.adjusted_rand", float(adjusted_rand_score(peer.labels_, labels.cluster)), 1.0, "scikit-learn", 0)
    lab("cluster", "--in", path, *columns, "--k", "4", "--method", "ward", "--out", out)
    ward = fcluster(linkage(table, "ward"), 4, "maxclust")
    tell("cluster.ward.adjusted_rand", float(adjusted_rand_score(ward, pd.read_csv(out).cluster)), 1.0, "scipy", 0)
    pca = lab("project", "--in", path, *columns, "--method", "pca")
    peer = PCA().fit(table)
    for i in range(3):
        tell(f"project.pca.variance_{i + 1}", pca["components"][i]["explained_variance"], float(peer.explained_variance_[i]), "scikit-learn", 1e-6)


def drift():
    import numpy as np
    import pandas as pd
    from scipy import stats

    draw = np.random.default_rng(4)
    then, now = draw.normal(0, 1, 3000).round(6), draw.normal(0.3, 1.2, 2500).round(6)
    pd.DataFrame({"x": then}).to_csv(work("then.csv"), index=False)
    pd.DataFrame({"x": now}).to_csv(work("now.csv"), index=False)
    ours = lab("drift", "--reference", work("then.csv"), "--current", work("now.csv"), "--bins", "10")["columns"][0]
    ks = stats.ks_2samp(then, now)
    tell("drift.ks", ours["ks"], float(ks.statistic), "scipy", 1e-5)
    edges = np.quantile(then, np.arange(1, 10) / 10)
    e, a = (np.maximum(np.bincount(np.searchsorted(edges, v, "right"), minlength=10) / len(v), 1e-4) for v in (then, now))
    tell("drift.psi", ours["psi"], float(np.sum((a - e) * np.log(a / e))), "numpy, 10 quantile bins", 0.01)


def rfm():
    import pandas as pd

    path = data("cdnow", "CDNOW_sample.txt")
    ours = lab("features", "rfm", "--in", path, "--customer", "column1", "--time", "column2", "--amount", "column4",
               "--as-of", "1998-07-01", "--customers")
    rows = pd.read_csv(path, sep=r"\s+", header=None, names=["_", "customer", "day", "items", "paid"])
    rows["day"] = pd.to_datetime(rows.day, format="%Y%m%d")
    by = rows.groupby("customer").agg(day=("day", "max"), paid=("paid", "sum"))
    recency = (pd.Timestamp("1998-07-01") - by.day).dt.days
    r = pd.qcut(recency, 5, labels=[5, 4, 3, 2, 1]).astype(int)
    m = pd.qcut(by.paid, 5, labels=[1, 2, 3, 4, 5]).astype(int)
    got = {int(c["customer"]): c for c in ours["lines"]}
    same_r = sum(got[c]["r"] == r[c] for c in by.index) / len(by)
    same_m = sum(got[c]["m"] == m[c] for c in by.index) / len(by)
    tell("rfm.recency_quintiles_alike", same_r, 1.0, "pandas qcut", 0)
    tell("rfm.monetary_quintiles_alike", same_m, 1.0, "pandas qcut", 0)


def ope():
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(5)
    x = draw.random(5000).round(6)
    p = (0.2 + 0.6 * x).round(6)
    took = draw.random(5000) < p
    reward = (draw.random(5000) < np.where(took, 0.2 + 0.3 * x, 0.3)).astype(int)
    table = pd.DataFrame({"action": np.where(took, "a", "b"), "reward": reward, "p": np.where(took, p, (1 - p).round(6)), "x": x})
    table.to_csv(work("log.csv"), index=False)
    ours = lab("ope", "--in", work("log.csv"), "--action", "action", "--reward", "reward", "--propensity", "p",
               "--policy", "CASE WHEN x > 0.4 THEN 'a' ELSE 'b' END", "--features", "x")
    weight = (np.where(x > 0.4, "a", "b") == table.action) / table.p
    tell("ope.ips", ours["ips"]["value"], float(np.mean(weight * reward)), "numpy", 1e-9)
    tell("ope.snips", ours["snips"]["value"], float(np.sum(weight * reward) / np.sum(weight)), "numpy", 1e-9)
    truth = float(np.mean(np.where(x > 0.4, 0.2 + 0.3 * x, 0.3)))
    tell("ope.dr", ours["dr"]["value"], truth, "the truth it was drawn from", 2 * (ours["dr"]["high"] - ours["dr"]["low"]) / 2)


def uplift():
    import numpy as np
    import pandas as pd
    import xgboost
    from sklift.metrics import qini_auc_score

    draw = np.random.default_rng(6)
    n = 20000
    a, b = draw.random(n).round(4), draw.random(n).round(4)
    treated = draw.random(n) < 0.5
    y = (draw.random(n) < 0.1 + 0.2 * b + np.where(treated, 0.3 * np.maximum(a - 0.3, 0), 0)).astype(int)
    table = pd.DataFrame({"arm": np.where(treated, "t", "c"), "y": y, "a": a, "b": b, "test": (np.arange(n) % 2)})
    table.to_csv(work("uplift.csv"), index=False)
    train, test = table[table.test == 0], table[table.test == 1]
    scores = np.zeros(len(test))
    for arm, sign in (("t", 1), ("c", -1)):
        rows = train[train.arm == arm]
        model = xgboost.XGBClassifier(n_estimators=60, max_depth=3, learning_rate=0.1, n_jobs=2).fit(rows[["a", "b"]], rows.y)
        scores += sign * model.predict_proba(test[["a", "b"]])[:, 1]
    theirs = qini_auc_score(test.y, scores, (test.arm == "t").astype(int))
    best = qini_auc_score(test.y, test.a, (test.arm == "t").astype(int))
    for learner in ("s", "t", "x", "class"):
        ours = lab("uplift", "--in", work("uplift.csv"), "--arm", "arm", "--control", "c", "--treatment", "t", "--outcome", "y",
                   "--learner", learner, "--features", "a,b", "--test-where", "test = 1")
        tell(f"uplift.{learner}.qini_sklift", ours["qini_sklift"], float(theirs), f"T-learner, xgboost, sklift; oracle {best:.4f}",
             0.05, at_least=True)


SECTIONS = {"cdnow": cdnow, "cookie_cats": cookie_cats, "starbucks": starbucks, "complete_journey": complete_journey,
            "clusters": clusters, "drift": drift, "rfm": rfm, "ope": ope, "uplift": uplift}


def main():
    global SIGNET, DATA
    SIGNET, DATA = sys.argv[1:3]
    for name in sys.argv[3:] or SECTIONS:
        with contextlib.suppress(BrokenPipeError):
            try:
                SECTIONS[name]()
            except (ImportError, FileNotFoundError, RuntimeError, KeyError) as missing:
                print(json.dumps({"name": name, "skipped": f"{type(missing).__name__}: {missing}"}), flush=True)


if __name__ == "__main__":
    try:
        main()
    finally:
        for file in os.listdir(WORK):
            os.remove(work(file))
        os.rmdir(WORK)
