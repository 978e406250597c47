#!/usr/bin/env python3
"""Keeps the house in order: layers, banned calls, headers that compile alone, a test for each source, a true README,
examples that fit the shipped configurations.

Usage: /usr/bin/python3 tests/tidy_test.py build/dev
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("protocol", "node", "client", "tools", "tests")

# Who may include what of ours, as regular expressions on the included path.
LAYERS = {
    "protocol": r"protocol/",
    "node": r"(node|protocol)/|build_version\.hpp$",
    "client": r"(client|protocol)/",
    "tools": r"(tools|client|protocol)/|node/(config\w*|descriptor)\.hpp$|build_version\.hpp$",
    "tests": r"(tests|tools|client|node|protocol)/|build_version\.hpp$",
}

# Regular expression, what to do instead. Looked for in code, not in comments or strings.
BANNED_IN_PROTOCOL = {
    r"#\s*include\s*<(thread|mutex|condition_variable|future|fstream|iostream|random|filesystem|atomic)>":
        "protocol/ is pure: no thread, file, stream or dice",
    r"#\s*include\s*<(sys/|unistd|fcntl|time\.h|ctime|cstdio|csignal|zmq|spdlog|sqlite3)":
        "protocol/ does not meet the operating system",
    r"\b\w*_clock::now\b": "time comes in with the event",
    r"\bgetenv\b": "settings come in as Params",
    r"\b(rand|srand|random)\s*\(": "protocol/ draws no random number",
    r"\b(f|s|sn|v)?printf\s*\(": "protocol/ prints nothing; a Decision is data",
    r"\bstd::(cout|cerr|clog)\b": "protocol/ prints nothing; a Decision is data",
}
BANNED_EVERYWHERE = {
    r"(?<![\w.>])system\s*\(": "start processes without a shell",
    r"(?<![\w.>])(gets|strcpy|strcat|sprintf|vsprintf|strtok)\s*\(": "not bounded or not safe",
}
BANNED_OUTSIDE_SYSTEM_TESTS = {
    r"\busleep\b|\bsleep_for\b|\bsleep_until\b": "wait for what you wait for, with a deadline",
}
BANNED_IN_SCRIPTS = {
    r"\b(killall|pkill)\b": "end a process by its pid and start time",
}

# Sources of protocol/ and node/ without a unit test of their own, and where they are tested instead. An election makes
# sense only among several nodes, so it is tested by the sentences of the protocol page, which are stories of a cluster.
TESTED_BY = {
    "protocol/election.cpp": "tests/protocol_page_candidate_test.cpp",
    "protocol/election_announce.cpp": "tests/protocol_page_leading_test.cpp",
    "protocol/election_campaign.cpp": "tests/protocol_page_campaign_test.cpp",
    "protocol/election_handover.cpp": "tests/protocol_page_handover_test.cpp",
    "protocol/election_lead.cpp": "tests/protocol_page_leading_test.cpp",
    "protocol/election_sessions.cpp": "tests/protocol_page_sessions_test.cpp",
    "protocol/election_vote.cpp": "tests/protocol_page_granting_test.cpp",
    "protocol/host.cpp": "tests/protocol_page_departure_test.cpp",
    "protocol/lease.cpp": "tests/protocol_page_leading_test.cpp",
    "protocol/liveness.cpp": "tests/protocol_page_liveness_test.cpp",
    "protocol/node.cpp": "tests/protocol_page_mesh_test.cpp",
    "protocol/node_receive.cpp": "tests/attacks_test.cpp",
    "protocol/recovery.cpp": "tests/protocol_page_new_state_test.cpp",
    "protocol/state_machine.cpp": "tests/protocol_page_mesh_test.cpp",
    # Only a Config as a whole shows what its tables were read as.
    "node/config_reader.cpp": "tests/unit/node/config_test.cpp",
    "node/config_sections.cpp": "tests/unit/node/config_test.cpp",
    # A program's arguments need the program.
    "node/main.cpp": "tests/system/command_line_test.cpp",
}


def files(*suffixes, folders=FOLDERS):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(ROOT).as_posix()


def scripts():
    yield from files(".sh", ".py")
    if (ROOT / ".ci/run").exists():
        yield ".ci/run"


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


# Raw strings, then comments, strings and characters; a digit separator is none of them.
NOT_CODE = re.compile(
    r'R"(?P<d>[^()\s]*)\(.*?\)(?P=d)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def code_of(text):
    """The text without comments and strings, its lines where they were."""
    def blank(match):
        # The quoted name of an include is wanted.
        start = text.rfind("\n", 0, match.start()) + 1
        if re.match(r"\s*#\s*include\s*$", text[start:match.start()]):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return NOT_CODE.sub(blank, text)


def matches(rules, code, path):
    for pattern, instead in rules.items():
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match.group().strip()}: {instead}"


def layers():
    for path in files(".hpp", ".cpp"):
        folder = path.split("/")[0]
        for number, line in enumerate(code_of(read(path)).split("\n"), 1):
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not include:
                continue
            kind, target = include.groups()
            ours = (ROOT / target).exists() or target == "build_version.hpp"
            if kind == '"' and not ours:
                yield f'{path}:{number}: "{target}": ours are included by their path from the root; others in <>'
            elif kind == "<" and ours and "/" in target:
                yield f"{path}:{number}: <{target}>: ours are included in quotes"
            elif kind == '"' and not re.match(LAYERS[folder], target):
                yield f"{path}:{number}: {folder}/ must not include {target}, see docs/architecture.md"
            elif folder == "protocol" and kind == "<" and ("/" in target or target.endswith((".h", ".hpp"))):
                if not target.startswith("msgpack"):
                    yield f"{path}:{number}: protocol/ includes the standard library and msgpack only, not <{target}>"


def banned_calls():
    for path in files(".hpp", ".cpp"):
        code = code_of(read(path))
        yield from matches(BANNED_EVERYWHERE, code, path)
        if path.startswith("protocol/"):
            yield from matches(BANNED_IN_PROTOCOL, code, path)
        if not path.startswith("tests/system/"):
            yield from matches(BANNED_OUTSIDE_SYSTEM_TESTS, code, path)
    for path in scripts():
        if path != "tests/tidy_test.py":
            yield from matches(BANNED_IN_SCRIPTS, re.sub(r"(?m)#.*$", "", read(path)), path)


def one_test_per_source():
    sources = set(files(".cpp", folders=("protocol", "node")))
    for path in sorted(sources):
        own = "tests/unit/" + path.removesuffix(".cpp") + "_test.cpp"
        if path not in TESTED_BY and not (ROOT / own).exists():
            yield f"{path} has no {own}"
        elif path in TESTED_BY and not (ROOT / TESTED_BY[path]).exists():
            yield f"{path} should be tested by {TESTED_BY[path]}, which does not exist"
        elif path in TESTED_BY and (ROOT / own).exists():
            yield f"{path} has a test of its own now; take it off TESTED_BY in tests/tidy_test.py"
    for path in sorted(TESTED_BY.keys() - sources):
        yield f"{path} does not exist; take it off TESTED_BY in tests/tidy_test.py"


def flags_by_folder(build):
    """The flags with which the build compiles a folder; of a folder without sources, none are known."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = Path(entry["file"])
        if ROOT not in path.parents or build in path.parents:
            continue
        words = shlex.split(entry["command"])
        kept = [words[0]]
        skip = False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-include"):  # The last one is of a precompiled header, which would help.
                skip = True
            else:
                kept.append(word)
        flags.setdefault(path.relative_to(ROOT).parts[0], {})[path.relative_to(ROOT).parent.as_posix()] = kept
    return flags


