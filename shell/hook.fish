# nexus-env in fish, 3.1 and later: nexus-env hook fish | source
#
# At a prompt where nothing changed only builtins run. The check that says so, __nexus_env_same, is generated anew at
# each load. A load starts the program once and evaluates what it prints. `set -l fish_trace` hides what a function does
# from `set fish_trace on`.

set -g __nexus_env_bin __NEXUS_ENV_BIN__

if not functions -q __nexus_env_load
    set -g __nexus_env_state new
    set -g __nexus_env_near
    set -g __nexus_env_refusal
    set -g __nexus_env_rules
    set -g __nexus_env_told
    set -g __nexus_env_seal
    set -g __nexus_env_label
end

# Sourced again, or for the first time: the next prompt looks.
function __nexus_env_same
    return 1
end

function __nexus_env_hook --on-event fish_prompt --on-variable PWD
    set -l fish_trace
    __nexus_env_same; or __nexus_env_load
    return 0
end

# Starts the program once.
#   load              the directory, a file or the time changed
#   load line         the same in the middle of a line, for a guarded command
#   load use ENV …    a selection for this shell
function __nexus_env_load
    set -l fish_trace
    if not test -x "$__nexus_env_bin"
        function __nexus_env_same
            not test -x "$__nexus_env_bin"
        end
        __nexus_env_lost "`$__nexus_env_bin` is gone, so nothing is loaded" 'install nexus-env again, or take its hook out of config.fish'
        return 1
    end
    set -l __nexus_env_out (__nexus_env_state="$__nexus_env_state" $__nexus_env_bin __load fish:$version $argv)
    set -l __nexus_env_code $status
    if test $__nexus_env_code -ne 0
        # A `use` that was refused, or broken off at its question, changes nothing.
        test "$argv[1]" = use; and return $__nexus_env_code
        function __nexus_env_same
            return 1
        end
        __nexus_env_lost "the program ended with status $__nexus_env_code, so nothing is loaded" 'nexus-env status'
        return $__nexus_env_code
    end
    set -g __nexus_env_told
    eval "$__nexus_env_out"
end

# The program cannot answer: what was set is removed, by the names that the shell itself knows. Told once.
function __nexus_env_lost
    set -l fish_trace
    for __nexus_env_name in (string match -r -a -- '[^ ]+' "$NEXUS_ENV_NAMES")
        string match -qr '^[A-Za-z_][A-Za-z0-9_]*$' -- $__nexus_env_name
        and __nexus_env_put_back $__nexus_env_name
    end
    set --erase -g NEXUS_ENV
    set --erase -g NEXUS_ENV_ROOT
    set --erase -g NEXUS_ENV_NAMES
    set --erase -g NEXUS_ENV_UNTIL
    set --erase -g NEXUS_ENV_ACCESS
    set -g __nexus_env_state new
    set -g __nexus_env_near lost
    __nexus_env_wrap npx prisma pnpm pnpx yarn bun bunx npm make just task psql dropdb pg_restore mysql mongosh \
        drizzle-kit knex sequelize sequelize-cli typeorm supabase rails rake alembic flyway liquibase dbmate goose atlas sqlx \
        diesel mix dotenv dotenvx env-cmd
    test "$__nexus_env_told" = lost; and return 0
    set -g __nexus_env_told lost
    echo "nexus-env: $argv[1]" >&2
    echo "hint: $argv[2]" >&2
end

# Saves what the shell has under these names: x for exported, u for not; p as well for a path list. Only what is global
# is saved. A universal variable is hidden by a global one, and comes to light again when that goes.
function __nexus_env_keep
    set -l fish_trace
    for __nexus_env_name in $argv
        set -qg $__nexus_env_name; or continue
        set -l __nexus_env_kind u
        set -qgx $__nexus_env_name; and set __nexus_env_kind x
        set -qg --path $__nexus_env_name; and set __nexus_env_kind p$__nexus_env_kind
        set -g __nexus_env_was_$__nexus_env_name $__nexus_env_kind $$__nexus_env_name
    end
end

# Forgets what was saved: the variable is the person's own now.
function __nexus_env_forget
    for __nexus_env_name in $argv
        set --erase -g __nexus_env_was_$__nexus_env_name
    end
end

