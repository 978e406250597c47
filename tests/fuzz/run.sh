#!/bin/bash
# Fuzzes one target with libFuzzer, beginning with its corpus and its dictionary.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tests/fuzz/run.sh TARGET [SECONDS]

    TARGET    wire_codec, local_codec, codec_differential, control_request, config, step, state_file;
              or canary, which has a mistake and must be found out
    SECONDS   how long; 60 if not given, 0 for ever

Builds the fuzz preset (clang, AddressSanitizer, UndefinedBehaviorSanitizer) in build/fuzz; with BELLWETHER_FUZZ_BUILD
in the environment, in that directory. What libFuzzer collects and finds goes to a temporary directory that is named
at the end; with BELLWETHER_FUZZ_WORK, to that one, so that a run can go on where another ended. Nothing is written
to the sources.
TEXT
}

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
    usage
    exit 0
fi
if (($# < 1 || $# > 2)) || [[ ! ${2:-0} =~ ^[0-9]+$ ]]; then
    usage >&2
    exit 2
fi
target=${1%_fuzz}_fuzz
seconds=${2:-60}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ ! -f tests/fuzz/$target.cpp ]]; then
    echo "run.sh: there is no tests/fuzz/$target.cpp" >&2
    exit 2
fi

build=${BELLWETHER_FUZZ_BUILD:-$PWD/build/fuzz}
work=${BELLWETHER_FUZZ_WORK:-$(mktemp -d -t bellwether-fuzz.XXXXXX)}
mkdir -p "$work/$target"

# Short inputs are many inputs; what needs longer ones says so.
declare -A longest=([wire_codec_fuzz]=512 [codec_differential_fuzz]=512 [local_codec_fuzz]=256 [config_fuzz]=1024
    [control_request_fuzz]=256 [step_fuzz]=64 [state_file_fuzz]=512)

[[ -f $build/build.ninja ]] || cmake --preset fuzz -B "$build"
cmake --build "$build" --target "$target"

# Stacks of every allocation and the entropic schedule cost more than all of our code.
export ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=16:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1
status=0
"$build/bin/$target" -max_len="${longest[$target]:-64}" -max_total_time="$seconds" -timeout=20 -entropic=0 \
    -print_final_stats=1 -dict="tests/fuzz/dictionaries/$target.dict" -artifact_prefix="$work/" \
    "$work/$target" "tests/fuzz/corpus/$target" || status=$?
echo "run.sh: the corpus is now in $work/$target, findings are in $work"
exit "$status"
