# What every bench begins with: where the project is, and the program to measure.
# shellcheck shell=bash disable=SC2034 # the benches read them
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${NEXUS_ENV_BIN:-${NEXUS_ENV:-$(compgen -G "$top/target/*/release/nexus-env" | head -n 1 || true)}}
[[ -x $program ]] || { echo 'first: cargo build --release (or NEXUS_ENV_BIN=the program to measure)' >&2; exit 1; }
program=$(realpath "$program")