# Gives these variables back what they were.
function __nexus_env_put_back
    set -l fish_trace
    for __nexus_env_name in $argv
        set -l __nexus_env_was __nexus_env_was_$__nexus_env_name
        set --erase -g $__nexus_env_name
        if set -qg $__nexus_env_was
            set -l __nexus_env_value $$__nexus_env_was
            switch $__nexus_env_value[1]
                case x
                    set -gx $__nexus_env_name $__nexus_env_value[2..-1]
                case u
                    set -gu $__nexus_env_name $__nexus_env_value[2..-1]
                case px
                    set -gx --path $__nexus_env_name $__nexus_env_value[2..-1]
                case pu
                    set -gu --path $__nexus_env_name $__nexus_env_value[2..-1]
            end
            set --erase -g $__nexus_env_was
        end
    end
end

# Some of these variables cannot be set, so none is. The first that is in the way is named, once.
function __nexus_env_refuse
    set -l fish_trace
    set -l __nexus_env_why
    for __nexus_env_name in $argv
        set -qgx $__nexus_env_name; and continue
        set -q __nexus_env_why[1]; or set __nexus_env_why $__nexus_env_name
    end
    __nexus_env_put_back $argv 2>/dev/null
    test "$__nexus_env_refusal" = "$__nexus_env_why"; and return 0
    set -g __nexus_env_refusal $__nexus_env_why
    echo "nexus-env: `$__nexus_env_why` is read-only in this shell, so nothing is loaded" >&2
    echo 'hint: rename it in the configuration' >&2
end

# Puts a guard in front of these names. A function that is there already goes on working under another name.
function __nexus_env_wrap
    for __nexus_env_name in $argv
        set -l __nexus_env_run "if __nexus_env_background $__nexus_env_name; command $__nexus_env_name \$argv &; else; command $__nexus_env_name \$argv; end"
        if functions -q $__nexus_env_name
            contains -- 'guarded by nexus-env' (functions --details --verbose $__nexus_env_name); and continue
            functions --erase __nexus_env_own_$__nexus_env_name
            functions --copy $__nexus_env_name __nexus_env_own_$__nexus_env_name
            set __nexus_env_run "__nexus_env_own_$__nexus_env_name \$argv"
        end
        eval "function $__nexus_env_name -d 'guarded by nexus-env'; __nexus_env_guard $__nexus_env_name \$argv; or return; set -q __nexus_env_yes[1]; and set -lx NEXUS_ENV_CONSENT \$__nexus_env_yes; $__nexus_env_run; end"
    end
end

# Whether the line that runs has this command in the background. fish waits for a function also behind `&`, which it
# would not do for the command, so the function has to put the command there. In doubt, no.
function __nexus_env_background
    set -l __nexus_env_line (status current-commandline 2>/dev/null | string collect)
    string match -q '*&*' -- "$__nexus_env_line"; or return 1
    # What is quoted, and the other meanings of `&`, do not count.
    set __nexus_env_line (string replace -ra '\\\\.|\'[^\']*\'|"[^"]*"' x -- "$__nexus_env_line" | string collect)
    set __nexus_env_line (string replace -ra '[0-9]*>&[0-9-]*|&>' ' ' -- "$__nexus_env_line" | string collect)
    set __nexus_env_line (string replace -ra '&&|[|][|]' ';' -- "$__nexus_env_line" | string collect)
    set -l __nexus_env_calls (string match -ra "(?<![\w./-])$argv[1](?![\w./-])" -- "$__nexus_env_line")
    test (count $__nexus_env_calls) -eq 1
    and string match -qr "(^|[;\n&(])\s*((and|or|begin)\s+)*(\w+=\S*\s+)*$argv[1](\s[^;|&\n]*)?&" -- "$__nexus_env_line"
end

# 0: run it. 3: blocked, and the person was told. Nothing but builtins unless the words could name a rule. A yes that the
# person gave has a number, in __nexus_env_yes: with it the layers below need not ask again.
function __nexus_env_guard
    set -g __nexus_env_yes
    __nexus_env_same; or __nexus_env_load line
    test -n "$__nexus_env_near"; or return 0
    if test "$__nexus_env_near" = lost
        __nexus_env_nearby .nexusenv >/dev/null; or return 0
    end
    __nexus_env_named $argv; or return 0
    set -l __nexus_env_code 127
    if test -x "$__nexus_env_bin"
        set -l __nexus_env_piped
        # What is piped into the command is the command's: that there is something is all that can be said.
        test -t 0; or set __nexus_env_piped --piped
        set -g __nexus_env_yes ($__nexus_env_bin __guard $__nexus_env_piped -- $argv </dev/null)
        set __nexus_env_code $status
    end
    switch $__nexus_env_code
        case 0 3
            return $__nexus_env_code
    end
    echo "nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so `$argv[1]` did not run" >&2
    echo "hint: nexus-env status, or `command $argv[1] …` to go without the guard" >&2
    return 3
end

