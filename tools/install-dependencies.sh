#!/usr/bin/env bash
# The one list of the Debian packages that bellwether needs. Installs those that are missing, and touches nothing else.
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tools/install-dependencies.sh [--test] [--list]

  --test  also what the tests and the checks of the source need
  --list  only print the names, one a line

Example: tools/install-dependencies.sh && cmake --preset release && cmake --build --preset release
EOF
}

build_packages=(
    cmake g++ ninja-build pkg-config
    cppzmq-dev libzmq3-dev libmsgpack-cxx-dev            # The wire.
    libcli11-dev libtomlplusplus-dev nlohmann-json3-dev  # What people write and read.
    libfmt-dev libspdlog-dev libsqlite3-dev              # The daemon's log and votes.
    python3                                              # The scripts read JSON with it.
)
test_packages=(
    git libgmock-dev libgtest-dev
    clang-16 clang-format-16 clang-tidy-16 libclang-rt-16-dev  # -16: what they say differs from version to version.
    iproute2                                                   # Networks to cut hosts off from.
    systemd                                                    # Reads the unit of packaging/; need not run.
    python3-msgpack python3-zmq                                # A second implementation of the wire, in a few lines.
)

packages=("${build_packages[@]}")
list_only=false
for argument in "$@"; do
    case $argument in
        --test) packages+=("${test_packages[@]}") ;;
        --list) list_only=true ;;
        -h | --help) usage && exit 0 ;;
        *) usage >&2 && exit 2 ;;
    esac
done
if $list_only; then
    printf '%s\n' "${packages[@]}"
    exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install-dependencies: this is not Debian or a child of it; please install what these packages hold:" >&2
    printf '  %s\n' "${packages[@]}" >&2
    exit 1
fi

is_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "install-dependencies: packages are missing, and this is neither root nor is there sudo. As root, run:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# The lock may be held by an unattended upgrade: wait for it rather than fail.
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

echo "Installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# First without an update: it takes longer than the rest, and a machine that installed something lately needs none.
if ! apt install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    if ! { apt update && apt install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "install-dependencies: apt-get failed, see above" >&2
        exit 1
    fi
fi
