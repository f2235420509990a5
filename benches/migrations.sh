#!/usr/bin/env bash
# What `migrate status` and `migrate check` cost with many migrations: medians of interleaved runs, against the bars.
#
#     benches/migrations.sh [ROUNDS]
#
# `migrate status` looks at three environments, each a PostgreSQL server of its own with all migrations applied. The slowest of
# them is asked for its history by psql with the same URL, over the same way: 1.5 times that, and 60 ms, is the bar. With
# DELAY=20 each byte to and from one of the servers takes 20 ms longer, as to another continent (python3). `migrate check`
# reads every migration as new, which no real branch does: its bar is 300 ms.
#
# NEXUS_ENV_BIN names the program to measure; otherwise it is the release build. COUNT is how many migrations, 300.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=head.bash
. "$(dirname "${BASH_SOURCE[0]}")/head.bash"

rounds=${1:-20}
count=${COUNT:-300}
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || dirname "$(command -v initdb)")

base=$(mktemp -d)
as=()
[[ $EUID -ne 0 ]] || { as=(runuser -u postgres --); chown postgres "$base"; }
chmod 755 "$base"
cd "$base"
environments=(dev test prod)
delaying=''
finish() {
    [[ -z $delaying ]] || kill "$delaying" 2>/dev/null || true
    for name in "${environments[@]}"; do
        "${as[@]}" "$bin/pg_ctl" -D "$base/$name" -m immediate stop >/dev/null 2>&1 || true
    done
    rm -rf "$base"
}
trap finish EXIT

# Migrations as Prisma writes them: a table each, with an index, and a column for the one before.
mkdir -p home/repo/prisma/migrations
cd home/repo
printf 'provider = "postgresql"\n' >prisma/migrations/migration_lock.toml
printf 'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n' >prisma/schema.prisma
rows=$base/rows.sql
printf 'CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);\n' >"$rows"
for ((at = 1; at <= count; at++)); do
    name=$(printf '2026%010d_change_%d' "$at" "$at")
    mkdir "prisma/migrations/$name"
    {
        printf -- '-- CreateTable\nCREATE TABLE "Thing%d" (\n    "id" SERIAL NOT NULL,\n    "name" TEXT NOT NULL,\n    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n\n    CONSTRAINT "Thing%d_pkey" PRIMARY KEY ("id")\n);\n\n' "$at" "$at"
        printf -- '-- CreateIndex\nCREATE UNIQUE INDEX "Thing%d_name_key" ON "Thing%d"("name");\n\n' "$at" "$at"
        ((at == 1)) || printf -- '-- AlterTable\nALTER TABLE "Thing%d" ADD COLUMN "more" TEXT;\n' $((at - 1))
    } >"prisma/migrations/$name/migration.sql"
    sum=$(sha256sum "prisma/migrations/$name/migration.sql")
    printf "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ('%d', '%s', now(), '%s', 1);\n" "$at" "${sum%% *}" "$name" >>"$rows"
done
chmod 644 "$rows"