def headers_compile_alone(build):
    """A header that is the first include of its own source has shown it in the build; the others are compiled here."""
    flags = flags_by_folder(build)

    def compiles(path):
        folder = flags.get(path.split("/")[0])
        if not folder:
            return None
        command = folder.get(os.path.dirname(path)) or next(iter(folder.values()))
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
            # From a file of its own: as the main file, a header would be told off for its #pragma once.
            source.write(f'#include "{path}"\n')
            source.flush()
            done = subprocess.run(
                [*command, "-O0", "-fsyntax-only", source.name], capture_output=True, text=True, check=False)
        return None if done.returncode == 0 else f"{path} does not compile alone:\n{done.stderr.rstrip()}"

    alone = [path for path in files(".hpp") if not first_in_its_source(path)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from filter(None, pool.map(compiles, alone))


def first_in_its_source(header):
    source = ROOT / (header.removesuffix(".hpp") + ".cpp")
    if not source.exists():
        return False
    first = re.search(r'#\s*include\s*[<"]([^>"]+)', source.read_text(encoding="utf-8"))
    return bool(first) and first.group(1) == header


def readme(build):
    if not (ROOT / "README.md").exists():
        yield "README.md does not exist"
        return
    for block in re.findall(r"(?ms)^```\w*\n(.*?)^```", read("README.md")):
        for line in block.splitlines():
            line = re.sub(r"^\s*\$\s+", "", line).strip()
            if re.match(r"(tools/|build/\w+/bin/)", line):
                yield from readme_command(line, build)


def readme_command(line, build):
    words = shlex.split(line.split(" | ")[0], comments=True)
    program = re.sub(r"^build/\w+/", build.as_posix() + "/", words[0])
    path = ROOT / program
    if not path.is_file() or not os.access(path, os.X_OK):
        yield f"README.md: {words[0]} does not exist: {line}"
        return
    command = [str(path)]
    if path.name == "bellwether" and len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
        command.append(words[1])  # The subcommand's own help.
    done = subprocess.run(
        [*command, "--help"], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        yield f"README.md: {' '.join(command[1:] or [words[0]])} --help fails: {line}\n{done.stderr.rstrip()}"
        return
    for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", line.split(" -- ")[0].split(" | ")[0]):
        if option not in done.stdout:
            yield f"README.md: {words[0]} knows no {option}: {line}"
    for word in words[1:]:
        if word.startswith("configs/") and not (ROOT / word).exists():
            yield f"README.md: {word} does not exist: {line}"


# A run directory of tools/mesh.sh as an example names it: <cluster>, run, <cluster>, <node>.
MESH_PATH = re.compile(r"bellwether-mesh-\$UID/([\w-]+)(?:/(?:run|state)(?:/([\w-]+)(?:/([\w-]+))?)?)?")


def shipped_meshes():
    """The nodes of each cluster in configs/."""
    meshes = {}
    for path in sorted((ROOT / "configs").glob("*.toml")):
        config = tomllib.loads(path.read_text(encoding="utf-8"))
        meshes[config["cluster"]] = {node["name"] for node in config["node"]}
    return meshes


def wrong_mesh_paths(text, meshes):
    for match in MESH_PATH.finditer(text):
        cluster, again, node = match.groups()
        if cluster not in meshes or again not in (None, cluster):
            yield f"{match.group()}: no file in configs/ is of that cluster"
        elif node and node not in meshes[cluster]:
            yield f"{match.group()}: {cluster} has no node {node}"


def examples():
    meshes = shipped_meshes()
    pages = [path.relative_to(ROOT).as_posix() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))]
    for path in [*files(".cpp", ".sh", ".py", folders=("node", "client", "tools")), *pages]:
        text = read(path)
        yield from (f"{path}: {mistake}" for mistake in wrong_mesh_paths(text, meshes))
        for config in re.findall(r"(?<![\w/.])configs/[\w-]+\.toml", text):
            if not (ROOT / config).exists():
                yield f"{path}: {config} does not exist"


