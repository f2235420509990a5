#!/usr/bin/env bash
# Whole processes of nexus-env against /bin/true: medians of interleaved runs, and exact instruction counts.
#
#     benches/process.sh [ROUNDS]
#
# NEXUS_ENV names the program to measure; otherwise it is the release build. Instructions need valgrind.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

rounds=${1:-100}

base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
mkdir -p "$base/home" "$base/none"
url=postgresql://u:p@127.0.0.1:5999/db
in_world() { env -i HOME="$base/home" PATH=/usr/bin:/bin LANG=C.UTF-8 DATABASE_URL="$url" "$@"; }

# A repository with COUNT secrets.
repository() {
    mkdir -p "$base/home/$1"
    cd "$base/home/$1"
    printf 'id = "%016d"\ndefault = "dev"\n[env.dev]\n[env.dev.match]\nports = [5999]\n[env.prod]\n' "$1" >.nexusenv
    for ((i = 0; i < $1; i++)); do printf 'SECRET_%d=value-%d\n' "$i" "$i"; done >"$base/values"
    {
        in_world "$program" init
        in_world "$program" allow
        in_world "$program" import "$base/values"
    } >/dev/null 2>&1
}
repository 10
repository 1000

names=() places=() commands=()
measure() {
    names+=("$1") places+=("$2")
    shift 2
    commands+=("$(printf '%q ' "$@")")
}
measure '/bin/true' none /bin/true
measure 'export, outside' none "$program" export --format shell
measure 'hook bash' none "$program" hook bash
measure 'export, 10 secrets' home/10 "$program" export --format shell
measure 'export, 1000 secrets' home/1000 "$program" export --format shell
measure 'run /bin/true, 10 secrets' home/10 "$program" run -- /bin/true
measure 'guard check, harmless' home/10 "$program" guard check -- npx eslint .
measure 'guard check, destructive' home/10 "$program" guard check -- prisma migrate dev

# EPOCHREALTIME has microseconds and a locale's decimal sign.
clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
for ((round = 0; round <= rounds; round++)); do
    for at in "${!names[@]}"; do
        cd "$base/${places[at]}"
        start=$(clock)
        # The words were quoted above; a status other than 0 is the answer of some of these.
        eval "in_world ${commands[at]}" >/dev/null 2>&1 || true
        end=$(clock)
        # The first round warms up.
        [[ $round -eq 0 ]] || echo $((end - start)) >>"$base/times.$at"
    done
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# Of a process that becomes another one nothing is known.
instructions() {
    cd "$base/${places[$1]}"
    eval "in_world valgrind --tool=callgrind --callgrind-out-file=/dev/null ${commands[$1]}" 2>&1 >/dev/null |
        awk '/Collected/ { print $4 }' || true
}

true_time=$(median "$base/times.0")
printf '%-28s %10s %10s %14s\n' process µs 'x true' instructions
for at in "${!names[@]}"; do
    time=$(median "$base/times.$at")
    count=-
    ! command -v valgrind >/dev/null || count=$(instructions "$at")
    printf '%-28s %10d %10.2f %14s\n' "${names[at]}" "$time" "$(awk "BEGIN { print $time / $true_time }")" "${count:--}"
done
