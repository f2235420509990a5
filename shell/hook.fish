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
    set -g __nexus_env_unprompted
    set -g __nexus_env_holders
    set -g __nexus_env_astray
end

# Sourced again, or for the first time: the next prompt looks.
function __nexus_env_same
    return 1
end

function __nexus_env_install
    function __nexus_env_hook --on-event fish_prompt --on-variable PWD
        set -l fish_trace
        __nexus_env_same; or __nexus_env_load
        return 0
    end
end
__nexus_env_install

# Something else removed the function that the prompt calls: it is put back. Told once.
function __nexus_env_prompted
    functions -q __nexus_env_hook; and return 0
    __nexus_env_install
    test -n "$__nexus_env_unprompted"; and return 0
    set -g __nexus_env_unprompted mended
    echo 'nexus-env: the function `__nexus_env_hook` was removed, so nothing was loaded at the prompt; from now on it is' >&2
    echo 'hint: in config.fish the line of the hook stands behind what removes functions' >&2
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
    set --erase -g NEXUS_ENV_UNTIL_UPTIME
    set --erase -g NEXUS_ENV_ACCESS
    set -g __nexus_env_state new
    set -g __nexus_env_near lost
    __nexus_env_wrap __NEXUS_ENV_NAMES__
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
        eval "function $__nexus_env_name -d 'guarded by nexus-env'; __nexus_env_guard $__nexus_env_name \$argv; or return; set -q __nexus_env_yes[1]; and set -lx NEXUS_ENV_CONSENT \$__nexus_env_yes[1]; set -l __nexus_env_deploys \$__nexus_env_yes[2]; $__nexus_env_run; __nexus_env_ended \$status \$__nexus_env_deploys; end"
    end
end

# Whether this machine has been up for less than so many seconds; true where nobody tells.
function __nexus_env_before
    test -r /proc/uptime; and read -l -d . up rest </proc/uptime; or return 0
    test "$up" -lt $argv[1]
end

# Whether the file holds exactly this text. For a file whose time could have been the same before and after a change.
function __nexus_env_holds
    test -r $argv[1]; and read -z -l text <$argv[1]
    test "$text" = "$argv[2]"
end

# Gives the status back, and tells the log how a deployment ended.
function __nexus_env_ended
    set -q argv[2]; and $__nexus_env_bin __ended $argv[1] </dev/null
    return $argv[1]
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
    __nexus_env_prompted
    # While another environment's tunnel has a port of this one, each guarded command looks whether it still has.
    test -z "$__nexus_env_astray"; and __nexus_env_same; or __nexus_env_load line
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
        set -g __nexus_env_yes ($__nexus_env_bin __guard --holders=$__nexus_env_holders $__nexus_env_piped -- $argv </dev/null)
        set __nexus_env_code $status
    end
    switch $__nexus_env_code
        case 0 3
            return $__nexus_env_code
        case 5
            # Another program listens on a database's port than when this was loaded: what is exported may have to change.
            set -g __nexus_env_holders
            __nexus_env_load line
            __nexus_env_guard $argv
            return
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

# Whether a piece of a command line or of a script says something through which a database can be reached, or that a rule
# of the team's or the person's could name.
function __nexus_env_reaches
    string match -qr -- 'prisma|migrat|db[: _-]|npm|npx|yarn|bun|run-[sp]|drizzle|typeorm|-orm|sequelize|knex|sql|SQL|DROP |drop |TRUNCATE|DELETE FROM|dropdb|dropuser|pg_|supabase|rails|rake|alembic|flyway|liquibase|mongo|mariadb|goose|dbmate|mise |atlas|diesel|mix |artisan|manage\.py|django|flask|aerich|kysely|medusa|payload|redis|valkey|hasura|heroku|neon|pscale|turso|wrangler|ecto\.|doctrine|dotnet|edgedb|\.sh|sh -|make |just |task |deno |eval ' x $argv; and return 0
    for __nexus_env_mark in $__nexus_env_rules
        test "$__nexus_env_mark" = '*'; and return 0
        string match -qr -- (string escape --style=regex -- $__nexus_env_mark) x $argv; and return 0
    end
    return 1
end

