# Shared by the scripts of this folder: say what happens, and install what is missing.
# Sourced, not run. Works on a fresh Debian or Ubuntu with rustup's Rust, as root or not.

say() { printf '\n== %s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 2
}

have() { command -v "$1" > /dev/null 2>&1; }

# Run as root: as it is, or through sudo where that asks no questions.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo && sudo -n true 2> /dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

# apt_install PACKAGE...: fails when there is no apt, no root or no network.
apt_install() {
    have apt-get || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 && return
    as_root apt-get update -qq >&2 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# The compiler, and a linker for it.
need_rust() {
    if ! have cargo && [ -r "${CARGO_HOME:-$HOME/.cargo}/env" ]; then
        # shellcheck disable=SC1091
        . "${CARGO_HOME:-$HOME/.cargo}/env"
    fi
    have cargo || fail "cargo is missing; install Rust from https://rustup.rs and run this again"
    if ! cargo --version > /dev/null 2>&1; then
        have rustup || fail "cargo does not run; install Rust from https://rustup.rs"
        say "Installing the stable Rust toolchain"
        rustup toolchain install stable --profile minimal >&2 || fail "rustup could not install Rust"
        rustup default stable >&2
    fi
    local least found
    least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(rustc --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$least" "${found%%-*}" | sort -V | head -n 1)" = "$least" ] \
        || fail "Rust $least or newer is needed, $found is installed; run: rustup update stable"
    if ! have cc; then
        say "Installing a C linker (gcc)"
        apt_install gcc libc6-dev \
            || fail "a C linker (cc) is missing and could not be installed; as root run: apt-get install gcc libc6-dev"
    fi
}

# need_component rustfmt|clippy
need_component() {
    local command=$1
    [ "$1" = rustfmt ] && command=fmt
    cargo "$command" --version > /dev/null 2>&1 && return
    have rustup || fail "$1 is missing and there is no rustup to add it; install the package rust-$1 or rustup"
    say "Installing $1"
    rustup component add "$1" >&2 || fail "$1 is missing and rustup could not add it"
}

need_python() {
    have python3 && return
    say "Installing Python"
    apt_install python3 || fail "python3 is missing and could not be installed; as root run: apt-get install python3"
}
