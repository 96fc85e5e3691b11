#!/usr/bin/env python3
"""The loyalty job as a data team would write it in Python: the peer of e2e.vs_python.

usage: python_loyalty_job.py DATA OUT     (needs pandas, numpy, scikit-learn, xgboost, cryptography)

The same work as pipelines/definitions/loyalty.yaml on the same files, vectorised where pandas can:
reads all sources, replaces identifiers by HMAC tokens, encrypts the e-mail addresses one by one and
each table at rest (AES-256-GCM), applies consent, makes RFM and behaviour features at two cut-offs,
trains churn and CLV with xgboost, scores, cuts four segments, evaluates the experiment and writes
the members, encrypted. It has no log, no lineage, no per-purpose access and no erasure.
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
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

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
    return crm, orders, web, offers, arms


def govern(crm, orders, web, offers, arms):
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
    for table in (crm, orders, web, offers, arms):
        table["subject"] = token(table["customer_id"])
        table.drop(columns=[c for c in ("customer_id", "email", "phone", "first_name", "last_name",
                                        "loyalty_card", "cookie_id", "device_id") if c in table],
                   inplace=True)
    return crm.drop_duplicates("subject"), orders, web, offers, arms


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
    crm, orders, web, offers, arms = govern(*read_sources(data))
    for name, table in (("crm", crm), ("orders", orders), ("web", web), ("offers", offers)):
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
    may = set(crm[crm["segmentation_ok"].astype(str).str.lower().isin(["true", "1", "yes"])]["subject"])
    profile = scores.join(behaviour)
    profile = profile[profile.index.isin(may)]
    segments = {
        "at_risk": profile[(profile.churn >= 0.6) & (profile.clv >= 10) & (profile.orders_count >= 2)],
        "champions": profile[(profile.churn < 0.25) & (profile.clv >= 60)],
        "discount_driven": profile[(profile.discount_share >= 0.15) & (profile.orders_count >= 3)],
        "browsing_not_buying": profile[(profile.web_30d >= 1) & (profile.orders_90d == 0)],
    }
    start, end = AS_OF - pd.Timedelta(days=150), AS_OF - pd.Timedelta(days=105)
    bought = orders[(orders.ordered_at >= start) & (orders.ordered_at < end)].groupby("subject")["amount"].sum()
    arms = arms.drop_duplicates("subject").set_index("subject")
    arms["converted"] = arms.index.isin(bought.index)
    rates = arms.groupby("arm")["converted"].mean().to_dict()
    for name, members in segments.items():
        seal(pd.DataFrame(index=members.index).reset_index(), out, name)
    print(json.dumps({"segments": {n: len(m) for n, m in segments.items()}, "auc": auc, "conversion": rates}))


main()
