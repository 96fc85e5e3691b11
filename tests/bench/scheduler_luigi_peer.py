"""The same shapes on Luigi (one worker in this process, local scheduler, nothing durable).

Prints one JSON object: tasks_per_s, ready_to_running_p99_ms, foreach100_ms, chain40_ms.
"""
import itertools
import json
import time

import luigi

DONE = set()
RUN = itertools.count()


class Noop(luigi.Task):
    run_number = luigi.IntParameter()
    number = luigi.IntParameter()

    def complete(self):
        return self.task_id in DONE

    def run(self):
        DONE.add(self.task_id)


class Link(Noop):
    def requires(self):
        return [Link(self.run_number, self.number - 1)] if self.number > 0 else []


def build(tasks):
    began = time.perf_counter()
    if not luigi.build(tasks, local_scheduler=True, workers=1, no_lock=True, log_level="CRITICAL"):
        raise SystemExit("luigi failed")
    return 1000 * (time.perf_counter() - began)


def wide(count):
    run = next(RUN)
    return build([Noop(run, i) for i in range(count)])


def main():
    wide(10)
    count = 2000
    rate = wide(count)
    single = sorted(wide(1) for _ in range(100))
    print(json.dumps({"tasks_per_s": 1000 * count / rate, "ready_to_running_p99_ms": single[98],
                      "foreach100_ms": sorted(wide(100) for _ in range(10))[5],
                      "chain40_ms": sorted(build([Link(next(RUN), 39)]) for _ in range(10))[5]}))


if __name__ == "__main__":
    main()
