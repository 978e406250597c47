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
         build/release/bin/bellwether watch --run-dir /tmp/bellwether-mesh-$UID/five/run/five/echo
         tools/mesh.sh kill configs/five-nodes.toml --node alpha
         tools/mesh.sh down configs/five-nodes.toml
EOF
}

readonly start_seconds=15
readonly stop_seconds=15
readonly lock_seconds=60 # More than any of them holds the mesh.

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# --- One node ---

# Sets holder to the pid that the daemon of node $1 left in a lock which it still holds; false if there is none. What is
# locked is in use, whatever became of our own record of it.
find_holder() {
    local lock status
    for lock in "$mesh/state/$cluster/$1/lock" "$mesh/run/$cluster/$1/lock"; do
        [[ -e $lock ]] || continue
        status=0
        flock --nonblock --conflict-exit-code 75 "$lock" true || status=$?
        if ((status == 75)); then
            read -r holder <"$lock" || holder=unknown
            return
        fi
    done
    return 1
}

# True, and tells, if a daemon of node $1 lives that is not the one on record.
unrecorded() {
    local holder
    find_holder "$1" || return 1
    echo "mesh: $1 runs as pid $holder, but $mesh/pid/$1 does not say so: it was lost, or another than" \
        "tools/mesh.sh started it; end that process first (kill $holder)" >&2
}

start() {
    local node=$1
    local start_time
    # A crash leaves its socket behind: without it, one that exists is one that answers.
    rm -f "$mesh/run/$cluster/$node/control.sock"
    # The daemon must not keep our lock.
    (
        exec {mesh_lock}<&-
        exec setsid nohup "$bin/bellwetherd" "$config" --node "$node" --state-dir "$mesh/state" \
            --run-dir "$mesh/run" >>"$mesh/log/$node.log" 2>&1 </dev/null
    ) &
    find_start_time $! || true # One that has ended already is not running, and found so.
    echo "$! $start_time" >"$mesh/pid/$node"
}

wait_until_up() {
    local node=$1 pid started deadline=$((SECONDS + start_seconds))
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

# One script at a time looks and acts: two would each start a daemon, and one of the two would be on nobody's record.
# To look alone is to act: find_holder() holds a daemon's own lock for a moment, and one that starts then would refuse.
lock_mesh() {
    [[ -d $mesh && -z $mesh_lock ]] || return 0
    exec {mesh_lock}<"$mesh"
    flock --timeout "$lock_seconds" "$mesh_lock" ||
        fail "another tools/mesh.sh has been at work on $mesh for $lock_seconds s"
}

up() {
    local node pid started failed=0
    local -a fresh=()
    # In /tmp anybody could have made it before us.
    mkdir -p "$base"
    [[ -O $base ]] || fail "$base is not ours"
    chmod 700 "$base"
    mkdir -p "$mesh"/{state,run,log,pid}
    lock_mesh
    for node in "${nodes[@]}"; do
        if running "$node"; then
            continue
        elif unrecorded "$node"; then
            failed=1
        else
            start "$node"
            fresh+=("$node")
        fi
    done
    for node in ${fresh[@]+"${fresh[@]}"}; do
        wait_until_up "$node" || failed=1
    done
    return "$failed"
}

signal_all() {
    local signal=$1 node pid started
    for node in "${nodes[@]}"; do
        if running "$node"; then
            signal_process "$signal" "$pid" "$started" || true
        fi
    done
}

any_running() {
    local node pid started
    for node in "${nodes[@]}"; do
        running "$node" && return 0
    done
    return 1
}

# False if one is left that is not on record, and so not ours to signal.
forget_dead() {
    local node left=0
    for node in "${nodes[@]}"; do
        rm -f "$mesh/pid/$node"
        ! unrecorded "$node" || left=1
    done
    return "$left"
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
    local node pid started holder missing=0
    for node in "${nodes[@]}"; do
        if running "$node"; then
            printf '%-12s running, pid %s\n' "$node" "$pid"
        elif find_holder "$node"; then
            printf '%-12s running, pid %s, which is not the one on record\n' "$node" "$holder"
            missing=1
        else
            printf '%-12s not running\n' "$node"
            missing=1
        fi
    done
    return "$missing"
}

# --- ---

main() {
    local command='' config='' bin cluster base mesh mesh_lock=''
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

    find_programs bellwetherd bellwether
    read_config "$config"
    local node
    for node in ${nodes[@]+"${nodes[@]}"}; do
        [[ " ${all_nodes[*]} " == *" $node "* ]] || fail "$config has no node $node; it has ${all_nodes[*]}" 2
    done
    if ((${#nodes[@]} == 0)); then
        nodes=("${all_nodes[@]}")
    fi

    lock_mesh
    case $command in
        up) up ;;
        down) down ;;
        restart) down && up ;;
        status) status ;;
        kill) crash ;;
    esac
}

main "$@"
