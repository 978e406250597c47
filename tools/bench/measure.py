#!/usr/bin/python3
"""Measures what the README promises on real daemons of one host: fail-over, hand-over, cold start, late subscribers,
how soon a process hears what its node has decided, and what an idle node costs. Medians of one run; rounds in which
this machine stood still are listed apart and repeated.
"""

import argparse
import json
import os
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import msgpack
import zmq

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE_S = 30
STALL_MS = 5  # A 1 ms timer that is later than this spoils the round.

EXAMPLE = """example:
  tools/bench/measure.py configs/five-nodes.toml
  tools/bench/measure.py configs/five-nodes.toml --only kill,idle --rounds 30 --json
"""


def now_ms():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e6


def start_time_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return None


class Mesh:
    """The nodes of one configuration, run by tools/mesh.sh in a directory of their own."""

    def __init__(self, config, binaries):
        self.config = os.path.abspath(config)
        self.directory = tempfile.TemporaryDirectory(prefix="bellwether-measure.")
        self.environment = dict(os.environ, BELLWETHER_MESH_DIR=self.directory.name, BELLWETHER_BIN=binaries)
        facts = subprocess.run([f"{binaries}/bellwether", "check", self.config, "--json"], check=True,
                               capture_output=True, text=True)
        facts = json.loads(facts.stdout.splitlines()[0])
        self.cluster = facts["cluster"]
        self.names = [node["name"] for node in facts["nodes"]]
        self.base = f"{self.directory.name}/{self.cluster}"

    def run(self, command, *names):
        options = [word for name in names for word in ("--node", name)]
        subprocess.run([f"{ROOT}/tools/mesh.sh", command, self.config, *options], check=True, env=self.environment,
                       stdin=subprocess.DEVNULL)

    def pid(self, name):
        """Of the very process that tools/mesh.sh started: pids are reused, so it has noted the start time as well."""
        with open(f"{self.base}/pid/{name}", encoding="ascii") as file:
            pid, *started = file.read().split()
        if started != [start_time_of(pid)]:
            sys.exit(f"measure: {name} has ended by itself")
        return int(pid)

    def run_dir_of(self, name):
        return f"{self.base}/run/{self.cluster}/{name}"

    def socket_of(self, name):
        return f"ipc://{self.run_dir_of(name)}/leader.sock"


class Listener:
    """Hears what the daemon of one node announces, and notices when this process was not run in time."""

    def __init__(self, mesh, name, topic="view/default/"):
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.setsockopt(zmq.SUBSCRIBE, topic.encode())
        self.socket.setsockopt(zmq.RECONNECT_IVL, 5)
        self.socket.connect(mesh.socket_of(name))
        self.worst_stall = 0.0

    def close(self):
        self.socket.close(linger=0)

    def next(self):
        """The next announcement and the moment it came, or None after 1 ms."""
        before = now_ms()
        ready = self.socket.poll(1)
        came = now_ms()
        if not ready:
            self.worst_stall = max(self.worst_stall, came - before - 1)
            return None
        _, frame = self.socket.recv_multipart()
        return msgpack.unpackb(frame), came

    def until(self, wanted):
        """The first announcement for which `wanted` holds, and when it came."""
        deadline = now_ms() + PATIENCE_S * 1000
        while now_ms() < deadline:
            heard = self.next()
            if heard and wanted(heard[0]):
                return heard
        sys.exit(f"measure: waited {PATIENCE_S} s in vain")

    def drain(self):
        while self.socket.poll(0):
            self.socket.recv_multipart()


class Watcher:
    """`bellwether watch` of one node, the client library at work, and whether this machine ran us in time."""

    def __init__(self, mesh, name):
        self.process = subprocess.Popen([f"{mesh.environment['BELLWETHER_BIN']}/bellwether", "watch", "--json",
                                         "--run-dir", mesh.run_dir_of(name)], stdout=subprocess.PIPE)
        self.poller = select.poll()
        self.poller.register(self.process.stdout, select.POLLIN)
        self.unread = b""
        self.worst_stall = 0.0

    def close(self):
        self.process.terminate()
        self.process.wait()

    def next(self):
        """What was announced since the last call, or nothing after 1 ms."""
        before = now_ms()
        if not self.poller.poll(1):
            self.worst_stall = max(self.worst_stall, now_ms() - before - 1)
            return []
        self.unread += os.read(self.process.stdout.fileno(), 1 << 16)
        *lines, self.unread = self.unread.split(b"\n")
        return [json.loads(line) for line in lines]