# A server for each environment. The last one may be far away.
first=$((20000 + $$ % 10000))
ports=()
in_world() { env -i HOME="$base/home" PATH="${PATH}" LANG=C.UTF-8 "$@"; }
url() { printf 'postgresql://postgres@127.0.0.1:%s/postgres' "$1"; }
for name in "${environments[@]}"; do
    port=$((first + ${#ports[@]}))
    ports+=("$port")
    "${as[@]}" "$bin/initdb" -D "$base/$name" -U postgres --auth=trust --no-sync >/dev/null
    "${as[@]}" "$bin/pg_ctl" -D "$base/$name" -w -l "$base/$name.log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$base -c fsync=off" start >/dev/null
    psql -qXAt "$(url "$port")" -f "$rows" >/dev/null
done
if [[ -n ${DELAY:-} ]]; then
    far=$((first + 9))
    python3 - "$far" "${ports[2]}" "$DELAY" <<'PYTHON' &
import asyncio, sys
listen, target, delay = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000
async def carry(reader, writer):
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()
    async def give():
        while (item := await queue.get()) is not None:
            due, data = item
            await asyncio.sleep(max(0, due - loop.time()))
            writer.write(data)
            await writer.drain()
        writer.close()
    task = asyncio.create_task(give())
    while data := await reader.read(65536):
        queue.put_nowait((loop.time() + delay, data))
    queue.put_nowait(None)
    await task
async def serve(reader, writer):
    # The handshake of TCP takes a way there and back, too.
    await asyncio.sleep(2 * delay)
    behind = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(carry(reader, behind[1]), carry(behind[0], writer), return_exceptions=True)
async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", listen) as server:
        await server.serve_forever()
asyncio.run(main())
PYTHON
    delaying=$!
    until (: <>"/dev/tcp/127.0.0.1/$far") 2>/dev/null; do :; done
    ports[2]=$far
fi

{
    printf 'id = "%016d"\ndefault = "dev"\n' 1
    for at in 0 1 2; do
        printf '[env.%s]\n' "${environments[at]}"
        ((at == 0)) || printf 'promote_from = "%s"\n' "${environments[at - 1]}"
        printf '[env.%s.vars]\nDATABASE_URL = "%s"\n' "${environments[at]}" "$(url "${ports[at]}")"
    done
} >.nexusenv
in_world "$program" init >/dev/null 2>&1
in_world "$program" allow --yes >/dev/null 2>&1
git init -q -b main .
git -c user.name=a -c user.email=a@b add .
git -c user.name=a -c user.email=a@b commit -qm one

names=(/bin/true 'git rev-parse' 'psql, the history of dev' 'psql, the history of test' 'psql, the history of prod' 'migrate status'
    'migrate check, none new' 'migrate check, all new')
history='SELECT migration_name, checksum, started_at, finished_at, rolled_back_at, applied_steps_count, left(logs, 400) FROM _prisma_migrations ORDER BY started_at, id'
git switch -q --orphan empty
git -c user.name=a -c user.email=a@b commit -q --allow-empty -m none
git switch -q main
run() {
    case $1 in
        0) in_world /bin/true ;;
        1) in_world git rev-parse --show-toplevel ;;
        2 | 3 | 4) in_world psql -qXAt "$(url "${ports[$1 - 2]}")" -c "$history" ;;
        5) in_world "$program" migrate status ;;
        6) in_world "$program" migrate check ;;
        7) in_world "$program" migrate check --base empty ;;
    esac >"$base/said" 2>&1
}
clock() { printf '%s' "${EPOCHREALTIME//[!0-9]/}"; }
for ((round = 0; round <= rounds; round++)); do
    for at in "${!names[@]}"; do
        start=$(clock)
        status=0
        run "$at" || status=$?
        end=$(clock)
        # The first round warms up. With every migration new, what is found in them is the answer.
        [[ $status -eq 0 || ($at -eq 7 && $status -eq 1) ]] || { cat "$base/said" >&2; echo "${names[at]}: exit $status" >&2; exit 1; }
        [[ $round -eq 0 ]] || echo $((end - start)) >>"$base/times.$at"
    done
done
median() { sort -n "$base/times.$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
slowest=0
for at in "${!names[@]}"; do
    printf '%-28s %10d µs\n' "${names[at]}" "$(median "$at")"
    [[ $at -lt 2 || $at -gt 4 || $(median "$at") -lt $slowest ]] || slowest=$(median "$at")
done
bar() { printf '%-28s %10d µs, %s\n' "$1" "$3" "$([[ $2 -le $3 ]] && echo kept || echo 'NOT KEPT')"; }
bar 'bar for migrate status' "$(median 5)" $((slowest * 3 / 2 + 60000))
bar 'bar for migrate check' "$(median 7)" 300000
