#!/usr/bin/env bash
# Every check of a change: the format, a build where a warning is an error, all tests, clang-tidy on what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'EOF'
Usage: tools/test.sh [--full]

  --full  clang-tidy on all sources, not only on those in hand or in the last commit

Installs the Debian packages that are missing. Exit status 0 if all is well.

Example: tools/test.sh
EOF
}

full=false
case ${1:-} in
    '') ;;
    --full) full=true ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
esac

jobs=$(nproc)
failed=()
summary=()
# check NAME COMMAND...: runs it, and remembers how it went.
check() {
    local name=$1 begin=$SECONDS
    shift
    echo "== $name"
    if "$@"; then
        summary+=("$(printf '%-8s passed, %3d s' "$name" $((SECONDS - begin)))")
    else
        summary+=("$(printf '%-8s FAILED, %3d s' "$name" $((SECONDS - begin)))")
        failed+=("$name")
    fi
}

# Tracked or not yet, but nothing that git ignores.
sources() {
    git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
        if [[ -f $file ]]; then
            echo "$file"
        fi
    done
}

check_format() {
    sources '*.cpp' '*.hpp' | xargs -r clang-format-16 --dry-run --Werror
}

build() {
    cmake --preset dev >build/configure.log || { cat build/configure.log && return 1; }
    cmake --build --preset dev
}

# What clang-tidy shall see: sources that changed, or that include a header that did.
to_analyse() {
    local base changed header stem
    if $full || ! git rev-parse -q --verify HEAD >/dev/null; then
        sources '*.cpp'
        return
    fi
    base=HEAD
    # With nothing in hand, the last commit is what changed.
    if [[ -z $(git status --porcelain) ]]; then
        base=$(git rev-parse -q --verify HEAD~1 || echo HEAD)
    fi
    changed=$(git diff --name-only --diff-filter=d "$base" && git ls-files --others --exclude-standard)
    if grep -qxF .clang-tidy <<<"$changed"; then
        sources '*.cpp'
        return
    fi
    {
        grep '\.cpp$' <<<"$changed" || true
        # A header is analysed with its own source, not again with everybody who includes it.
        for header in $(grep '\.hpp$' <<<"$changed" || true); do
            stem=${header%.hpp}
            if [[ -f $stem.cpp ]]; then
                echo "$stem.cpp"
            else
                sources '*.cpp' | xargs -r grep -lF "\"$header\"" | head -n 1 || true
            fi
        done
    } | sort -u
}

analyse() {
    local -a files
    mapfile -t files < <(to_analyse)
    # Each source for itself, and without GCC's precompiled headers, which clang cannot read.
    cmake --preset dev -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
    # Only what the dev build compiles: fuzzers, for one, are not in it.
    mapfile -t files < <(for file in "${files[@]}"; do
        grep -qF "\"file\": \"$PWD/$file\"" build/tidy/compile_commands.json && echo "$file"
    done)
    echo "${#files[@]} files"
    ((${#files[@]} > 0)) || return 0
    printf '%s\n' "${files[@]}" | xargs -P "$jobs" -n 1 clang-tidy-16 -p build/tidy --quiet 2>build/tidy.log
}

tools/install-dependencies.sh --test
mkdir -p build
check format check_format
check build build
if [[ " ${failed[*]} " != *" build "* ]]; then
    check tidy analyse
    printf '%s\n' "== so far" "${summary[@]}"
    check tests ctest --preset dev --parallel "$jobs" </dev/null
fi
if ((${#failed[@]} > 0)); then
    echo "test: failed: ${failed[*]}" >&2
    exit 1
fi
