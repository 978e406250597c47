#!/usr/bin/env bash
# Runs the nodes of one configuration on this host, each a real bellwetherd in the background.
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tools/mesh.sh up|down|restart|status|kill CONFIG [--node NAME]...

  up       start the nodes that do not run yet, and return when each can be asked
  down     end them: SIGTERM, and SIGKILL for what is left after 15 s
  restart  down, then up
  status   which of them run; exit status 1 if not all do
  kill     kill -9, as a crash would

All nodes of CONFIG, or only those named. A mesh lives in ${BELLWETHER_MESH_DIR:-/tmp/bellwether-mesh-$UID}/<cluster>/,
with the directories state/, run/, log/ and pid/. The programs are those of $BELLWETHER_BIN, build/release/bin or
build/dev/bin. BELLWETHER_… variables reach the daemons, BELLWETHER_LOG_LEVEL=debug for example.

Example: tools/mesh.sh up configs/five-nodes.toml
         build/release/bin/bellwether watch --run-dir /tmp/bellwether-mesh-$UID/demo/run/demo/echo
         tools/mesh.sh kill configs/five-nodes.toml --node alpha
         tools/mesh.sh down configs/five-nodes.toml
EOF
}

readonly start_seconds=15
readonly stop_seconds=15

fail() {
    echo "mesh: $1" >&2
    exit "${2:-1}"
}

# --- Which mesh ---

find_programs() {
    local root candidate
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    for candidate in ${BELLWETHER_BIN:+"$BELLWETHER_BIN"} "$root/build/release/bin" "$root/build/dev/bin"; do
        if [[ -x $candidate/bellwetherd && -x $candidate/bellwether ]]; then
            bin=$(cd "$candidate" && pwd)
            return
        fi
        [[ -z ${BELLWETHER_BIN:-} ]] || break
    done
    fail "no bellwetherd found; build it first: cmake --preset release && cmake --build --preset release"
}

# Sets cluster and all_nodes; the daemon's own parser reads the file, so its mistakes are told as the daemon tells them.
read_config() {
    local facts words
    facts=$("$bin/bellwether" check "$config" --json) || exit 2
    words=$(/usr/bin/python3 -c '
import json, sys
facts = json.loads(sys.stdin.readline())
print(facts["cluster"], *(node["name"] for node in facts["nodes"]))' <<<"$facts")
    read -r cluster words <<<"$words"
    read -ra all_nodes <<<"$words"
}

# --- One node ---

# The kernel's start time of a process: with its pid it names one process for ever, as pids are reused.
start_time_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) } # The name before it may hold anything, so count from its closing bracket.
    local -a fields
    read -ra fields <<<"$stat"
    [[ ${fields[0]} != Z ]] && echo "${fields[19]}"
}

# Sets pid to that of node $1 as recorded, if that very process still runs.
running() {
    local recorded_start
    read -r pid recorded_start 2>/dev/null <"$mesh/pid/$1" || return 1
    [[ -n $recorded_start && $(start_time_of "$pid") == "$recorded_start" ]]
}

start() {
    local node=$1
    # A crash leaves its socket behind: without it, one that exists is one that answers.
    rm -f "$mesh/run/$cluster/$node/control.sock"
    setsid nohup "$bin/bellwetherd" "$config" --node "$node" --state-dir "$mesh/state" \
        --run-dir "$mesh/run" >>"$mesh/log/$node.log" 2>&1 </dev/null &
    echo "$! $(start_time_of $!)" >"$mesh/pid/$node"
}

wait_until_up() {
    local node=$1 pid deadline=$((SECONDS + start_seconds))
    until [[ -S $mesh/run/$cluster/$node/control.sock ]]; do
        if ! running "$node" || ((SECONDS >= deadline)); then
            echo "mesh: $node did not come up; the end of $mesh/log/$node.log:" >&2
            tail -n 20 "$mesh/log/$node.log" >&2
            return 1
        fi
        sleep 0.02
    done
}

# --- What can be asked for ---

up() {
    local node pid failed=0
    local -a started=()
    # In /tmp anybody could have made it before us.
    mkdir -p "$base"
    [[ -O $base ]] || fail "$base is not ours"
    chmod 700 "$base"
    mkdir -p "$mesh"/{state,run,log,pid}
    for node in "${nodes[@]}"; do
        if ! running "$node"; then
            start "$node"
            started+=("$node")
        fi
    done
    for node in ${started[@]+"${started[@]}"}; do
        wait_until_up "$node" || failed=1
    done
    return "$failed"
}

signal_all() {
    local signal=$1 node pid
    for node in "${nodes[@]}"; do
        if running "$node"; then
            kill "-$signal" "$pid" 2>/dev/null || true
        fi
    done
}

any_running() {
    local node pid
    for node in "${nodes[@]}"; do
        running "$node" && return 0
    done
    return 1
}

forget_dead() {
    local node pid
    for node in "${nodes[@]}"; do
        running "$node" || rm -f "$mesh/pid/$node"
    done
}

down() {
    local deadline=$((SECONDS + stop_seconds))
    signal_all TERM
    while any_running && ((SECONDS < deadline)); do
        sleep 0.05
    done
    if any_running; then
        echo "mesh: still running after $stop_seconds s, so killed" >&2
    fi
    crash
}

crash() {
    local deadline=$((SECONDS + stop_seconds))
    signal_all KILL
    while any_running; do
        ((SECONDS < deadline)) || fail "the kernel does not let go of them; see tools/mesh.sh status"
        sleep 0.01
    done
    forget_dead
}

status() {
    local node pid missing=0
    for node in "${nodes[@]}"; do
        if running "$node"; then
            printf '%-12s running, pid %s\n' "$node" "$pid"
        else
            printf '%-12s not running\n' "$node"
            missing=1
        fi
    done
    return "$missing"
}

# --- ---

main() {
    local command='' config='' bin cluster base mesh
    local -a all_nodes nodes=()
    while (($# > 0)); do
        case $1 in
            -h | --help) usage && exit 0 ;;
            --node)
                (($# > 1)) || fail "--node needs a name" 2
                nodes+=("$2")
                shift
                ;;
            -*) fail "unknown option $1; see tools/mesh.sh --help" 2 ;;
            *)
                if [[ -z $command ]]; then
                    command=$1
                elif [[ -z $config ]]; then
                    config=$1
                else
                    fail "one configuration at a time; see tools/mesh.sh --help" 2
                fi
                ;;
        esac
        shift
    done
    [[ $command =~ ^(up|down|restart|status|kill)$ && -n $config ]] || { usage >&2 && exit 2; }
    [[ -r $config ]] || fail "cannot read $config" 2

    find_programs
    read_config
    base=${BELLWETHER_MESH_DIR:-/tmp/bellwether-mesh-$UID}
    mesh=$base/$cluster
    local node
    for node in ${nodes[@]+"${nodes[@]}"}; do
        [[ " ${all_nodes[*]} " == *" $node "* ]] || fail "$config has no node $node; it has ${all_nodes[*]}" 2
    done
    if ((${#nodes[@]} == 0)); then
        nodes=("${all_nodes[@]}")
    fi

    case $command in
        up) up ;;
        down) down ;;
        restart) down && up ;;
        status) status ;;
        kill) crash ;;
    esac
}

main "$@"
