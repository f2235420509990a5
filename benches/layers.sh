#!/usr/bin/env bash
# What the guard's deeper layers cost a process that they let through: medians of interleaved runs.
#
#     benches/layers.sh [ROUNDS]
#
# The engine layer against /bin/true: everything before the real engine starts, which is /bin/true here. The preload: a
# plain `node -e 0` with it and without it, and a Node script in a file, each pair run back to back. Node's own times
# differ by more than the preload takes, so with valgrind its instructions are counted too, made exact by fixed seeds;
# an empty preload is what Node itself takes for one.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

rounds=${1:-100}

base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
mkdir -p "$base/home/repo"
cd "$base/home/repo"
node=$(command -v node)
in_world() { env -i HOME="$base/home" PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"; }
printf 'id = "0123456789abcdef"\ndefault = "dev"\n[env.dev.vars]\nA = "b"\n' >.nexusenv
{ in_world "$program" init && in_world "$program" allow; } >/dev/null 2>&1
options=$(in_world "$program" run -- printenv NODE_OPTIONS)
engine=$(in_world "$program" run -- printenv PRISMA_SCHEMA_ENGINE_BINARY)
echo 0 >plain.js
echo 0 >plain.mjs

names=() commands=()
measure() {
    names+=("$1")
    shift
    commands+=("$(printf '%q ' "$@")")
}
measure '/bin/true' /bin/true
measure 'engine --version' env NEXUS_ENV_ENGINE=/bin/true "$engine" --version
measure 'env, /bin/true' env NEXUS_ENV_ENGINE=/bin/true /bin/true --version
measure 'node -e 0' env X=y "$node" -e 0
measure 'node -e 0, preload' env "NODE_OPTIONS=$options" "$node" -e 0
measure 'node plain.js' env X=y "$node" plain.js
measure 'node plain.js, preload' env "NODE_OPTIONS=$options" "$node" plain.js
measure 'node plain.mjs' env X=y "$node" plain.mjs
measure 'node plain.mjs, preload' env "NODE_OPTIONS=$options" "$node" plain.mjs

# EPOCHREALTIME has microseconds and a locale's decimal sign.
clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
for ((round = 0; round <= rounds; round++)); do
    for at in "${!names[@]}"; do
        start=$(clock)
        eval "in_world ${commands[at]}" >/dev/null 2>&1 || true
        end=$(clock)
        # The first round warms up.
        [[ $round -eq 0 ]] || echo $((end - start)) >>"$base/times.$at"
    done
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# The difference inside each round: what else the machine does falls out.
paired() { paste "$1" "$2" | awk '{ print $2 - $1 }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
for at in "${!names[@]}"; do
    printf '%-26s %8d µs\n' "${names[at]}" "$(median "$base/times.$at")"
done
printf '%-26s %8.2f x true\n' 'engine, harmless' \
    "$(awk "BEGIN { print $(median "$base/times.1") / $(median "$base/times.2") }")"
for at in 3 5 7; do
    printf '%-26s %8d µs more (paired)\n' "${names[at]}, preload" "$(paired "$base/times.$at" "$base/times.$((at + 1))")"
done

command -v valgrind >/dev/null || exit 0
: >empty.cjs
# NODE_OPTIONS, then the words of Node.
instructions() {
    in_world NODE_OPTIONS="$1" setarch --addr-no-randomize valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        --smc-check=all-non-file "$node" --single-threaded --predictable --hash-seed=1 --random-seed=1 "${@:2}" 2>&1 >/dev/null |
        awk '/Collected/ { print $4 }'
}
printf '\n%-26s %14s %14s %14s\n' instructions without 'empty preload' preload
for words in '-e 0' plain.js 'plain.js a b' plain.mjs; do
    # Two words where a space is.
    # shellcheck disable=SC2086
    printf '%-26s %14d %+14d %+14d\n' "node $words" "$(instructions '' $words)" \
        "$(($(instructions --require=./empty.cjs $words) - $(instructions '' $words)))" \
        "$(($(instructions "$options" $words) - $(instructions '' $words)))"
done
