# Sourced by the scripts beside it: a mesh on this host, an observer that listens to all its nodes, and the means to
# silence a node and to bring it back.
# shellcheck shell=bash

# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
readonly grace_seconds=20 # For a node that was asked to end: it hands over first.

# --- What was asked for ---

config='' length=60 every=5 signal=KILL seed=$RANDOM

# "5s", "500ms", "2m" or a number of seconds, in seconds.
seconds_of() {
    local number=${1%%[a-z]*}
    [[ $number =~ ^[0-9]+$ ]] || fail "\"$1\" is not a duration such as 5s" 2
    case ${1#"$number"} in
        s | '') echo "$number" ;;
        ms) printf '%d.%03d\n' $((number / 1000)) $((number % 1000)) ;;
        m) echo $((number * 60)) ;;
        *) fail "\"$1\" is not a duration such as 5s" 2 ;;
    esac
}

parse_arguments() {
    while (($# > 0)); do
        case $1 in
            -h | --help) usage && exit 0 ;;
            --for | --every | --signal | --seed)
                (($# > 1)) || fail "$1 needs a value" 2
                case $1 in
                    --for) length=$(seconds_of "$2") || exit 2 ;;
                    --every) every=$(seconds_of "$2") || exit 2 ;;
                    --signal) signal=${2#SIG} ;;
                    --seed) seed=$2 ;;
                esac
                shift
                ;;
            -*) fail "unknown option $1; see $0 --help" 2 ;;
            *)
                [[ -z $config ]] || fail "one configuration at a time; see $0 --help" 2
                config=$1
                ;;
        esac
        shift
    done
    [[ -n $config ]] || { usage >&2 && exit 2; }
    [[ -r $config ]] || fail "cannot read $config" 2
    [[ $signal =~ ^(KILL|TERM|STOP)$ ]] || fail "--signal is KILL, TERM or STOP" 2
    [[ $seed =~ ^[0-9]+$ ]] || fail "--seed is a number" 2
    RANDOM=$seed
}

# --- The mesh and its observer ---

started_mesh=false observer='' struck='' struck_pid='' struck_start=''

begin() {
    find_programs bellwether-observe bellwetherd bellwether
    read_config "$config"
    directory=$(mktemp -d "/tmp/bellwether-$name.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    "$root/tools/mesh.sh" status "$config" >"$directory/status" || started_mesh=true
    "$root/tools/mesh.sh" up "$config"
    # Opened for reading as well: so opening waits for nobody.
    mkfifo "$directory/marks"
    exec {marks}<>"$directory/marks"
    "$bin/bellwether-observe" --run-dir "$mesh/run" --marks "$directory/marks" >"$directory/report" &
    observer=$!
    await_leader
    sleep 0.5 # For the observer to have heard every node before the first blow.
    echo "$name: $leader leads ${#all_nodes[@]} nodes; SIG$signal every $every s for $length s, seed $seed"
}

# --- Striking and reviving ---

# Sets leader as some node knows it, not asking the one that is silenced; false if nobody knows one.
find_leader() {
    local node
    for node in "${all_nodes[@]}"; do
        [[ $node != "$struck" ]] || continue
        leader=$("$bin/bellwether" leader --run-dir "$mesh/run/$cluster/$node" 2>/dev/null) && return
    done
    return 1
}

await_leader() {
    local deadline=$((SECONDS + grace_seconds))
    until find_leader; do
        ((SECONDS < deadline)) || fail "nobody leads"
        sleep 0.05
    done
}

# Silences node $1. The observer is told right before, from within this shell: between the two lies no new process.
strike() {
    local pid started
    running "$1" || fail "$1 does not run as $mesh/pid/$1 says"
    struck_pid=$pid struck_start=$started
    struck=$1
    echo "$name: ${signal,,} $1"
    echo "${signal,,} $1" >&"$marks"
    signal_process "$signal" "$struck_pid" "$struck_start" || fail "$1 has ended by itself"
}

await_end() {
    local deadline=$((SECONDS + grace_seconds))
    while is_process "$struck_pid" "$struck_start" && ((SECONDS < deadline)); do
        sleep 0.02
    done
}

revive() {
    [[ -n $struck ]] || return 0
    if [[ $signal == STOP ]]; then
        echo "cont $struck" >&"$marks"
        signal_process CONT "$struck_pid" "$struck_start" || true
    else
        await_end
        echo "restart $struck" >&"$marks"
        "$root/tools/mesh.sh" up "$config" --node "$struck"
    fi
    struck=''
}

# --- The whole course ---

# Sets victim.
choose_victim() {
    case $1 in
        leader) victim=$leader ;;
        random) victim=${all_nodes[RANDOM % ${#all_nodes[@]}]} ;;
    esac
}

half_of() { LC_ALL=C awk -v whole="$1" 'BEGIN { print whole / 2 }'; }

# torment leader|random
torment() {
    local pause victim deadline=$((SECONDS + ${length%.*}))
    pause=$(half_of "$every")
    while ((SECONDS < deadline)); do
        await_leader
        choose_victim "$1"
        strike "$victim"
        sleep "$pause"
        revive
        sleep "$pause"
    done
}

# Ends the observer and prints its report; its exit status is the script's.
report() {
    local status=0 ended=$observer
    observer=''
    sleep 1 # For the last change to be heard by all.
    kill -s TERM "$ended"
    wait "$ended" || status=$?
    cat "$directory/report"
    return "$status"
}

clean_up() {
    trap '' INT TERM # Once is enough.
    if [[ -n $struck && $signal == STOP ]]; then
        signal_process CONT "$struck_pid" "$struck_start" || true
    fi
    if [[ -n $observer ]]; then
        kill -s TERM "$observer" 2>/dev/null || true
        wait "$observer" || true
    fi
    if $started_mesh; then
        "$root/tools/mesh.sh" down "$config" || true
    fi
    rm -rf "$directory"
}

# main leader|random ARGUMENT...
main() {
    local whom=$1
    shift
    parse_arguments "$@"
    begin
    torment "$whom"
    report
}
