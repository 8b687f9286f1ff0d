#!/usr/bin/env python3
"""Our kernels beside the peers' on the same graphs, in one session.

    bench/run.py --work DIR              # everything on the Porto graph, ours and the floor on 250,000 nodes
    bench/run.py --work DIR --big        # also 1,000,000 nodes
    bench/run.py --work DIR --curve      # time and memory of ours against size, up to 5,000,000 nodes
    bench/run.py --work DIR --quick      # ours and the floor only

DIR is kept between runs and lies outside the repository: Python environments (made on first use, also
given by --python and --python312), graphs and answers. Peers, their scripts and the floor program are
in ../shared/bench (or --shared, or YIKE_SHARED). Engines take turns, run after run, so that what else the
machine does falls on all alike. Answers of ours are compared with the floor's, byte for byte (t3:
sorted); peers compare theirs themselves. Medians go to bench/results.csv, one dated row each.
"""
import argparse, array, concurrent.futures, csv, datetime, json, os, shutil, statistics, subprocess, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TASKS = ["t1k1", "t1k5", "t2", "t3"]
PACKAGES = ["numpy", "scipy", "pandas", "osmium", "networkit", "pandana", "cityseer", "routx"]
FIELDS = ["date", "commit", "cores", "graph", "task", "engine", "threads", "runs", "prep_s", "query_s", "worst_s",
          "mb", "differences", "note"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", required=True, type=Path, help="folder outside the repository, kept between runs")
    p.add_argument("--shared", type=Path, default=Path(os.environ.get("YIKE_SHARED", ROOT.parent / "shared")))
    p.add_argument("--python", type=Path, help="Python with " + ", ".join(PACKAGES))
    p.add_argument("--python312", type=Path, help="Python 3.12 or newer with pyvalhalla and numpy")
    p.add_argument("--runs", type=int, default=7, help="runs of ours and the floor on the Porto graph")
    p.add_argument("--peer-runs", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--big", action="store_true", help="1,000,000 nodes too")
    p.add_argument("--curve", action="store_true", help="ours against size, up to 5,000,000 nodes")
    p.add_argument("--quick", action="store_true", help="ours and the floor only")
    p.add_argument("--results", type=Path, default=HERE / "results.csv")
    a = p.parse_args()
    a.work = a.work.resolve()
    if ROOT in a.work.parents or a.work == ROOT:
        p.error("--work must lie outside the repository")
    if not (a.shared / "bench/floor/floor.cpp").exists():
        p.error(f"no peer benchmarks in {a.shared}/bench; give --shared or YIKE_SHARED")
    return a


def run(command, timeout=900, **keywords):
    """Runs a command and returns its JSON lines; complains and returns none if it fails."""
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=timeout, **keywords)
    except (subprocess.TimeoutExpired, OSError) as error:
        say(f"  skipped: {error}")
        return []
    if done.returncode:
        say(f"  failed: {' '.join(map(str, command))}\n{done.stderr[-600:]}")
        return []
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def compare(ref, own, task):
    """Number of values of ours that differ from the floor's. In a process of its own: what this process once
    held would count as the memory of every program it starts."""
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        return pool.submit(differing, ref, own, task).result()


def differing(ref, own, task):
    count = 0
    for name in {"t2": ["t2_pop.bin", "t2_cnt.bin"]}.get(task, [task + ".bin"]):
        a, b = (folder.joinpath(name).read_bytes() for folder in (ref, own))
        if a == b:
            continue
        x, y = array.array("i", a), array.array("i", b)
        if task == "t3":
            x, y = (sorted(zip(v[0::3], v[1::3], v[2::3])) for v in (x, y))
        count += sum(p != q for p, q in zip(x, y)) + abs(len(x) - len(y))
    return count


class Bench:
    def __init__(self, a):
        self.a, self.bench = a, a.shared / "bench"
        self.rows, self.figures, self.wrong = [], {}, 0
        a.work.mkdir(parents=True, exist_ok=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.examples = (target if target.is_absolute() else ROOT / target) / "release/examples"
        self.porto = a.shared / "data/osm-porto/porto_portugal.osm.pbf"

    # -- setting up ---------------------------------------------------------------------------------------------

    def prepare(self):
        say("building ours and the floor")
        subprocess.run(["cargo", "build", "--release", "-q", "-p", "yike-streets", "--examples"], cwd=ROOT, check=True)
        self.floor = self.a.work / "floor"
        source = self.bench / "floor/floor.cpp"
        subprocess.run(["g++", "-O3", "-march=native", "-std=c++17", "-pthread", source, "-o", self.floor], check=True)
        self.python = self.a.python or self.venv("venv", [sys.executable], PACKAGES)
        self.python312 = None
        if not self.a.quick:
            self.python312 = self.a.python312 or self.venv("venv312", self.newer_python(), ["pyvalhalla", "numpy"])
        self.graph("porto", ["pbf_to_net.py", self.porto])

    def newer_python(self):
        """A Python of at least 3.12 for valhalla's wheels, or none."""
        for name in ["python3.13", "python3.12", "python3"]:
            path = shutil.which(name)
            check = [name, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"]
            if path and subprocess.run(check, capture_output=True).returncode == 0:
                return [path]
        return None

    def venv(self, name, maker, packages):
        """A virtual environment with these packages, made on first use; none if it cannot be made."""
        python = self.a.work / name / "bin/python"
        if maker is None:
            say(f"  no Python for {packages[0]}: left out")
            return None
        if not python.exists():
            say(f"making a Python environment with {', '.join(packages)}")
            subprocess.run(maker + ["-m", "venv", self.a.work / name], check=True)
            done = subprocess.run([python, "-m", "pip", "install", "-q", *packages], capture_output=True, text=True)
            if done.returncode:
                say(f"  some packages cannot be had, their engines are left out: {done.stderr[-300:]}")
        return python

    def graph(self, name, command):
        """Makes a graph folder once, by a script of the peers."""
        folder = self.a.work / "graphs" / name
        if not (folder / "fac.bin").exists():
            say(f"making the graph {name}")
            folder.mkdir(parents=True, exist_ok=True)
            script, *rest = command
            out = [folder] if script == "pbf_to_net.py" else ["--out", folder]
            subprocess.run([self.python, self.bench / script, *rest, *out], check=True, capture_output=True)
        return folder

    def synthetic(self, nodes):
        return self.graph(f"n{nodes}", ["gen_net.py", "--nodes", str(nodes)])

    # -- running ------------------------------------------------------------------------------------------------

    def add(self, graph, task, engine, runs, threads, differences="", note="", prep="prep_s", query="query_s"):
        """Keeps the medians of runs of one engine."""
        runs = [r for r in runs if query in r]
        if not runs:
            return
        median = lambda key: statistics.median(float(r.get(key) or 0) for r in runs)
        row = dict(graph=graph, task=task, engine=engine, threads=threads, runs=len(runs), prep_s=f"{median(prep):.5f}",
                   query_s=f"{median(query):.5f}", worst_s=f"{max(float(r[query]) for r in runs):.5f}",
                   mb=f"{median('rss_mb'):.0f}", differences=differences, note=note)
        self.rows.append(row)
        self.figures[graph, task, engine] = (median(prep), median(query))

    def ours_and_floor(self, graph, folder, runs, tasks=TASKS):
        """Ours and the floor in turns, with answers compared once."""
        ref, own = self.a.work / "answers" / graph, self.a.work / "answers" / (graph + "-ours")
        for folder_out in (ref, own):
            folder_out.mkdir(parents=True, exist_ok=True)
        harness, threads = self.examples / "harness", self.a.threads
        for task in tasks:
            say(f"{graph} {task}: ours and the floor")
            a = run([self.floor, folder, task, threads, "natural", 12000, ref])
            b = run([harness, folder, task, threads, self.order(task), 12000, own])
            differences = compare(ref, own, task)
            self.wrong += differences != 0 or not a or not b
            runs_of = {"floor": [], "floor 1": [], "ours": [], "ours 1": []}
            for _ in range(runs):
                for count, suffix in ((threads, ""), (1, " 1")):
                    runs_of["floor" + suffix] += run([self.floor, folder, task, count, "natural", 12000])
                    runs_of["ours" + suffix] += run([harness, folder, task, count, self.order(task), 12000])
            for engine, list_of_runs in runs_of.items():
                count = 1 if engine.endswith(" 1") else threads
                self.add(graph, task, engine, list_of_runs, count, differences if "ours" in engine else "")

    def order(self, task):
        """Single searches gain less from nodes in order than ordering costs."""
        return "hilbert" if task in ("t1k5", "t2") else "natural"

    def peers(self, graph, folder):
        ref = self.a.work / "answers" / graph
        py, bench = self.python, self.bench
        jobs = [
            ("scipy", "t1k1", ["t_scipy.py", folder, "t1k1", "--ref", ref]),
            ("scipy", "t3", ["t_scipy.py", folder, "t3", "--ref", ref]),
            ("networkit", "t1k1", ["t_graphlibs.py", folder, "t1k1", "--engine", "networkit", "--ref", ref]),
            ("pandana", None, ["t_pandana.py", folder, "t1k1,t1k5,t2,t3", "--ref", ref]),
            ("pandana", None, ["t_pandana.py", folder, "t2pre", "--ref", ref]),
            ("cityseer", "t2c", ["t_cityseer.py", folder, "t2c", "--ref", ref]),
        ]
        found = {}
        for i in range(self.a.peer_runs):
            for engine, task, command in jobs:
                say(f"{graph} {task or command[2]}: {engine} ({i + 1} of {self.a.peer_runs})")
                environment = dict(os.environ, OMP_NUM_THREADS=str(self.a.threads))
                for line in run([py, bench / command[0], *command[1:]], cwd=bench, env=environment):
                    if line.get("task") == "prep":
                        continue
                    if "precompute_s" in line:
                        line["prep_s"] = line.get("prep_s", 0) + line["precompute_s"]
                    found.setdefault((engine, line["task"]), []).append(line)
            if i == 0:
                say(f"{graph} t2: scipy on 2,000 origins, drawn out")
                for line in run([py, bench / "t_scipy.py", folder, "t2", "--sample", "2000", "--ref", ref], cwd=bench):
                    line["query_s"] = line["extrapolated_query_s"]
                    found.setdefault(("scipy", "t2"), []).append(line)
        for (engine, task), lines in found.items():
            differing = [v for k, v in lines[0].items() if k.endswith("differing")]
            self.add(graph, task, engine, lines, self.a.threads, sum(differing) if differing else "")

    def isochrones(self):
        folder = self.a.work / "graphs/porto"
        found = {"ours": [], "valhalla": []}
        for i in range(self.a.peer_runs):
            say(f"porto t4: ours{', valhalla' if self.python312 else ''} ({i + 1} of {self.a.peer_runs})")
            found["ours"] += run([self.examples / "isochrones", self.porto, folder])
            if self.python312:
                command = [self.python312, self.bench / "t_valhalla.py", self.porto, self.a.work / "valhalla", "--graph", folder]
                found["valhalla"] += [r for r in run(command, cwd=self.bench) if r.get("task") in ("t4", "t5")]
        for engine, lines in found.items():
            for line in lines:
                line["query_s"] = line.get("isochrone_ms_median", 0) / 1e3 or None
            lines4 = [r for r in lines if r.get("task") == "t4"]
            if lines4:
                worst = max(r["isochrone_ms_max"] for r in lines4)
                self.add("porto", "t4", engine, lines4, 1, note=f"worst {worst:.2f} ms, {lines4[0]['bytes']} bytes")
        self.figures["valhalla t5"] = [r for r in found["valhalla"] if r.get("task") == "t5"]

    def networks(self):
        found = {"ours": [], "routx": [], "valhalla": self.figures.pop("valhalla t5", [])}
        for i in range(self.a.runs if self.a.quick else max(self.a.peer_runs, 3)):
            say(f"porto t5: ours{'' if self.a.quick else ', routx'} ({i + 1})")
            found["ours"] += run([self.examples / "network", self.porto, self.a.threads])
            if not self.a.quick:
                found["routx"] += run([self.python, self.bench / "t5_pbf.py", self.porto, "--engine", "routx"], cwd=self.bench)
        for engine, lines in found.items():
            for line in lines:
                line["query_s"] = line.get("read_s") or line.get("wall_s") or line.get("build_s")
            self.add("porto", "t5", engine, lines, self.a.threads)
        for kind in ("network", "whole"):
            self.file_size(kind)

    def file_size(self, kind):
        """Bytes of the file per node and edge: of the walking network, and with homes, facilities and map."""
        out = self.a.work / f"porto-{kind}.streets"
        full = ["--full"] if kind == "whole" else []
        for line in run([self.examples / "network", self.porto, self.a.threads, *full, "-o", out]):
            size, line["query_s"] = line["file_bytes"], line["wall_s"]
            note = f"{kind} file {size} bytes: {size / line['nodes']:.0f} a node, {size / line['edges']:.0f} an edge"
            self.add("porto", f"t5 {kind}", "ours", [line], self.a.threads, note=note)

    # -- telling ------------------------------------------------------------------------------------------------

    def ratios(self):
        """Ours against the floor and the best peer: queries alone, and with what was prepared for them."""
        print(f"{'graph':9} {'task':10} {'engine':10} {'prep s':>9} {'query s':>9} {'mb':>5} {'differ':>6}  ours / it: query, with prep")
        for row in self.rows:
            ours = self.figures.get((row["graph"], "t2" if row["task"].startswith("t2") else row["task"],
                                     "ours 1" if row["engine"].endswith(" 1") else "ours"))
            prep, query = float(row["prep_s"]), float(row["query_s"])
            ratio = ""
            if ours and not row["engine"].startswith("ours") and query > 0:
                ratio = f"{ours[1] / query:6.3f} {sum(ours) / (prep + query):6.3f}"
            print(f"{row['graph']:9} {row['task']:10} {row['engine']:10} {prep:9.4f} {query:9.4f} {row['mb']:>5} "
                  f"{row['differences']!s:>6}  {ratio} {row['note']}")

    def keep(self):
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        fresh = not self.a.results.exists()
        with self.a.results.open("a", newline="") as file:
            table = csv.DictWriter(file, FIELDS)
            if fresh:
                table.writeheader()
            for row in self.rows:
                table.writerow(dict(row, date=datetime.date.today().isoformat(), cores=os.cpu_count(),
                                    commit=commit + ("+" if dirty else "")))


def main():
    a = arguments()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    start = time.monotonic()
    b = Bench(a)
    b.prepare()
    if a.curve:
        for nodes in (60_000, 250_000, 1_000_000, 2_500_000, 5_000_000):
            b.ours_and_floor(f"n{nodes}", b.synthetic(nodes), 1, ["t1k1", "t3"] if nodes > 1_000_000 else TASKS)
    else:
        b.ours_and_floor("porto", a.work / "graphs/porto", a.runs)
        b.ours_and_floor("n250000", b.synthetic(250_000), max(1, a.runs // 3))
        if a.big:
            b.ours_and_floor("n1000000", b.synthetic(1_000_000), 1)
        if not a.quick:
            b.peers("porto", a.work / "graphs/porto")
        b.isochrones()
        b.networks()
    b.ratios()
    b.keep()
    say(f"{time.monotonic() - start:.0f} s")
    if b.wrong:
        sys.exit(f"{b.wrong} tasks differ from the floor's answers or failed")


if __name__ == "__main__":
    main()
