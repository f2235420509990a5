#!/usr/bin/env bash
# What a judgement costs: whole processes of `guard check`, by the listener alone and by asking the database, against
# /bin/true and against the same question from psql. Medians of interleaved runs.
#
#     benches/judgement.sh [ROUNDS]
#
# It makes a PostgreSQL server of its own, and needs its programs (as `tests/run` installs them). NEXUS_ENV names the
# program to measure; otherwise it is the release build.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

rounds=${1:-40}
proxy=$(compgen -G "$top/target/*/debug/examples/cloud-sql-proxy" | head -n 1 || true)
[[ -x $proxy ]] || { echo 'first: cargo build --example cloud-sql-proxy' >&2; exit 1; }
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || dirname "$(command -v initdb)")

base=$(mktemp -d)
as=()
[[ $EUID -ne 0 ]] || { as=(runuser -u postgres --); chown postgres "$base"; }
chmod 755 "$base"
cd "$base"
proxies=()
finish() {
    [[ ${#proxies[@]} -eq 0 ]] || kill "${proxies[@]}" 2>/dev/null || true
    "${as[@]}" "$bin/pg_ctl" -D "$base/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$base"
}
trap finish EXIT
port=$((20000 + $$ % 10000))
"${as[@]}" "$bin/initdb" -D "$base/data" -U postgres --auth=trust --no-sync >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$base/data" -w -l "$base/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$base -c fsync=off" start >/dev/null
url() { printf 'postgresql://postgres@127.0.0.1:%s/postgres' "$1"; }
psql -qXAt "$(url "$port")" -c "COMMENT ON DATABASE postgres IS '[nexus-env:dev]'"

mkdir -p home/repo
in_world() { env -i HOME="$base/home" PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"; }
cd home/repo
printf 'id = "%016d"\ndefault = "dev"\n[env.dev]\n[env.dev.proxy]\ninstance = "p:r:dev"\nport = %d\n' 1 $((port + 1)) >.nexusenv
printf '[env.prod]\n[env.prod.proxy]\ninstance = "p:r:prod"\nport = %d\n' $((port + 2)) >>.nexusenv
in_world "$program" init >/dev/null 2>&1
in_world "$program" allow >/dev/null 2>&1
for instance in dev prod; do
    coproc CLOUD_SQL_PROXY_SERVERS="p:r:$instance=$port" "$proxy" --port=$((port + 1 + ${#proxies[@]})) "p:r:$instance"
    proxies+=("$COPROC_PID")
    read -r _ <&"${COPROC[0]}"
done 2>/dev/null

names=('/bin/true' 'psql, the same question' 'by the listener (prod)' 'by the listener (dev) and the database' 'by the database')
run() {
    case $1 in
        0) in_world /bin/true ;;
        1) in_world psql -qXAt "$(url "$port")" -c 'SELECT system_identifier FROM pg_control_system()' ;;
        2) in_world DATABASE_URL="$(url $((port + 2)))" "$program" guard check -- prisma migrate dev ;;
        3) in_world DATABASE_URL="$(url $((port + 1)))" "$program" guard check -- prisma migrate dev ;;
        4) in_world DATABASE_URL="$(url "$port")" "$program" guard check -- prisma migrate dev ;;
    esac >/dev/null 2>&1
}
expected=(0 0 3 0 0)
clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
for ((round = 0; round <= rounds; round++)); do
    for at in "${!names[@]}"; do
        start=$(clock)
        status=0
        run "$at" || status=$?
        end=$(clock)
        [[ $status -eq ${expected[at]} ]] || { echo "${names[at]}: exit $status" >&2; exit 1; }
        # The first round warms up.
        [[ $round -eq 0 ]] || echo $((end - start)) >>"$base/times.$at"
    done
done
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
true_time=$(median "$base/times.0")
printf '%-40s %8s %8s\n' process µs 'x true'
for at in "${!names[@]}"; do
    time=$(median "$base/times.$at")
    printf '%-40s %8d %8.2f\n' "${names[at]}" "$time" "$(awk "BEGIN { print $time / $true_time }")"
done
