# Sourced by the scripts that run a mesh on this host: the programs, the configuration, and processes that are
# recognised before they are signalled.
# shellcheck shell=bash

name=$(basename "$0" .sh)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly name root

fail() {
    echo "$name: $1" >&2
    exit "${2:-1}"
}

# --- Which mesh ---

# Sets bin to the first directory that holds all the programs named; $BELLWETHER_BIN, where given, is the only one.
find_programs() {
    local candidate program
    local -a candidates=("$root/build/release/bin" "$root/build/dev/bin")
    [[ -z ${BELLWETHER_BIN:-} ]] || candidates=("$BELLWETHER_BIN")
    for candidate in "${candidates[@]}"; do
        for program in "$@"; do
            [[ -x $candidate/$program ]] || continue 2
        done
        bin=$(cd "$candidate" && pwd)
        export BELLWETHER_BIN=$bin # What this script calls takes the same.
        return
    done
    fail "no $1 in ${candidates[*]}; build it first: cmake --preset release && cmake --build --preset release"
}

# Sets cluster, all_nodes, base and mesh; the daemon's own parser reads the file, so its mistakes are told as the daemon
# tells them.
read_config() {
    local facts words
    facts=$("$bin/bellwether" check "$1" --json) || exit 2
    words=$(/usr/bin/python3 -c '
import json, sys
facts = json.loads(sys.stdin.readline())
print(facts["cluster"], *(node["name"] for node in facts["nodes"]))' <<<"$facts")
    read -r cluster words <<<"$words"
    # shellcheck disable=SC2034 # For who sources this.
    read -ra all_nodes <<<"$words"
    base=${BELLWETHER_MESH_DIR:-/tmp/bellwether-mesh-$UID}
    mesh=$base/$cluster
}

# --- One process ---
# By builtins alone: no process is started between a look and the signal that depends on it.

# Sets start_time to the kernel's start time of the process with pid $1: pids are reused, the two together are not.
find_start_time() {
    local stat=''
    local -a fields
    start_time=''
    # The name in it may hold anything, a line's end as well, so count from its closing bracket.
    { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null || [[ -n $stat ]] || return 1
    read -r -d '' -a fields <<<"${stat##*) }" || true
    [[ ${fields[0]} != Z ]] || return 1
    start_time=${fields[19]}
}

# is_process PID START: that very process still runs.
is_process() {
    local start_time
    [[ $1 =~ ^[0-9]+$ && -n ${2:-} ]] && find_start_time "$1" && [[ $start_time == "$2" ]]
}

# signal_process SIGNAL PID START: false if that process has ended; nobody else is ever signalled.
signal_process() {
    is_process "$2" "$3" && kill -s "$1" "$2" 2>/dev/null
}

# Sets pid and started to those of node $1 as recorded, if that very process still runs.
running() {
    pid='' started=''
    { read -r pid started <"$mesh/pid/$1"; } 2>/dev/null || return 1
    is_process "$pid" "$started"
}
