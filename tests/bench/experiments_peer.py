#!/usr/bin/env python3
"""The same read-out with pandas and scipy: 20 metrics over SIGNET_BENCH_USERS users (10 million).

Prints one JSON line: seconds from the data frame to all differences, intervals and p-values.
"""
import json
import os
import time

import numpy as np
import pandas as pd
from scipy import stats

USERS = int(os.environ.get("SIGNET_BENCH_USERS", "10000000"))


def table():
    i = np.arange(USERS, dtype=np.int64)
    columns = {"id": i, "arm": np.where(i * 7919 % 1009 < 504, "a", "b")}
    for m in range(20):
        mixed = i * (104729 + 2 * m) % 10007
        columns[f"m{m}"] = mixed < 1200 if m % 2 == 0 else np.maximum(0, mixed - 8000).astype(np.int32)
    return pd.DataFrame(columns)


def read_out(frame):
    if frame["id"].nunique() != len(frame):
        raise SystemExit("a unit occurs twice")
    arms = {name: group for name, group in frame.groupby("arm")}
    stats.chisquare([len(group) for group in arms.values()])
    results = {}
    for m in range(20):
        a, b = (arms[name][f"m{m}"].astype(float) for name in ("a", "b"))
        test = stats.ttest_ind(b, a, equal_var=False)
        interval = test.confidence_interval()
        results[f"m{m}"] = (b.mean() - a.mean(), interval.low, interval.high, test.pvalue)
    return results


frame = table()
begin = time.perf_counter()
read_out(frame)
print(json.dumps({"name": "experiments.readout_20x10m", "peer": "pandas + scipy",
                  "users": USERS, "seconds": time.perf_counter() - begin}))
