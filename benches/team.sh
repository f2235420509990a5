#!/usr/bin/env bash
# What a load costs by secrets and by readers, against /bin/true: medians of interleaved runs, and exact instruction counts.
#
#     benches/team.sh [ROUNDS]
#
# NEXUS_ENV_BIN or NEXUS_ENV names the program to measure; otherwise it is the release build. The person who loads is the last
# of the readers. Needs python3, as the terminal on which a passphrase is typed; instructions need valgrind.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

rounds=${1:-100}

base=$(mktemp -d)
mkdir -p "$base/home" "$base/other" "$base/none"
# A readers' name that no other one comes after.
in_world() { env -i HOME="${home:-$base/home}" USER=zz PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"; }
cleared() {
    home=$base/other
    for place in "$base"/other/*/; do
        (cd "$place" && in_world "$program" lock dev) >/dev/null 2>&1 || true
    done
    rm -rf "$base"
}
trap cleared EXIT

# A repository with SECRETS secrets for READERS readers.
repository() {
    local secrets=$1 readers=$2 place=$3
    mkdir -p "$place"
    cd "$place"
    printf 'id = "%08d%08d"\ndefault = "dev"\n[env.dev]\n' "$secrets" "$readers" >.nexusenv
    for ((i = 0; i < secrets; i++)); do printf 'SECRET_%d=value-%d-of-a-usual-length\n' "$i" "$i"; done >"$base/values"
    {
        in_world "$program" init
        in_world "$program" allow
        in_world "$program" import "$base/values"
        for ((i = 1; i < readers; i++)); do
            in_world "$program" recipients add "reader$i" "$(in_world "$program" keygen -o "$base/key.$secrets.$readers.$i")"
        done
    } >/dev/null 2>&1
}

# Types the answers, a line each question, on a terminal of its own.
typed() {
    python3 - "$@" <<'PYTHON'
import os, pty, sys
answers, command = sys.argv[1].split(","), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if answers and seen.rstrip(b" ").endswith((b":", b"]")):
        os.write(terminal, answers.pop(0).encode() + b"\n")
        seen = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

names=() places=() homes=()
measure() { names+=("$1") places+=("$2") homes+=("$3"); }
measure '/bin/true' "$base/none" "$base/home"
for secrets in 1 10 20 200; do
    for readers in 1 5 20; do
        repository "$secrets" "$readers" "$base/home/$secrets.$readers"
        measure "$secrets secrets, $readers readers" "$base/home/$secrets.$readers" "$base/home"
    done
done
# The same with an identity behind a passphrase, opened for a time.
home=$base/other
repository 10 1 "$base/other/10"
typed 'y,correct horse,correct horse' env -i HOME="$home" PATH=/usr/bin:/bin TERM=xterm "$program" keygen --passphrase >&2
if typed 'correct horse' env -i HOME="$home" PATH=/usr/bin:/bin TERM=xterm "$program" unlock dev --for 1h >&2; then
    measure '10 secrets, from the keyring' "$base/other/10" "$home"
else
    echo 'no keyring here: an identity behind a passphrase is left out' >&2
fi

words() { if [[ $1 -eq 0 ]]; then echo /bin/true; else echo "$program" export --format shell; fi; }
# EPOCHREALTIME has microseconds and a locale's decimal sign.
clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
for ((round = 0; round <= rounds; round++)); do
    for at in "${!names[@]}"; do
        cd "${places[at]}"
        home=${homes[at]}
        read -ra command < <(words "$at")
        start=$(clock)
        in_world "${command[@]}" >/dev/null 2>&1 || { echo "failed: ${names[at]}" >&2; exit 1; }
        end=$(clock)
        # The first round warms up.
        [[ $round -eq 0 ]] || echo $((end - start)) >>"$base/times.$at"
    done
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
instructions() {
    cd "${places[$1]}"
    home=${homes[$1]}
    read -ra command < <(words "$1")
    in_world valgrind --tool=callgrind --callgrind-out-file=/dev/null "${command[@]}" 2>&1 >/dev/null |
        awk '/Collected/ { print $4 }' || true
}

true_time=$(median "$base/times.0")
printf '%-30s %10s %10s %14s\n' 'export of' µs 'x true' instructions
for at in "${!names[@]}"; do
    time=$(median "$base/times.$at")
    count=-
    ! command -v valgrind >/dev/null || count=$(instructions "$at")
    printf '%-30s %10d %10.2f %14s\n' "${names[at]}" "$time" "$(awk "BEGIN { print $time / $true_time }")" "${count:--}"
done
