"""The same shapes on Dask distributed (two worker processes, one thread each, not durable).

Prints one JSON object: tasks_per_s, ready_to_running_p99_ms, foreach100_ms, chain40_ms.
"""
import json
import time

from dask.distributed import Client, LocalCluster


def noop(*_):
    return None


def timed(work):
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def main():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather(client.map(noop, range(100), pure=False))
        count = 5000
        rate = timed(lambda: client.gather(client.map(noop, range(count), pure=False)))
        single = sorted(timed(lambda: client.submit(noop, pure=False).result()) for _ in range(200))
        wide = sorted(timed(lambda: client.gather(client.map(noop, range(100), pure=False))) for _ in range(10))

        def chain():
            last = client.submit(noop, pure=False)
            for _ in range(39):
                last = client.submit(noop, last, pure=False)
            last.result()

        chains = sorted(timed(chain) for _ in range(10))
    print(json.dumps({"tasks_per_s": 1000 * count / rate, "ready_to_running_p99_ms": single[198],
                      "foreach100_ms": wide[5], "chain40_ms": chains[5]}))


if __name__ == "__main__":
    main()
