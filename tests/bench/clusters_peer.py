"""The peer of clusters_bench.cc: the same rows in scikit-learn and scipy, one JSON line a figure.

Needs numpy, scipy and scikit-learn (a venv outside of the tree). --tsne adds t-SNE of 20,000 rows (minutes)."""
import json
import sys
import time

import numpy as np
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score


def uniforms(count):
    with np.errstate(over="ignore"):
        x = np.uint64(1) + np.uint64(0x9E3779B97F4A7C15) * np.arange(1, count + 1, dtype=np.uint64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53


def rows(n, d=8):
    i = np.arange(n)[:, None]
    c = np.arange(d)[None, :]
    base = ((i % 12 * 7 + c * 5) % 12) / 4.0
    return base + uniforms(n * d * 4).reshape(n, d, 4).sum(axis=2)


def now():
    return time.perf_counter(), time.process_time()


def told(name, start, **more):
    """Milliseconds by the clock, and of CPU over all threads."""
    wall, cpu = (1000 * (b - a) for a, b in zip(start, now()))
    print(json.dumps({"name": name, "ms": wall, "cpu_ms": cpu, **more}), flush=True)


x = rows(1_000_000)
for _ in range(3):  # the best counts
    start = now()
    fit = KMeans(8, init=x[0:96:12], n_init=1, tol=1e-4).fit(x)
    told("cluster.kmeans", start, inertia=fit.inertia_, iterations=fit.n_iter_)
start = now()
fits = [KMeans(8, n_init=1, random_state=seed, tol=1e-4).fit(x) for seed in range(5)]
told("cluster.kmeans_seeded", start, inertia=np.mean([f.inertia_ for f in fits]),
     iterations=np.mean([f.n_iter_ for f in fits]))
x = rows(20_000)
start = now()
told("cluster.silhouette", start, silhouette=silhouette_score(x, np.arange(20_000) % 12))
x = rows(5_000)
start = now()
told("cluster.ward", start, height=linkage(x, "ward")[-1, 2])
if "--tsne" in sys.argv:
    from sklearn.manifold import TSNE

    x = rows(20_000)
    start = now()
    map_ = TSNE(init="pca", n_jobs=2).fit(x)
    told("project.tsne", start, kl=map_.kl_divergence_)
