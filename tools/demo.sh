#!/usr/bin/env bash
# The main job, seen: five nodes on this host, the leader is killed, the next leads, the first comes back and leads again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    cat <<'EOF'
Usage: tools/demo.sh

Installs the Debian packages that are missing, builds, runs configs/five-nodes.toml on this host, kills its leader and
brings it back; shows what a process of another node is told meanwhile. Leaves nothing behind but build/release.

Example: tools/demo.sh
EOF
    exit 0
fi

readonly config=configs/five-nodes.toml
readonly bin=build/release/bin
readonly patience_seconds=15

if [[ -t 1 ]]; then
    readonly bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
    readonly bold='' dim='' plain=''
fi
say() { echo "${bold}== $1${plain}"; }

directory=$(mktemp -d /tmp/bellwether-demo.XXXXXX)
export BELLWETHER_MESH_DIR=$directory/mesh BELLWETHER_BIN=$bin
heard=$directory/heard.json
watchers=()

clean_up() {
    trap '' INT TERM # Once is enough.
    local watcher
    for watcher in ${watchers[@]+"${watchers[@]}"}; do
        kill "$watcher" 2>/dev/null || true
        wait "$watcher" 2>/dev/null || true
    done
    if [[ -d $BELLWETHER_MESH_DIR ]]; then
        tools/mesh.sh down "$config" || true
    fi
    rm -rf "$directory"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await NODE: until echo is told that NODE leads; says how long that took.
await() {
    local leader=$1 begin=${EPOCHREALTIME/[.,]/} deadline=$((SECONDS + patience_seconds)) took
    until tail -n 1 "$heard" | grep -q "\"leader\":\"$leader\""; do
        if ((SECONDS >= deadline)); then
            echo "demo: $leader did not come to lead within $patience_seconds s" >&2
            tail -n 5 "$BELLWETHER_MESH_DIR"/*/log/*.log >&2
            exit 1
        fi
        sleep 0.01
    done
    took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
    sleep 0.1 # Let the watch above print first.
    say "echo heard it: $leader leads ($took ms)"
}

tools/install-dependencies.sh
say "Building"
cmake --preset release >"$directory/configure.log" || { cat "$directory/configure.log" && exit 1; }
cmake --build --preset release --target bellwetherd bellwether

say "Starting the five nodes of $config; alpha has the highest priority"
tools/mesh.sh up "$config"
cluster=$(basename "$BELLWETHER_MESH_DIR"/*)
echo_run_dir=$BELLWETHER_MESH_DIR/$cluster/run/$cluster/echo

say "Watching from echo, which is told what any process on its host is told"
"$bin/bellwether" watch --json --run-dir "$echo_run_dir" >"$heard" &
watchers+=($!)
"$bin/bellwether" watch --run-dir "$echo_run_dir" > >(sed -u "s/.*/  $dim&$plain/") &
watchers+=($!)
await alpha

say "kill -9 alpha"
tools/mesh.sh kill "$config" --node alpha
await bravo

say "Starting alpha again: it may take the lead back after preempt_delay, 2 s"
tools/mesh.sh up "$config" --node alpha
await alpha

say "That was it; ending everything"
