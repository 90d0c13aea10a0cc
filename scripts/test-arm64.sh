#!/usr/bin/env bash
# Runs the Rust tests of a crate (default: downslope-kernels) as arm64 code under emulation, on Debian x86-64.
# Needs, once:
#   dpkg --add-architecture arm64 && apt-get update
#   apt-get install -y --no-install-recommends rustc-web cargo-web libstd-rust-web-dev:arm64 \
#     gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
# Speed under emulation means nothing; bits do. Further arguments go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/.."
crate="${1:-downslope-kernels}"
shift || true
# Debian's Rust end to end, whatever rustup has
export PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/arm64"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
# fewer samples where a test walks over all floats
export TEST_STRIDE="${TEST_STRIDE:-49999}"
# no -L for the cross libc: pthread_create then spins for ever
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="timeout ${TEST_SECONDS:-900} qemu-aarch64-static"
exec /usr/bin/cargo test --target aarch64-unknown-linux-gnu -p "$crate" "$@"
