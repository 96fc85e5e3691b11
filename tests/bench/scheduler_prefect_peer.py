"""The same shapes on Prefect (its own server in this process' care, states in SQLite).

Prints one JSON object: tasks_per_s, ready_to_running_p99_ms, foreach100_ms, chain40_ms.
"""
import json
import logging
import os
import tempfile
import time

os.environ.update(PREFECT_HOME=tempfile.mkdtemp(prefix="signet-prefect-"), PREFECT_LOGGING_LEVEL="CRITICAL",
                  PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
from prefect import flow, task  # noqa: E402

logging.disable(logging.CRITICAL)


@task
def noop(before=None):
    return None


@flow
def wide(count):
    for future in [noop.submit() for _ in range(count)]:
        future.result()


@flow
def chain(count):
    last = noop.submit()
    for _ in range(count - 1):
        last = noop.submit(last)
    last.result()


def timed(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return 1000 * (time.perf_counter() - began)


def main():
    wide(2)
    rate = timed(wide, 200)
    single = sorted(timed(wide, 1) for _ in range(20))
    print(json.dumps({"tasks_per_s": 1000 * 200 / rate, "ready_to_running_p99_ms": single[-1],
                      "foreach100_ms": sorted(timed(wide, 100) for _ in range(3))[1],
                      "chain40_ms": sorted(timed(chain, 40) for _ in range(3))[1]}))


if __name__ == "__main__":
    main()
