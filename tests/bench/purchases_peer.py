#!/usr/bin/env python3
"""lifetimes beside bench_purchases: fits BG/NBD to the histories that the bench wrote.

usage: SIGNET_BENCH_HISTORIES=FILE bench_purchases; purchases_peer.py FILE

Prints one JSON object: seconds and seconds of processor time (the best of 3), parameters and the log-likelihood in natural units
(lifetimes reports its own for rescaled times). Needs lifetimes 0.11.3, pandas < 2.2, numpy < 2.
"""
import json
import sys
import time

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter
from scipy.special import betaln, gammaln


def log_likelihood(r, alpha, a, b, x, t_x, t):
    """Fader, Hardie and Lee (2005), equation (6)."""
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t)
    safe = np.maximum(x, 1)
    dropped = np.where(
        x > 0, betaln(a + 1, b + safe - 1) - betaln(a, b) - (r + x) * np.log(alpha + t_x), -np.inf)
    return float(np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(alive, dropped)))


def main():
    data = pd.read_csv(sys.argv[1])
    best = cpu = float("inf")
    for _ in range(3):
        start, cpu_start = time.perf_counter(), time.process_time()
        model = BetaGeoFitter().fit(data.frequency, data.recency, data["T"])
        best = min(best, time.perf_counter() - start)
        cpu = min(cpu, time.process_time() - cpu_start)
    p = {k: float(v) for k, v in model.params_.items()}
    print(json.dumps({
        "seconds": best,
        "cpu_seconds": cpu,
        "parameters": p,
        "log_likelihood": log_likelihood(p["r"], p["alpha"], p["a"], p["b"], data.frequency.values,
                                         data.recency.values, data["T"].values),
    }))


if __name__ == "__main__":
    main()
