#!/usr/bin/env bash
# Silences whoever leads, again and again, and has the whole mesh observed meanwhile.
set -euo pipefail

usage() {
    cat <<'EOT'
Usage: tools/chaos/kill_leader.sh CONFIG [--for 60s] [--every 5s] [--signal KILL|TERM|STOP]

Runs the nodes of CONFIG on this host (those of tools/mesh.sh, if they run already), sends the leader the signal every
few seconds and brings it back half an interval later. At the end: how long nobody led, when the other nodes knew,
whether there were ever two leaders.

Exit status 0 if there were never two leaders and tokens only grew, 1 if not.

Example: tools/chaos/kill_leader.sh configs/five-nodes.toml --for 60s --every 5s
EOT
}

# shellcheck source=tools/chaos/nemesis.sh
source "$(dirname "${BASH_SOURCE[0]}")/nemesis.sh"
main leader "$@"