# A check that finds nothing may be blind: each line must be found by its rules, or by none.
SEEN = [
    (BANNED_IN_PROTOCOL, "#include <thread>", True),
    (BANNED_IN_PROTOCOL, "auto now = std::chrono::steady_clock::now();", True),
    (BANNED_IN_PROTOCOL, "std::snprintf(text, 4, format);", True),
    (BANNED_IN_PROTOCOL, "int n = 10'000; rand(); n = 2'000;", True),
    (BANNED_IN_PROTOCOL, 'auto text = "// "; getenv(name);', True),
    (BANNED_IN_PROTOCOL, "// Neither getenv nor rand().", False),
    (BANNED_IN_PROTOCOL, 'auto text = R"(\n// rand() )";', False),
    (BANNED_EVERYWHERE, 'std::system("true");', True),
    (BANNED_EVERYWHERE, "file_system(a); world.system(a);", False),
    (BANNED_OUTSIDE_SYSTEM_TESTS, "std::this_thread::sleep_for(1s);", True),
    (BANNED_IN_SCRIPTS, "pkill -f bellwetherd", True),
]


def the_rules_see():
    for rules, line, expected in SEEN:
        if bool(list(matches(rules, code_of(line), "here"))) != expected:
            yield f"{'not ' if expected else ''}found: {line}"
    meshes = {"five": {"alpha"}}
    for path, wrong in (("five/run/five/alpha", False), ("five", False), ("demo/run", True), ("five/run/demo", True),
                        ("five/run/five/zulu", True)):
        if bool(list(wrong_mesh_paths(f"--run-dir /tmp/bellwether-mesh-$UID/{path} --for 60s", meshes))) != wrong:
            yield f"{'not ' if wrong else ''}found: {path}"


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    build = Path(sys.argv[1]).resolve()
    rules = {
        "the rules see": the_rules_see(),
        "layers": layers(),
        "banned calls": banned_calls(),
        "one test per source": one_test_per_source(),
        "headers compile alone": headers_compile_alone(build),
        "README": readme(build),
        "examples": examples(),
    }
    broken = 0
    for name, mistakes in rules.items():
        mistakes = list(mistakes)
        print(f"{name}: {'ok' if not mistakes else f'{len(mistakes)} wrong'}")
        for mistake in mistakes:
            print("  " + mistake.replace("\n", "\n    "))
        broken += len(mistakes)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