# Whether these words could name a rule. In doubt, yes: to ask costs one process and never gives a wrong answer.
function __nexus_env_named
    set -l __nexus_env_seen
    set -l __nexus_env_flags
    set -l __nexus_env_scripts
    # A rule may name a runner itself.
    contains -- $argv[1] $__nexus_env_rules; and return 0
    contains -- '*' $__nexus_env_rules; and return 0
    switch $argv[1]
        case prisma
            set __nexus_env_seen yes
            __nexus_env_harmless $argv[2..-1]; and return 1
        case npx pnpx bunx
        case npm pnpm yarn bun
            set __nexus_env_scripts yes
        case dotenv dotenvx env-cmd
        case make just task
            __nexus_env_recipes $argv
            return
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
            __nexus_env_reaches $__nexus_env_word; and return 0
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
        case psql mysql mongosh
            test -t 0; or return 0
            set -l __nexus_env_next
            for __nexus_env_word in $__nexus_env_words
                if set -q __nexus_env_next[1]
                    set --erase __nexus_env_next
                    __nexus_env_writes $__nexus_env_word; and return 0
                    continue
                end
                switch "$__nexus_env_tool:$__nexus_env_word"
                    case psql:-f psql:--file
                        set __nexus_env_next yes
                    case 'psql:--file=*'
                        __nexus_env_writes (string replace -- --file= '' $__nexus_env_word); and return 0
                    case '*:--host*' '*:--port*' '*:--user*' '*:--dbname*' '*:--pset*' '*:--set*' '*:--variable*' '*:--no-*' '*:--csv' '*:--tuples-only' '*:--quiet'
                    case '*:-*f*' '*:-*i*' '*.js' '*::*'
                        return 0
                    case '*'
                        __nexus_env_spells $__nexus_env_word; and return 0
                end
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

# Whether words for a database, or a script of such, could change what is stored.
function __nexus_env_spells
    string match -qri -- 'drop|trunc|delete|update|alter|exec|call|do[ $]|remove|\\\\(i|!|gexec)' x $argv
end

# Whether a script of SQL could. A long one is not read.
function __nexus_env_writes
    test -f "$argv[1]" -a -r "$argv[1]"; or return 0
    set -l __nexus_env_count 0
    while read -l __nexus_env_line
        set __nexus_env_count (math $__nexus_env_count + 1)
        test $__nexus_env_count -gt 500; and return 0
        __nexus_env_spells $__nexus_env_line; and return 0
        string match -qri -- '\bdo\s*$|\bdo\t|\\\\[ocgwr]' " $__nexus_env_line"; and return 0
    end <$argv[1]
    return 1
end

# Whether what make, just or task is asked for could reach a database. What begins at the first column of a Makefile or a
# justfile, or under `tasks` in a Taskfile, and all that stands below it, is one piece. A piece is suspect when it says
# something through which a database can be reached, or names a suspect one: as what it needs, calls, or expands.
function __nexus_env_recipes
    set -l __nexus_env_tool $argv[1]
    set -l __nexus_env_wanted
    set -l __nexus_env_given
    for __nexus_env_word in $argv[2..-1]
        if string match -qr -- '^(-[0-9].*|-j[0-9]*|-[skB]|--silent|--no-print-directory|--always-make|[0-9].*)$' $__nexus_env_word
            continue
        else if string match -qr -- '^-|[\s$`;&|]' $__nexus_env_word
            return 0
        else if string match -q '*=*' -- $__nexus_env_word
            __nexus_env_reaches $__nexus_env_word; and return 0
            set -a __nexus_env_given $__nexus_env_word
        else
            # What follows the first name may be what is given to it.
            test $__nexus_env_tool = just; and __nexus_env_reaches $__nexus_env_word; and return 0
            set -a __nexus_env_wanted $__nexus_env_word
        end
    end
    set -l __nexus_env_files GNUmakefile makefile Makefile
    switch $__nexus_env_tool
        case just
            set __nexus_env_files justfile Justfile .justfile
        case task
            set __nexus_env_files Taskfile.yml taskfile.yml Taskfile.yaml taskfile.yaml Taskfile.dist.yml Taskfile.dist.yaml
    end
    for __nexus_env_name in $__nexus_env_files
        set -l __nexus_env_file (__nexus_env_nearby $__nexus_env_name | string collect)
        test -n "$__nexus_env_file"; or continue
        test -r "$__nexus_env_file"; or return 0
        read -lz __nexus_env_text <$__nexus_env_file
        __nexus_env_beyond "$__nexus_env_text"; or continue
        # What cannot be told apart by looking at lines.
        string match -qr -- '[\n -]include|\ndefine |\$[({](eval|call)|RECIPEPREFIX|\.DEFAULT|aliases:|\n(import |mod[ ?]|alias )' \n"$__nexus_env_text"
        and return 0
        __nexus_env_asked $__nexus_env_tool "$__nexus_env_text" "$__nexus_env_wanted" "$__nexus_env_given"; and return 0
    end
    return 1
end

# The same for a whole file, where an interpreter or a container may lead further.
function __nexus_env_beyond
    __nexus_env_reaches $argv; and return 0
    string match -qr -- 'include|import|docker|php|python|node|\$[({]MAKE[)}]' x $argv
end

