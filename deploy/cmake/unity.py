#!/usr/bin/env python3
"""Packs sources into batches that compile as one unit: headers are read once a batch (ADR 0046).

usage: deploy/cmake/unity.py OUT TARGET SOURCE...     (rooms.cmake calls it, with whole paths)

Writes OUT/TARGET_<n>.cc, which includes its sources, and prints what is to be compiled in place of the
given sources, one a line: batches, sources that stand alone, headers. A batch that stays the same is
not touched. deploy/ci/clang_tidy packs with the same rule.
"""
import functools
import os
import re
import sys

FILES_MAX = 8
# What a file names in the first column: types, aliases, constants, and functions that are no class's.
DECLARED = re.compile(
    r"^(?:(?:class|struct|enum class|enum|using) (\w+)\b(?!::)"
    r"|(?:inline |static )*const(?:expr)? [^=({]*?\b(k\w+)\b"
    r"|(?!TEST|BENCHMARK|extern)\w[\w:<>,&*\[\] ]*[ &*>](\w+)\()", re.MULTILINE)
# using testing_support::ProcessResult; may stand in two files of a batch.
BORROWED = re.compile(r"^using ([\w:]+::(\w+));", re.MULTILINE)
UNNAMED = re.compile(r"^namespace \{$.*?^\}  // namespace$", re.MULTILINE | re.DOTALL)
INCLUDED = re.compile(r'^#include "(.+\.h)"$', re.MULTILINE)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def declared(text):
    return {name for groups in DECLARED.findall(text) for name in groups if name}


@functools.lru_cache(maxsize=None)
def of_header(path):
    """What a header of ours names, and the headers that it includes."""
    try:
        with open(os.path.join(ROOT, path)) as header:
            text = header.read()
    except FileNotFoundError:  # generated
        return set(), []
    return declared(text), INCLUDED.findall(text)


class Source:
    """`own` tells of each name of the file where it comes from; `private` are those of its unnamed
    namespace; `heard` are its headers' names."""

    def __init__(self, path):
        with open(path) as source:
            text = source.read()
        self.own = {name: whole for whole, name in BORROWED.findall(text)}
        self.own.update((name, path) for name in declared(text))
        self.private = {name for part in UNNAMED.findall(text) for name in declared(part)}
        self.heard, seen, left = set(), set(), INCLUDED.findall(text)
        while left:
            header = left.pop()
            if header not in seen:
                seen.add(header)
                names, includes = of_header(header)
                self.heard |= names
                left += includes

    def bears(self, other):
        """Whether the two may be one unit."""
        return (all(other.own.get(name, origin) == origin for name, origin in self.own.items())
                and not other.heard & self.private and not self.heard & other.private)


def batches(paths):
    """Lists of up to FILES_MAX files that do not get in each other's way, in the order of their first."""
    packed = []
    for path in paths:
        source = Source(path)
        for batch in packed:
            if len(batch) < FILES_MAX and all(source.bears(other) for _, other in batch):
                break
        else:
            batch = []
            packed.append(batch)
        batch.append((path, source))
    return [[path for path, _ in batch] for batch in packed]


def sources_of(path):
    """The files that a batch includes, as they are named there."""
    with open(path) as batch:
        return re.findall(r'^#include "(.+)"$', batch.read(), re.MULTILINE)


def write(path, text):
    if os.path.exists(path):
        with open(path) as file:
            if file.read() == text:
                return
    with open(path, "w") as file:
        file.write(text)


def main():
    out, target, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.makedirs(out, exist_ok=True)
    headers = [source for source in sources if not source.endswith(".cc")]
    packed = batches([source for source in sources if source.endswith(".cc")])
    for number, batch in enumerate(packed):
        if len(batch) == 1:
            print(batch[0])
            continue
        path = os.path.join(out, f"{target}_{number}.cc")
        # Named from the root, so that two clones have the same batches (for ccache).
        write(path, "".join(f'#include "{os.path.relpath(source, ROOT)}"\n' for source in batch))
        print(path)
    for header in headers:
        print(header)


if __name__ == "__main__":
    main()
