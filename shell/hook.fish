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
    set -g __nexus_env_line
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
    set -g __nexus_env_passed
    eval "$__nexus_env_out"
    __nexus_env_bind
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
    # Most of the time each of them has one: a look at all costs what looking at ten of them would.
    set -l __nexus_env_found (string match -r 'guarded by nexus-env' (functions -- $argv 2>/dev/null))
    set -q __nexus_env_found[(count $argv)]; and return
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

# 0: run it. 3: blocked, and the person was told. Nothing but builtins where the line was judged with these very words in it.
# A yes that the person gave has a number, in __nexus_env_yes: with it the layers below need not ask again.
function __nexus_env_guard
    set -g __nexus_env_yes
    __nexus_env_prompted
    # While another environment's tunnel has a port of this one, each guarded command looks whether it still has.
    test -z "$__nexus_env_astray"; and __nexus_env_same; or __nexus_env_load line
    test -n "$__nexus_env_near"; or return 0
    if test "$__nexus_env_near" = lost
        __nexus_env_nearby .nexusenv >/dev/null; or return 0
    end
    test -n "$__nexus_env_passed"
    and string match -qr -- (string escape --style=regex -- "$argv" | string collect) "$__nexus_env_passed"
    and return 0
    set -l __nexus_env_code 127
    if test -x "$__nexus_env_bin"
        set -l __nexus_env_piped
        # What is piped into the command is the command's: that there is something is all that can be said.
        test -t 0; or set __nexus_env_piped --piped
        set -g __nexus_env_yes ($__nexus_env_bin __guard --holders=$__nexus_env_holders $__nexus_env_piped -- $argv </dev/null)
        set __nexus_env_code $status
    end
    switch $__nexus_env_code
        case 0
            # How a deployment of a line that was asked about ended is told after the line.
            set -q __nexus_env_consented[1]; and set -g __nexus_env_yes $__nexus_env_yes[1]
            return 0
        case 3
            return 3
        case 5
            # Another program listens on a database's port than when this was loaded: what is exported may have to change.
            set -g __nexus_env_holders
            __nexus_env_load line
            __nexus_env_guard $argv
            return
    end
    __nexus_env_named $argv; or return 0
    echo "nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so `$argv[1]` did not run" >&2
    echo "hint: nexus-env status, or `command $argv[1] …` to go without the guard" >&2
    return 3
end

# Whether a tool's name is among these words: without an answer such a command does not run, and every other does.
function __nexus_env_named
    set -l __nexus_env_bare (string replace -ra '[\\\\\'"]' '' -- $argv | string replace -ra '[^A-Za-z0-9_-]+' '|')
    string match -qr -- " ("(string join '|' -- $__nexus_env_bare)") " ' __NEXUS_ENV_TOOLS__ '
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

__NEXUS_ENV_LINE__
# `use` changes this shell, so it goes through the load. Everything else is the program's own.
function nexus-env
    __nexus_env_prompted
    if test "$argv[1]" = use; and not contains -- "$argv[2]" -h --help
        __nexus_env_load $argv
        return
    end
    if contains -- "$argv[1]" status doctor
        set -lx NEXUS_ENV_LINE $__nexus_env_line
        $__nexus_env_bin $argv
        return
    end
    $__nexus_env_bin $argv
end
