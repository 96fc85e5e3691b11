#!/usr/bin/env python3
"""The loyalty job as a data team would write it in Python: the peer of e2e.vs_python.

usage: python_loyalty_job.py DATA OUT     (needs pandas, numpy, scipy, scikit-learn, xgboost, lifetimes,
                                            cryptography)

The same steps as pipelines/definitions/loyalty.yaml on the same files, vectorised where pandas can:
reads all sources, replaces identifiers by HMAC tokens, encrypts the e-mail addresses one by one and
each table at rest (AES-256-GCM), applies consent, checks the data, makes RFM and behaviour features at
three cut-offs, trains churn and CLV with xgboost, scores with reasons, fits MBG/NBD and Gamma-Gamma,
measures drift, cuts four segments, clusters for k = 3..5, ranks, tiers, draws a t-SNE map of 2,000,
learns uplift (X-learner), chooses offers under their budgets, finds hours to send, evaluates the
experiment twice (CUPED) and writes the members, encrypted. It has no log, no lineage, no per-purpose
access, no erasure, no report and no model cards.
"""
import glob
import hashlib
import hmac
import io
import json
import os
import sys

import numpy as np
import pandas as pd
import xgboost
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lifetimes import GammaGammaFitter, ModifiedBetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.manifold import TSNE
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

KEY = os.urandom(32)
AEAD = AESGCM(os.urandom(32))
AS_OF = pd.Timestamp("2026-01-01")
HORIZON = pd.Timedelta(days=90)


def token(values):
    """HMAC of each different value, as text columns hold few of them."""
    unique = pd.unique(values.dropna())
    made = {v: hmac.new(KEY, str(v).encode(), hashlib.sha256).hexdigest()[:32] for v in unique}
    return values.map(made)


def seal(table, out, name):
    buffer = io.BytesIO()
    table.to_pickle(buffer)
    nonce = os.urandom(12)
    with open(os.path.join(out, name + ".sealed"), "wb") as file:
        file.write(nonce + AEAD.encrypt(nonce, buffer.getvalue(), name.encode()))


def read_sources(data):
    crm = pd.read_csv(os.path.join(data, "crm.csv"), dtype=str)
    orders = pd.concat(pd.read_csv(p, dtype=str) for p in sorted(glob.glob(data + "/transactions-*.csv")))
    web = pd.concat(pd.read_json(p, lines=True, dtype=False) for p in sorted(glob.glob(data + "/web-*.jsonl")))
    offers = pd.read_csv(os.path.join(data, "offer_events.csv"), dtype=str)
    arms = pd.read_csv(os.path.join(data, "experiment_assignments.csv"), dtype=str)
    exposures = pd.read_csv(os.path.join(data, "experiment_exposures.csv"), dtype=str)
    return crm, orders, web, offers, arms, exposures


