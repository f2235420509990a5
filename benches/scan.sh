#!/usr/bin/env bash
# What `scan` takes on a large tree, beside `git grep` for one fixed text: medians of interleaved runs.
#
#     benches/scan.sh [FILES] [ROUNDS]
#
# FILES is 100,000 unless told otherwise, of about 4 KB each, in a repository of git with 20 secrets. NEXUS_ENV_BIN or NEXUS_ENV
# names the program to measure; otherwise it is the release build.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

files=${1:-100000} rounds=${2:-5}

base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
mkdir -p "$base/home/repo"
cd "$base/home/repo"
in_world() { env -i HOME="$base/home" USER=ada PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"; }

python3 - "$files" <<'PYTHON'
import os, random, sys
random.seed(1)
words = [("%x" % random.getrandbits(random.randint(8, 60))) for _ in range(4000)]
for at in range(int(sys.argv[1])):
    place = "src/%03d/%02d" % (at // 1000, at // 50 % 20)
    os.makedirs(place, exist_ok=True)
    lines = [" ".join(random.choices(words, k=8)) for _ in range(50)]
    with open("%s/file%d.ts" % (place, at), "w") as file:
        file.write("\n".join(lines) + "\n")
PYTHON
printf 'id = "0000000000000001"\ndefault = "dev"\n[env.dev]\n' >.nexusenv
for ((i = 0; i < 19; i++)); do printf 'SECRET_%d=value-%d-that-nobody-guesses\n' "$i" "$i"; done >"$base/values"
printf 'DATABASE_URL=postgresql://postgres:hunter2%%2Fsecret@127.0.0.1:5433/db\n' >>"$base/values"
{
    in_world git init -q
    in_world "$program" init
    in_world "$program" allow --yes
    in_world "$program" import "$base/values"
    in_world git add -A
} >/dev/null 2>&1
printf 'const password = "hunter2/secret";\n' >>src/000/00/file7.ts

clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
found=$(in_world "$program" scan 2>/dev/null || true)
[[ $found == *src/000/00/file7.ts* ]] || { echo "scan did not find what is there: $found" >&2; exit 1; }
for ((round = 0; round < rounds; round++)); do
    start=$(clock)
    in_world "$program" scan >/dev/null 2>&1 || true
    between=$(clock)
    in_world git grep -qF 'a text that stands nowhere' || true
    end=$(clock)
    echo $((between - start)) >>"$base/scan"
    echo $((end - between)) >>"$base/grep"
done
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
scan=$(median "$base/scan") grep=$(median "$base/grep")
printf '%d files, %s: scan %d ms, git grep %d ms, %.2f times\n' "$files" "$(du -sh --apparent-size src | cut -f1)" \
    $((scan / 1000)) $((grep / 1000)) "$(awk "BEGIN { print $scan / $grep }")"
