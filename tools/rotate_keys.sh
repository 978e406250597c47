#!/usr/bin/env bash
# Gives nodes of a mesh new keys while it runs, without a restart and without a change of leader: docs/security.md.
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tools/rotate_keys.sh CONFIG [--node NAME]... [--each COMMAND]

All nodes of CONFIG, or only those named, get a new key: it is listed everywhere, taken to use on one node after the
other, and then the old one is struck from the list. Where it was interrupted, the same call goes on.

  --each COMMAND  what brings CONFIG, and the secret of the node $NODE, to the host of $NODE, has the daemon there reload
                  them, and returns when it is linked to the others again. Run by bash. Without it the mesh is one of
                  tools/mesh.sh, on this host.

Example: tools/mesh.sh up mesh.toml && tools/rotate_keys.sh mesh.toml
         tools/rotate_keys.sh mesh.toml --node alpha --each 'scp mesh.toml root@$NODE:/etc/bellwether/ &&
             scp keys/$NODE.secret root@$NODE:/etc/bellwether/keys/ && ssh root@$NODE bellwether reload && sleep 2'
EOF
}

readonly link_seconds=20

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Of node $1: whether it is linked to every voter, itself included.
is_linked() {
    "$bin/bellwether" status --json --run-dir "$mesh/run/$cluster/$1" | /usr/bin/python3 -c '
import json, sys
status = json.load(sys.stdin)
sys.exit(status["linked"] != status["voters"])'
}

# Node $1 has the file, and the secret that is to be its own, and uses them.
bring_to() {
    local node deadline=$((SECONDS + link_seconds))
    if [[ -n $each ]]; then
        NODE=$1 bash -c "$each" || fail "for $1, the command of --each failed; the same call goes on from here"
        return
    fi
    "$bin/bellwether" reload --run-dir "$mesh/run/$cluster/$1" >/dev/null
    sleep 0.5 # A link that was cut counts until something has been missed on it.
    for node in "${all_nodes[@]}"; do
        until is_linked "$node"; do
            ((SECONDS < deadline)) || fail "$node has not been linked to all others for $link_seconds s"
            sleep 0.1
        done
    done
}

bring_everywhere() {
    local node
    for node in "${all_nodes[@]}"; do bring_to "$node"; done
}

keygen() { "$bin/bellwether" keygen --mesh "$config" "$@" | grep -v '^next: '; }

config='' each=''
nodes=()
while (($# > 0)); do
    case $1 in
        --node) nodes+=("${2:?--node needs a name}") && shift 2 ;;
        --each) each=${2:?--each needs a command} && shift 2 ;;
        -h | --help) usage && exit 0 ;;
        -*) usage >&2 && exit 2 ;;
        *) [[ -z $config ]] || { usage >&2 && exit 2; } && config=$1 && shift ;;
    esac
done
[[ -n $config ]] || { usage >&2 && exit 2; }

find_programs bellwether
read_config "$config"
((${#nodes[@]} > 0)) || nodes=("${all_nodes[@]}")
names=$(IFS=, && echo "${nodes[*]}")

echo "== 1. A second key is listed"
keygen --new-key "$names"
bring_everywhere
echo "== 2. The new secrets are taken to use, one after the other"
for node in "${nodes[@]}"; do
    keygen --use-new-key "$node"
    bring_to "$node"
done
echo "== 3. The old keys are struck from the list"
keygen --drop-old-key "$names"
bring_everywhere