# Whether a piece of the TEXT for this TOOL that is WANTED, or one that it names in turn, does; or cannot be told.
function __nexus_env_asked
    set -l __nexus_env_tool $argv[1]
    set -l __nexus_env_queue (string split -n ' ' -- $argv[3])
    # The pieces, with \x1e for the newlines inside: it begins, goes on below, and behind a backslash. Lines that only say
    # something are left out.
    set -l __nexus_env_begins '(?![\t #\x1e]|if|else|endif)'
    test $__nexus_env_tool = task; and set __nexus_env_begins ' {0,2}(?![\t #\x1e-])'
    test $__nexus_env_tool = just; and set __nexus_env_begins '(?![\t #\x1e])'
    set -l __nexus_env_text (string split \n -- $argv[2] | string match -rv -- '^[\t @-]+(?:echo|printf) [^;&|`$\\\\]*$' | string join \x1e | string replace -ra '\\\\\x1e' '\\\\ ' | string collect)
    set -l __nexus_env_pieces (string match -ra -- "(?<=\x1e)$__nexus_env_begins"'[^\x1e]+(?:\x1e(?!'"$__nexus_env_begins"')[^\x1e]*)*' \x1e"$__nexus_env_text")
    # Each behind its names, between spaces.
    set -l __nexus_env_named '^@?([^:=\x1e]*).*$'
    test $__nexus_env_tool = task; and set __nexus_env_named '^ *["\']?(.*?)["\']?:?(?:[\s\x1e].*)?$'
    set -l __nexus_env_known (string replace -r -- $__nexus_env_named ' $1 '\x1f'$0' $__nexus_env_pieces)
    set -l __nexus_env_names (string replace -r -- '\x1f.*$' '' $__nexus_env_known | string split -n ' ')
    set -l __nexus_env_odd (string match -r -- '^.*[^A-Za-z0-9_-].*$' $__nexus_env_names)
    if not set -q __nexus_env_queue[1]
        if test $__nexus_env_tool = task
            set __nexus_env_queue default
        else
            # The first that is no assignment, nor a line that sets nothing up.
            set -l __nexus_env_first ':(?!:{0,2}=)'
            test $__nexus_env_tool = just; and set __nexus_env_first '(?::(?!=)|=)'
            set __nexus_env_queue (string replace -rf -- '^(?![.[])@?([^\x1e:= ]+)[^\x1e:=]*'$__nexus_env_first'.*$' '$1' $__nexus_env_pieces)[1]
        end
        set -q __nexus_env_queue[1]; or return 0
    end
    set -l __nexus_env_sure $__nexus_env_queue
    # What follows the first may be what is given to it.
    test $__nexus_env_tool = just; and set __nexus_env_sure $__nexus_env_queue[1]
    # A pattern's name, and one that is put together, may be any. The shell's runs all of them.
    set -a __nexus_env_queue (string match -r -- '^.*[%*$].*$|^(?:SHELL|\.SHELLFLAGS|MAKEFLAGS|set)$' $__nexus_env_names)
    # What is given on the line is a piece too.
    set -l __nexus_env_looked $argv[4]
    set -l __nexus_env_seen
    while true
        if string match -qr . -- $__nexus_env_looked
            __nexus_env_beyond $__nexus_env_looked; and return 0
            for __nexus_env_name in (string match -ra -- '[A-Za-z0-9_-]+' $__nexus_env_looked)
                contains -- $__nexus_env_name $__nexus_env_names; and set -a __nexus_env_queue $__nexus_env_name
            end
            for __nexus_env_name in $__nexus_env_odd
                string match -qr -- "(?<![A-Za-z0-9_-])"(string escape --style=regex -- $__nexus_env_name)"(?![A-Za-z0-9_-])" $__nexus_env_looked
                and set -a __nexus_env_queue $__nexus_env_name
            end
        end
        set __nexus_env_looked
        set -q __nexus_env_queue[1]; or return 1
        set -l __nexus_env_next $__nexus_env_queue[1]
        set --erase __nexus_env_queue[1]
        contains -- $__nexus_env_next $__nexus_env_seen; and continue
        set -a __nexus_env_seen $__nexus_env_next
        if not contains -- $__nexus_env_next $__nexus_env_names
            contains -- $__nexus_env_next $__nexus_env_sure; and return 0
            continue
        end
        # Every piece of that name: a target can have several, and a variable can have a target's name.
        set __nexus_env_looked (string replace -rf -- "^[^\x1f]* "(string escape --style=regex -- $__nexus_env_next)" [^\x1f]*\x1f" '' $__nexus_env_known)
    end
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
            __nexus_env_reaches $__nexus_env_line; and return 0
            string match -qr -- '--run|\$|turbo|nx |lerna|wireit|zen|wasp|keystone|rws' $__nexus_env_line; and return 0
            string match -q '*"*' -- $__nexus_env_line; or return 0 # its value stands on another line
        end
    end
    return 1
end

# `use` changes this shell, so it goes through the load. Everything else is the program's own.
function nexus-env
    __nexus_env_prompted
    if test "$argv[1]" = use; and not contains -- "$argv[2]" -h --help
        __nexus_env_load $argv
        return
    end
    $__nexus_env_bin $argv
end