class Series:
    """Figures of one kind, and those of rounds in which the machine stood still."""

    def __init__(self, name, unit="ms"):
        self.name, self.unit, self.good, self.spoilt = name, unit, [], []

    def report(self):
        figures = {"figure": self.name, "unit": self.unit, "rounds": len(self.good), "spoilt": len(self.spoilt)}
        if self.good:
            figures |= {"min": round(min(self.good), 3), "median": round(statistics.median(self.good), 3),
                        "max": round(max(self.good), 3)}
        return figures


def best_leads(mesh, listener):
    return listener.until(lambda said: said["leader"] == mesh.names[0])


def measure_strikes(mesh, rounds, sign, believed_in):
    """Strikes the leader again and again. With `believed_in` somebody subscribes to its deadlines."""
    what = {signal.SIGKILL: "kill -9", signal.SIGTERM: "SIGTERM"}[sign]
    whole = Series(f"{what} of the leader to the next, heard on another node" +
                   (", with a subscriber of leader/" if believed_in else ""))
    gap = Series(f"{what}: last valid_until of the old to the first word of the new leader")
    other = Listener(mesh, mesh.names[-1])
    while len(whole.good) < rounds and len(whole.spoilt) < rounds:
        believer = Listener(mesh, mesh.names[0], "leader/default/") if believed_in else None
        token = best_leads(mesh, other)[0]["token"]
        if believer:
            believer.until(lambda said: "valid_until_ns" in said)
        pause = now_ms() + 200 + 50 * (len(whole.good) % 10) / 10  # Anywhere between two heartbeats.
        while now_ms() < pause:
            (believer or other).next()
        other.drain()
        other.worst_stall = 0
        leader = mesh.pid(mesh.names[0])
        struck = now_ms()
        os.kill(leader, sign)
        said, heard = other.until(lambda said: said["leader"] and said["token"] > token)
        spoilt = other.worst_stall > STALL_MS
        (whole.spoilt if spoilt else whole.good).append(heard - struck)
        if believer:
            last = 0
            while believer.socket.poll(20):
                deadline = msgpack.unpackb(believer.socket.recv_multipart()[1]).get("valid_until_ns", 0)
                last = max(last, deadline / 1e6)
            if last:
                (gap.spoilt if spoilt else gap.good).append(heard - last)
            believer.close()
        wait_for_end(leader)
        mesh.run("up", mesh.names[0])
    best_leads(mesh, other)
    other.close()
    return [whole, gap] if believed_in else [whole]


def wait_for_end(pid):
    deadline = now_ms() + PATIENCE_S * 1000
    while os.path.exists(f"/proc/{pid}") and now_ms() < deadline:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            if file.read().rpartition(")")[2].split()[0] == "Z":
                return
        time.sleep(0.005)


def measure_kill(mesh, rounds):
    return measure_strikes(mesh, rounds, signal.SIGKILL, False)


def measure_handover(mesh, rounds):
    return (measure_strikes(mesh, rounds, signal.SIGTERM, True) + measure_strikes(mesh, rounds, signal.SIGTERM, False))


def measure_followers(mesh, rounds):
    """Kills nodes that do not lead: nothing must be announced but the same leader."""
    changes = Series("changes announced after a kill -9 of a node that does not lead", "changes")
    other = Listener(mesh, mesh.names[0])
    said, _ = best_leads(mesh, other)
    for round_number in range(rounds):
        victim = mesh.names[1 + round_number % (len(mesh.names) - 1)]
        os.kill(mesh.pid(victim), signal.SIGKILL)
        seen = 0
        end = now_ms() + 700
        while now_ms() < end:
            heard = other.next()
            seen += bool(heard and (heard[0]["leader"], heard[0]["token"]) != (said["leader"], said["token"]))
        changes.good.append(seen)
        mesh.run("up", victim)
    other.close()
    return [changes]


def measure_cold_start(mesh, rounds):
    """From the first daemon's start to a leader, without a state and with one."""
    series = Series("cold start of all nodes to a leader, counted from the start of the last")
    binary = f"{mesh.environment['BELLWETHER_BIN']}/bellwetherd"
    for round_number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bellwether-cold.") as base:
            other = Listener(mesh, mesh.names[-1])
            other.close()
            socket = zmq.Context.instance().socket(zmq.SUB)
            socket.setsockopt(zmq.SUBSCRIBE, b"view/default/")
            socket.setsockopt(zmq.RECONNECT_IVL, 2)
            socket.connect(f"ipc://{base}/run/{mesh.cluster}/{mesh.names[-1]}/leader.sock")
            other.socket, other.worst_stall = socket, 0
            nodes = [subprocess.Popen([binary, mesh.config, "--node", name, "--state-dir", f"{base}/state",
                                       "--run-dir", f"{base}/run"], stderr=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL) for name in mesh.names]
            started = now_ms()
            _, heard = other.until(lambda said: said["leader"])
            (series.spoilt if other.worst_stall > STALL_MS else series.good).append(heard - started)
            for node in nodes:
                node.kill()
            for node in nodes:
                node.wait()
            other.close()
    return [series]


