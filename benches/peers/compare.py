#!/usr/bin/env python3
"""Whole-process wall time, CPU time and peak memory of Portolan and its peers on the same inputs, in one run.

    cargo build --release
    cargo run --release --example bench_inputs -- /tmp/inputs
    benches/peers/install.sh /tmp/peers
    benches/peers/compare.py --inputs /tmp/inputs --peers /tmp/peers > table.md

Every figure is the median of several runs after one warm-up, taken from the operating system's own accounting (wait4). The
tools take turns within a round, so that a machine that gets slower gets slower for all of them. A tool that needs longer
than --limit seconds for one run is stopped and shown as such. A tool that is not installed is left out, and said.
"""

import argparse
import os
import pathlib
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def measure(command, limit):
    """One run: (wall, cpu, peak MiB, status), or None where it took longer than the limit."""
    with tempfile.TemporaryFile() as sink:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd=ROOT, start_new_session=True
        )
        late = threading.Event()

        def stop():
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if late.is_set():
        return None
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode


class Tool:
    """A command line of a tool for one input."""

    def __init__(self, name, command, note=""):
        self.name, self.command, self.note = name, command, note
        self.runs, self.too_slow, self.status = [], False, None

    def run(self, limit, counted):
        if self.too_slow:
            return
        result = measure(self.command, limit)
        if result is None:
            self.too_slow = True
        else:
            self.status = result[3]
            if counted:
                self.runs.append(result[:3])

    def median(self):
        return [statistics.median(column) for column in zip(*self.runs)]


def chart_of(folder, manifests):
    """A chart whose one template is the file, for `helm lint`."""
    chart = pathlib.Path(folder) / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: bench\nversion: 1.0.0\nicon: https://example.com/i.svg\n")
    (chart / "values.yaml").write_text("")
    shutil.copy(manifests, chart / "templates" / "all.yaml")
    return str(chart)


def cases(inputs, find, scratch):
    """The inputs, and for each the tools with the command that a user would write."""
    portolan = find("portolan")

    def common(*paths):
        tools = [Tool("portolan", [portolan, "check", "--fail-on", "never", *paths])]
        if find("libyaml_events"):
            files = []
            for path in paths:
                path = pathlib.Path(path)
                files += sorted(map(str, path.rglob("*.yaml"))) if path.is_dir() else [str(path)]
            tools.append(Tool("C libyaml, events only", [find("libyaml_events"), *files]))
        if find("yamllint"):
            tools.append(Tool("yamllint", [find("yamllint"), "--no-warnings", *paths]))
        return tools

    def manifests(path):
        tools = common(path)
        if find("kubeconform"):
            none = pathlib.Path(scratch) / "no-schemas"
            location = f"{none}/{{{{.ResourceKind}}}}.json"
            tools.append(
                Tool(
                    "kubeconform",
                    [find("kubeconform"), "-schema-location", location, "-ignore-missing-schemas", path],
                    "no schema was within reach: it reads and names the objects only",
                )
            )
        if find("kube-linter"):
            large = os.path.getsize(path) > 10_000_000
            passed = "it passes over a file of this size (“no valid objects found”): what is timed is its start"
            tools.append(Tool("kube-linter", [find("kube-linter"), "lint", path], passed if large else ""))
        if find("checkov"):
            tools.append(checkov("kubernetes", "-f", path))
        return tools

    def checkov(framework, *arguments):
        return Tool(
            "checkov",
            [find("checkov"), *arguments, "--framework", framework, "--quiet", "--compact", "--skip-download"],
        )

    small = str(inputs / "values-4k.yaml")
    tools = common(small)
    tools.append(Tool("git --version", ["git", "--version"], "the yardstick of a cold start"))
    if find("helm"):
        tools.append(Tool("helm lint", [find("helm"), "lint", str(ROOT / "fixtures/chart"), "-f", small]))
    yield "one values file of 4 kB", tools

    rendered = str(inputs / "rendered-150k.yaml")
    tools = manifests(rendered)
    if find("helm"):
        chart = chart_of(scratch, rendered)
        tools.append(Tool("helm lint", [find("helm"), "lint", chart], "as a chart of that one template"))
    yield "one rendered chart, 150 kB", tools

    yield "16 MB of manifests", manifests(str(inputs / "manifests-16m.yaml"))
    yield "200 MB of manifests", manifests(str(inputs / "manifests-200m.yaml"))

    folder = str(inputs / "values-2000")
    tools = common(folder)
    if find("helm"):
        each = f"for f in $(find {shlex.quote(folder)} -name '*.yaml'); do {shlex.quote(find('helm'))} lint fixtures/chart -f $f; done"
        tools.append(Tool("helm lint", ["sh", "-c", each], "one call a file: it takes one release a call"))
    yield "2,000 values files in folders", tools


def figure(value):
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def ratio(value, base):
    times = value / base
    return f"{times:.2f} ×" if times < 10 else f"{times:,.0f} ×"


def show(title, tools, limit):
    print(f"\n### {title}\n")
    print("| tool | wall, s | CPU, s | peak, MiB | wall against Portolan | CPU | memory |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    base = tools[0].median()
    notes = []
    for tool in tools:
        if tool.too_slow or not tool.runs:
            print(f"| {tool.name} | > {limit} | | | > {ratio(limit, base[0])} | | |")
            continue
        median = tool.median()
        figures = " | ".join([*map(figure, median[:2]), f"{median[2]:.0f}"])
        print(f"| {tool.name} | {figures} | {' | '.join(map(ratio, median, base))} |")
        if tool.note:
            notes.append(f"{tool.name}: {tool.note}.")
    if notes:
        print("\n" + " ".join(notes))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=pathlib.Path, required=True, help="what the example bench_inputs wrote")
    parser.add_argument("--peers", type=pathlib.Path, required=True, help="what install.sh filled")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each (default 5)")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a run is stopped (default 120)")
    parser.add_argument("--only", default="", help="only inputs whose title holds this")
    options = parser.parse_args()

    places = [options.peers, options.peers / "venv/bin", ROOT / "target/release"]

    def find(name):
        for place in places:
            if (place / name).is_file():
                return str(place / name)
        return shutil.which(name)

    if not find("portolan"):
        sys.exit("build it first: cargo build --release")
    missing = [t for t in ["helm", "kubeconform", "kube-linter", "yamllint", "checkov", "libyaml_events"] if not find(t)]
    if missing:
        print(f"left out, not installed: {', '.join(missing)}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        for title, tools in cases(options.inputs.resolve(), find, scratch):
            if options.only not in title:
                continue
            for counted in [False] + [True] * options.runs:
                for tool in tools:
                    tool.run(options.limit, counted)
            show(title, tools, options.limit)


if __name__ == "__main__":
    main()