def govern(crm, orders, web, offers, arms, exposures):
    """Types, duplicates, tokens; one person by e-mail or card where the id is missing."""
    crm["email"] = crm["email"].str.strip().str.lower()
    by_card = dict(zip(crm["loyalty_card"], crm["customer_id"]))
    by_email = dict(zip(crm["email"], crm["customer_id"]))
    orders = orders.drop_duplicates("line_id")
    orders["ordered_at"] = pd.to_datetime(orders["ordered_at"], errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
    orders["amount"] = pd.to_numeric(orders["amount"], errors="coerce")
    orders["discount"] = pd.to_numeric(orders["discount"], errors="coerce")
    orders = orders.dropna(subset=["ordered_at", "amount"])
    orders["customer_id"] = orders["customer_id"].fillna(orders["loyalty_card"].map(by_card)).fillna(
        orders["email"].str.strip().str.lower().map(by_email))
    orders = orders.dropna(subset=["customer_id"])
    web = web.drop_duplicates("event_id")
    web["occurred_at"] = pd.to_datetime(web["occurred_at"], errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
    cookies = web.dropna(subset=["customer_id"]).drop_duplicates("cookie_id").set_index("cookie_id")["customer_id"]
    web["customer_id"] = web["customer_id"].fillna(web["cookie_id"].map(cookies))
    web = web.dropna(subset=["customer_id", "occurred_at"])
    offers["occurred_at"] = pd.to_datetime(offers["occurred_at"], errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
    crm["escrow"] = [AEAD.encrypt(n := os.urandom(12), str(e).encode(), b"email") for e in crm["email"]]
    for table in (crm, orders, web, offers, arms, exposures):
        table["subject"] = token(table["customer_id"])
        table.drop(columns=[c for c in ("customer_id", "email", "phone", "first_name", "last_name",
                                        "loyalty_card", "cookie_id", "device_id") if c in table],
                   inplace=True)
    return crm.drop_duplicates("subject"), orders, web, offers, arms, exposures


def plausible(orders, products):
    assert len(orders) >= 100 and products["product_id"].is_unique
    return orders["amount"].between(-20000, 20000).all()


def purchase_models(orders):
    """MBG/NBD and Gamma-Gamma; what each customer is worth in the next 90 days."""
    bought = orders[(orders.ordered_at < AS_OF) & ~orders["returned"].astype(str).str.lower().isin(["true", "1"])]
    summary = summary_data_from_transaction_data(bought, "subject", "ordered_at", "amount",
                                                 observation_period_end=AS_OF, freq="D")
    process = ModifiedBetaGeoFitter(penalizer_coef=1e-6).fit(summary["frequency"], summary["recency"], summary["T"])
    repeat = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    value = GammaGammaFitter(penalizer_coef=1e-6).fit(repeat["frequency"], repeat["monetary_value"])
    count = process.conditional_expected_number_of_purchases_up_to_time(
        HORIZON.days, summary["frequency"], summary["recency"], summary["T"])
    mean = value.conditional_expected_average_profit(summary["frequency"], summary["monetary_value"].clip(lower=0.01))
    return (count * mean).rename("expected_value")


def drift(reference, current):
    """PSI over deciles and Kolmogorov-Smirnov, per feature."""
    found = {}
    for name in reference:
        old, new = reference[name].dropna(), current[name].dropna()
        edges = np.unique(np.quantile(old, np.linspace(0, 1, 11))) if len(old) else np.array([])
        if len(edges) < 3:
            continue
        edges[0], edges[-1] = -np.inf, np.inf
        p = np.histogram(old, edges)[0] / len(old) + 1e-6
        q = np.histogram(new, edges)[0] / len(new) + 1e-6
        found[name] = (float(((q - p) * np.log(q / p)).sum()), float(stats.ks_2samp(old, new).statistic))
    return found


def clusters(profile):
    """k of 3..5 by silhouette on a sample, three seedings each; log scale."""
    x = np.log1p(profile[["orders_count", "spend_365d", "discount_share"]].fillna(0).clip(lower=0))
    x = StandardScaler().fit_transform(x)
    best = None
    for k in (3, 4, 5):
        model = KMeans(k, n_init=3, random_state=1).fit(x)
        fit = silhouette_score(x, model.labels_, sample_size=min(len(x), 5000), random_state=1)
        if best is None or fit > best[0]:
            best = (fit, k, model.labels_)
    return pd.Series(best[2], index=profile.index, name="group")


def quintile(values, ascending):
    return pd.qcut(values.rank(method="first", ascending=ascending), 5, labels=False) + 1


def t_sne(profile):
    sample = profile.sample(min(len(profile), 2000), random_state=1)
    columns = ["orders_count", "spend_365d", "recency", "discount_share", "churn", "value"]
    return TSNE(max_iter=300, random_state=1, init="pca").fit_transform(
        StandardScaler().fit_transform(sample[columns].fillna(0)))


def uplift(features_before, arms, bought):
    """X-learner: a model of the outcome per arm, then models of the imputed effects."""
    tested = features_before.join(arms["arm"], how="inner")
    x = tested.drop(columns="arm")
    y = pd.Series(x.index.isin(bought), index=x.index).astype(float)
    treated = tested["arm"] == "treatment"
    options = {"n_estimators": 100, "max_depth": 3, "learning_rate": 0.1, "tree_method": "hist", "n_jobs": 2}

    def fit(rows, target):
        return xgboost.XGBRegressor(**options).fit(x[rows], target)

    with_offer, without = fit(treated, y[treated]), fit(~treated, y[~treated])
    gain = fit(treated, y[treated] - without.predict(x[treated]))
    loss = fit(~treated, with_offer.predict(x[~treated]) - y[~treated])
    share = treated.mean()
    made = (1 - share) * gain.predict(features_before[x.columns]) + share * loss.predict(features_before[x.columns])
    return pd.Series(made, index=features_before.index, name="uplift")


def best_offers(effect, profile, offers, budget):
    """Greedy by value with a budget per offer; one offer per customer."""
    people = profile[["spend_365d", "orders_count"]].join(effect, how="inner")
    people = people[(people["uplift"] > 0) & (people["orders_count"] >= 1)]
    running = offers[pd.to_datetime(offers["starts_on"]) >= AS_OF - pd.Timedelta(days=120)]
    worth = people["uplift"] * people["spend_365d"] / people["orders_count"]
    pairs = pd.concat(pd.DataFrame({"offer": o.offer_id, "value": worth * (1 - float(o.percent) / 100)})
                      for o in running.itertuples())
    left, chosen = dict.fromkeys(running["offer_id"], budget), {}
    for subject, offer, value in pairs.sort_values("value", ascending=False).itertuples():
        if subject not in chosen and left[offer] > 0:
            chosen[subject] = offer
            left[offer] -= 1
    return pd.Series(chosen, name="offer")


def best_hours(offers):
    """Share of opened offers by weekday and hour, per customer, smoothed by everybody's."""
    got = offers.assign(hour=offers.occurred_at.dt.hour, day=offers.occurred_at.dt.dayofweek,
                        hit=offers.event.isin(["viewed", "redeemed"]).astype(float))
    everybody = got.groupby(["day", "hour"])["hit"].mean().rename("prior")
    own = got.groupby(["subject", "day", "hour"])["hit"].agg(["sum", "count"]).join(everybody)
    own["rate"] = (own["sum"] + 10 * own["prior"]) / (own["count"] + 10)
    return own["rate"].groupby("subject").idxmax()


def read_out(units, orders, start, end):
    """Conversion and spend by arm: z test, Welch on CUPED-adjusted spend, sample ratio."""
    inside = orders[(orders.ordered_at >= start) & (orders.ordered_at < end)].groupby("subject")["amount"].sum()
    before = orders[(orders.ordered_at >= start - pd.Timedelta(days=90)) & (orders.ordered_at < start)]
    y = inside.reindex(units.index).fillna(0)
    x = before.groupby("subject")["amount"].sum().reindex(units.index).fillna(0)
    theta = np.cov(x, y)[0, 1] / max(x.var(), 1e-12)
    adjusted = y - theta * (x - x.mean())
    control, treatment = units["arm"] == "control", units["arm"] == "treatment"
    ratio = stats.chisquare([control.sum(), treatment.sum()])
    welch = stats.ttest_ind(adjusted[treatment], adjusted[control], equal_var=False)
    converted = (y > 0).groupby(units["arm"]).agg(["mean", "count"])
    return {"conversion": converted["mean"].to_dict(), "spend_p": welch.pvalue, "ratio_p": ratio.pvalue}


def features(orders, web, offers, people, at):
    orders, web, offers = orders[orders.ordered_at < at], web[web.occurred_at < at], offers[offers.occurred_at < at]
    made = pd.DataFrame(index=people)
    grouped = orders.groupby("subject")
    made["orders_count"] = grouped["order_id"].nunique()
    made["recency"] = (at - grouped["ordered_at"].max()).dt.days
    made["tenure"] = (at - grouped["ordered_at"].min()).dt.days
    made["discount_share"] = grouped["discount"].sum() / grouped["amount"].sum().clip(lower=0.01)
    made["items"] = grouped["product_id"].nunique()
    for days in (30, 90, 365):
        recent = orders[orders.ordered_at >= at - pd.Timedelta(days=days)].groupby("subject")
        made[f"spend_{days}d"] = recent["amount"].sum()
        made[f"orders_{days}d"] = recent["order_id"].nunique()
        for channel in ("store", "online"):
            one = orders[(orders.ordered_at >= at - pd.Timedelta(days=days)) & (orders.channel == channel)]
            made[f"{channel}_{days}d"] = one.groupby("subject")["order_id"].nunique()
        seen = web[web.occurred_at >= at - pd.Timedelta(days=days)]
        for event in ("cart", "search"):
            made[f"web_{event}_{days}d"] = seen[seen.event == event].groupby("subject").size()
        made[f"web_{days}d"] = seen.groupby("subject").size()
        got = offers[offers.occurred_at >= at - pd.Timedelta(days=days)]
        for event in ("viewed", "redeemed"):
            made[f"offers_{event}_{days}d"] = got[got.event == event].groupby("subject").size()
    counts = [c for c in made if c not in ("recency", "tenure", "discount_share")]
    made[counts] = made[counts].fillna(0)
    return made


def main():
    data, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    crm, orders, web, offers, arms, exposures = govern(*read_sources(data))
    products = pd.read_csv(os.path.join(data, "products.csv"), dtype=str)
    running = pd.read_csv(os.path.join(data, "offers.csv"), dtype=str)
    plausible(orders, products)
    for name, table in (("crm", crm), ("orders", orders), ("web", web), ("offers", offers), ("arms", arms),
                        ("exposures", exposures)):
        seal(table, out, name)
    consented = crm[crm["analytics_ok"].astype(str).str.lower().isin(["true", "1", "yes"])]["subject"]
    history = features(orders, web, offers, consented, AS_OF - HORIZON)
    behaviour = features(orders, web, offers, consented, AS_OF)
    window = orders[(orders.ordered_at >= AS_OF - HORIZON) & (orders.ordered_at < AS_OF)]
    spent = window.groupby("subject")["amount"].sum().reindex(history.index).fillna(0)
    known = history["orders_count"] >= 1
    x, churned, value = history[known], (spent[known] <= 0).astype(int), spent[known]
    fit, held = train_test_split(np.arange(len(x)), test_size=0.2, random_state=1)
    options = {"n_estimators": 300, "max_depth": 5, "learning_rate": 0.05, "tree_method": "hist",
               "early_stopping_rounds": 20, "n_jobs": 2}
    churn = xgboost.XGBClassifier(objective="binary:logistic", eval_metric="logloss", **options)
    churn.fit(x.iloc[fit], churned.iloc[fit], eval_set=[(x.iloc[held], churned.iloc[held])], verbose=False)
    clv = xgboost.XGBRegressor(objective="reg:squarederror", **options)
    clv.fit(x.iloc[fit], value.iloc[fit], eval_set=[(x.iloc[held], value.iloc[held])], verbose=False)
    auc = roc_auc_score(churned.iloc[held], churn.predict_proba(x.iloc[held])[:, 1])
    scores = pd.DataFrame({"churn": churn.predict_proba(behaviour)[:, 1], "clv": clv.predict(behaviour)},
                          index=behaviour.index)
    reasons = churn.get_booster().predict(xgboost.DMatrix(behaviour), pred_contribs=True)
    scores["reason"] = np.abs(reasons[:, :-1]).argmax(axis=1)
    seal(scores, out, "scores")
    expected = purchase_models(orders[orders["subject"].isin(set(consented))])
    moved = drift(history, behaviour)
    may = set(crm[crm["segmentation_ok"].astype(str).str.lower().isin(["true", "1", "yes"])]["subject"])
    profile = scores.join(behaviour).join(expected)
    profile = profile[profile.index.isin(may)]
    profile["value"] = (profile["clv"] + profile["expected_value"].fillna(profile["clv"])) / 2
    segments = {
        "at_risk": profile[(profile.churn >= 0.6) & (profile.clv >= 10) & (profile.orders_count >= 2)],
        "champions": profile[(profile.churn < 0.25) & (profile.clv >= 60)],
        "discount_driven": profile[(profile.discount_share >= 0.15) & (profile.orders_count >= 3)],
        "browsing_not_buying": profile[(profile.web_30d >= 1) & (profile.orders_90d == 0)],
    }
    buyers = profile[profile["orders_count"] >= 1].copy()
    buyers["group"] = clusters(buyers)
    buyers["r"] = quintile(buyers["recency"], ascending=False)
    buyers["f"], buyers["m"] = quintile(buyers["orders_count"], True), quintile(buyers["spend_365d"], True)
    buyers["tier"] = quintile(buyers["value"], ascending=False)
    grid = buyers.groupby([quintile(buyers["tenure"], True), quintile(buyers["value"], True)])["churn"].mean()
    seal(buyers, out, "profile")
    picture = t_sne(buyers)
    start, end = AS_OF - pd.Timedelta(days=150), AS_OF - pd.Timedelta(days=105)
    arms = arms.drop_duplicates("subject").set_index("subject")
    then = features(orders, web, offers, list(may), start)
    bought = set(orders[(orders.ordered_at >= start) & (orders.ordered_at < end)]["subject"])
    effect = uplift(then, arms, bought)
    offered = best_offers(effect, profile, running, budget=len(profile))
    hours = best_hours(offers[offers["subject"].isin(may)])
    reached = arms[arms.index.isin(set(exposures["subject"]))]
    outcome = {"all": read_out(arms, orders, start, end), "exposed": read_out(reached, orders, start, end)}
    for name, table in (("uplift", effect), ("offers", offered), ("hours", hours)):
        seal(table.to_frame(), out, name)
    for name, members in segments.items():
        seal(pd.DataFrame(index=members.index).reset_index(), out, name)
    print(json.dumps({"segments": {n: len(m) for n, m in segments.items()}, "auc": auc, "experiment": outcome,
                      "drifted": sum(psi > 0.2 for psi, _ in moved.values()), "cells": len(grid),
                      "map": len(picture), "offers": len(offered), "hours": len(hours)}))


main()