def measure_late_subscriber(mesh, rounds):
    series = Series("late subscriber: connect to the leader known")
    for round_number in range(rounds):
        name = mesh.names[round_number % len(mesh.names)]
        before = now_ms()
        listener = Listener(mesh, name, "leader/default/")
        said, came = listener.until(lambda said: True)
        assert said["leader"], "the first announcement knows no leader"
        (series.spoilt if listener.worst_stall > STALL_MS else series.good).append(came - before)
        listener.close()
    return [series]


def same_leadership(one, other):
    return all(one[key] == other[key] for key in ("leader", "token", "is_leader"))


def measure_announcements(mesh, rounds):
    """From a node's decision to the client library of a process on its host, leadership going to and fro. `clock_ns` is
    what the step that decided took for the time, so its own work is within."""
    changes = Series("decision of a node until a process on its host hears it: another leader", "us")
    renewals = Series("decision of a node until a process on its host hears it: the same leader again", "us")
    first = mesh.names[0]
    order = [f"{mesh.environment['BELLWETHER_BIN']}/bellwether", "stepdown", "--for", "300ms", "--run-dir",
             mesh.run_dir_of(first)]
    watcher = Watcher(mesh, first)
    for _ in range(rounds):
        heard, asked, deadline = [], None, now_ms() + PATIENCE_S * 1000
        while not asked or heard[-1]["leader"] != first or all(said["leader"] == first for said in heard):
            heard += watcher.next()
            if not asked and len(heard) > 5 and heard[-1]["leader"] == first:
                asked = subprocess.Popen(order, stdout=subprocess.DEVNULL)
                heard, watcher.worst_stall = heard[-1:], 0
            if now_ms() > deadline:
                sys.exit(f"measure: {first} does not lead again within {PATIENCE_S} s")
        if asked.wait() != 0:
            sys.exit(f"measure: {first} does not step down")
        for before, said in zip(heard, heard[1:]):
            series = renewals if same_leadership(said, before) else changes
            took = (said["received_ns"] - said["clock_ns"]) / 1000
            (series.spoilt if watcher.worst_stall > STALL_MS else series.good).append(took)
    watcher.close()
    return [changes, renewals]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def measure_idle(mesh, rounds):
    cpu, memory = Series("idle node: share of one core", "%"), Series("idle node: resident memory", "MB")
    pids = [mesh.pid(name) for name in mesh.names]
    before, started = [cpu_seconds(pid) for pid in pids], now_ms()
    time.sleep(max(10, rounds))
    elapsed = (now_ms() - started) / 1000
    cpu.good = [100 * (cpu_seconds(pid) - spent) / elapsed for pid, spent in zip(pids, before)]
    memory.good = [resident_mb(pid) for pid in pids]
    return [cpu, memory]


MEASUREMENTS = {"idle": measure_idle, "late": measure_late_subscriber, "announce": measure_announcements,
                "kill": measure_kill, "handover": measure_handover, "followers": measure_followers,
                "cold": measure_cold_start}


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help="of " + ",".join(MEASUREMENTS))
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--bin", default=f"{ROOT}/build/release/bin", help="where the programs are")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"nothing is called {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    mesh = Mesh(options.config, os.path.abspath(options.bin))
    for name in options.only.split(","):
        mesh.run("up") if name != "cold" else mesh.run("down")
        try:
            if name != "cold":
                listener = Listener(mesh, mesh.names[-1])
                best_leads(mesh, listener)
                listener.close()
            print(f"measuring: {name}", file=sys.stderr)
            for series in MEASUREMENTS[name](mesh, options.rounds):
                figures = series.report()
                print(json.dumps(figures) if options.json else
                      "{figure}: median {median} {unit} (min {min}, max {max}; {rounds} rounds, {spoilt} spoilt)".format(
                          **({"median": "-", "min": "-", "max": "-"} | figures)), flush=True)
        finally:
            mesh.run("down")


if __name__ == "__main__":
    main()