# Prints the nearest file of this name at or above the directory.
function __nexus_env_nearby
    set -l __nexus_env_at $PWD
    while true
        if test -e "$__nexus_env_at/$argv[1]"
            echo -n "$__nexus_env_at/$argv[1]"
            return 0
        end
        test -z "$__nexus_env_at"; and return 1
        test "$__nexus_env_at" = /; and return 1
        set __nexus_env_at (string replace -r '/[^/]*$' '' -- $__nexus_env_at | string collect)
    end
end

# Whether these words could name a rule. In doubt, yes: to ask costs one process and never gives a wrong answer.
function __nexus_env_named
    set -l __nexus_env_seen
    set -l __nexus_env_flags
    set -l __nexus_env_scripts
    # A rule of the team's or the person's may name a runner itself.
    contains -- $argv[1] $__nexus_env_rules; and return 0
    switch $argv[1]
        case prisma
            set __nexus_env_seen yes
            __nexus_env_harmless $argv[2..-1]; and return 1
        case npx pnpx bunx
        case npm pnpm yarn bun
            set __nexus_env_scripts yes
        case dotenv dotenvx env-cmd
        case '*'
            __nexus_env_risky $argv
            return
    end
    set -l __nexus_env_rest $argv[2..-1]
    while set -q __nexus_env_rest[1]
        set -l __nexus_env_word $__nexus_env_rest[1]
        set --erase __nexus_env_rest[1]
        contains -- (string replace -r '^.*/' '' -- $__nexus_env_word | string collect) $__nexus_env_rules; and return 0
        if string match -qr '\s' -- $__nexus_env_word
            string match -qr 'prisma|migrat|db[: -]|npm|npx|yarn|bun|run-[sp]|drizzle|typeorm|sequelize|knex|psql|dropdb|pg_restore|supabase|rails|rake|alembic|flyway|\.sh|sh -|make |just ' -- $__nexus_env_word; and return 0
            continue
        end
        switch $__nexus_env_word
            case prisma prisma7 'prisma@*' 'prisma7@*' '@prisma/prisma7*' '*/prisma' '*/prisma7' '*prisma/build/index.js' 'npm:prisma*' zen 'zen@*' zenstack 'zenstack@*' wasp 'wasp@*' keystone 'keystone@*' rws 'rws@*'
                # Behind a flag the word may be the flag's value: `--filter prisma`, `--package prisma`.
                if not set -q __nexus_env_flags[1]; and __nexus_env_harmless $__nexus_env_rest
                    return 1
                end
                set __nexus_env_seen yes
            case migrate 'migrate-*' db studio mcp push reset deploy drop execute seed dev platform bootstrap
                set -q __nexus_env_seen[1]; and return 0
            case drizzle-kit 'drizzle-kit@*' typeorm 'typeorm@*' 'typeorm-*' sequelize sequelize-cli knex 'knex@*' supabase 'supabase@*' mikro-orm mikro-orm-esm node-pg-migrate graphile-migrate db-migrate kysely payload medusa psql dropdb pg_restore
                __nexus_env_risky $__nexus_env_word $__nexus_env_rest; and return 0
            case turbo nx lerna run-s run-p npm-run-all npm-run-all2 'npm:*' 'pnpm:*' 'yarn:*' 'bun:*'
                return 0
            case '-*'
                set __nexus_env_flags yes
        end
    end
    set -q __nexus_env_scripts[1]; or return 1
    __nexus_env_scripted $argv
end

# Whether the words of a tool that is not Prisma could lose data. The program knows the tools; here are only the words
# that none of their harmless commands needs.
function __nexus_env_risky
    set -l __nexus_env_tool (string replace -r '^.*/' '' -- $argv[1] | string replace -r '@.*$' '' | string collect)
    set -l __nexus_env_words $argv[2..-1]
    switch $__nexus_env_tool
        case make just task
            # One whose recipes reach no database needs no question.
            string match -qr -- '^(-[Cfdt]|--directory|--file|--makefile|--justfile|--taskfile)' x $__nexus_env_words; and return 0
            for __nexus_env_name in GNUmakefile makefile Makefile justfile Justfile .justfile Taskfile.yml taskfile.yml Taskfile.yaml
                set -l __nexus_env_file (__nexus_env_nearby $__nexus_env_name | string collect)
                test -n "$__nexus_env_file"; or continue
                while read -l __nexus_env_line
                    string match -qr 'include|docker|php|python|node|prisma|migrat|db[: -]|npm|npx|yarn|bun|run-[sp]|drizzle|typeorm|sequelize|knex|psql|dropdb|pg_restore|supabase|rails|rake|alembic|flyway|\.sh|sh -|make |just ' -- "$__nexus_env_line"; and return 0
                end <$__nexus_env_file
            end
            return 1
        case psql mysql mongosh
            test -t 0; or return 0
            for __nexus_env_word in $__nexus_env_words
                string match -qr -- '^--(host|port|user|dbname|pset|set|variable|no-|csv|tuples-only|quiet)' $__nexus_env_word; and continue
                string match -qri -- '^-.*[fi]|drop|trunc|delete|update|alter|exec|call|do[ $]|remove|\\\\(i|!|gexec)|\.js$|^:' $__nexus_env_word; and return 0
            end
            return 1
        case pg_restore
            string match -qr -- '^(-l|--list|-f.*|--file.*|--help|--version)$' x $__nexus_env_words; and return 1
            return 0
    end
    string match -qr -- '^--(help|version)$' x $__nexus_env_words; and return 1
    string match -qr -- '(^|[:.])drop|reset|rollback|down|undo|revert|push|sync|fresh|clean|flush|wipe|truncate|load|setup|purge|redo|migrat|seed|^up$|^up-|upgrade|^(stamp|run|apply|studio|repair|baseline|force|goto|delete|prepare|zero)$|^schema' x $__nexus_env_words; and return 0
    test "$__nexus_env_tool" = dropdb
end

# Whether the words after `prisma` are of a command that no rule names.
function __nexus_env_harmless
    switch "$argv[1]:$argv[2]"
        case 'generate:*' 'validate:*' 'format:*' 'version:*' migrate:status db:pull
            return 0
        case migrate:diff
            not string match -q -- '*shadow*' $argv; and not string match -q -- '*-migrations*' $argv
        case '*'
            return 1
    end
end

# Whether a script of the nearest package.json that these words run could come to prisma.
function __nexus_env_scripted
    set -l __nexus_env_words $argv[2..-1]
    for __nexus_env_word in $__nexus_env_words
        switch $__nexus_env_word
            case -w '-w=*' -ws --ws '--workspace*' -F '-F=*' '--filter*' -r --recursive -C '--dir*' '--cwd*' '--prefix*' workspace workspaces
                return 0 # the script stands in another package.json
            case it cit 'install-*' 'clean-install-*'
                return 0
        end
    end
    set -l __nexus_env_file (__nexus_env_nearby package.json | string collect)
    test -n "$__nexus_env_file"; or return 1
    set -l __nexus_env_lines
    while read -l __nexus_env_line
        set -a __nexus_env_lines $__nexus_env_line
    end <$__nexus_env_file
    set -q __nexus_env_lines[1]; or return 1 # without words `string` would read the command's input
    string match -qr '\\\\u' -- $__nexus_env_lines; and return 0 # an escape can hide a name
    switch "$argv[1]:$argv[2]"
        case npm:t npm:te npm:tes npm:tst pnpm:t pnpm:tst
            set __nexus_env_words test
        case 'npm:st*' 'npm:rest*'
            set __nexus_env_words start stop restart
        case 'npm:run*' 'npm:ru*' npm:test npm:exec npm:x pnpm:run pnpm:exec pnpm:test yarn:run bun:run
        case 'npm:*' '*:' '*:-*' '*:i' '*:install' '*:a' '*:add' '*:up*' '*:rebuild' '*:rb' '*:link' '*:ln' '*:rm' '*:remove'
            # Installing and publishing run scripts of their own.
            set -a __nexus_env_words install prepare publish prepublishOnly pack version uninstall dependencies
    end
    for __nexus_env_word in $__nexus_env_words
        set -l __nexus_env_key '"(?:pre|post)?'(string escape --style=regex -- $__nexus_env_word | string collect)'"'
        # What stands behind the name, on the same line.
        for __nexus_env_line in (string replace -r -f -- "^.*?$__nexus_env_key" '' $__nexus_env_lines)
            set -q __nexus_env_rules[1]; and return 0
            string match -qr 'prisma|migrat|db[: -]|npm|npx|yarn|bun|run-[sp]|drizzle|typeorm|sequelize|knex|psql|dropdb|pg_restore|supabase|rails|rake|alembic|flyway|\.sh|sh -|make |just |--run|\$|turbo|nx |lerna|wireit|zen|wasp|keystone|rws' -- $__nexus_env_line
            and return 0
            string match -q '*"*' -- $__nexus_env_line; or return 0 # its value stands on another line
        end
    end
    return 1
end

# `use` changes this shell, so it goes through the load. Everything else is the program's own.
function nexus-env
    if test "$argv[1]" = use; and not contains -- "$argv[2]" -h --help
        __nexus_env_load $argv
        return
    end
    $__nexus_env_bin $argv
end
