# The line that a person accepts in fish is judged before the shell runs it: Enter is bound to a look at the line, and then
# to what it was bound to. No rule stands here: each __nexus_env_word_* is a word of lines that the program is asked about.

set -g __nexus_env_passed
set -g __nexus_env_typed
set -g __nexus_env_why
set -g __nexus_env_consented

# A path, a variable or a substitution in a command's place: behind what ends another command or opens one, and behind
# assignments and redirections.
set -g __nexus_env_place '([^ \t;&|<>()\'"\\\\]|\'[^\']*\'|"([^"\\\\]|\\\\.)*"|\\\\.)*+'
set -g __nexus_env_place '((-p|[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?\+?='$__nexus_env_place'|[0-9]*[<>][<>&|]*[ \t]*'$__nexus_env_place')[ \t]+)*'
set -g __nexus_env_place '(^|[;&|(){!`]|(^|[ \t;&|({])(do|then|else|elif|if|while|until|time|coproc|noglob|nocorrect|and|or|not|begin)[ \t])[ \t]*'$__nexus_env_place'[^ \t;&|<>()]*([/$~`]|[.][\\\\\'"]*[ \t])'

# Whether the program is to be asked about this text: it has a word of the list or a part that migrators' names have, or
# the command is one that no name tells.
# Quotes and backslashes within a word hide nothing. Each command substitution would cost more than all else here.
function __nexus_env_listed
    set -q __nexus_env_word_eval; or for __nexus_env_word in (string replace -a -- - __ __NEXUS_ENV_WORDS__)
        set -g __nexus_env_word_$__nexus_env_word
    end
    set -l __nexus_env_text "$argv"
    set -l __nexus_env_parts
    string match -qr -- '[A-Za-z0-9_-][\\\\\'"]+[A-Za-z0-9_-]' $__nexus_env_text
    and set __nexus_env_text (string replace -ra '[\\\\\'"]' '' -- $__nexus_env_text)
    string match -qar -- '(?<__nexus_env_parts>[A-Za-z0-9_-]+)' $__nexus_env_text
    string match -qr -- '[A-Za-z0-9_]-| -X[A-Z]' $__nexus_env_text
    and set __nexus_env_parts (string replace -a -- - __ $__nexus_env_parts)
    # The status is how many of these names are none; the first one never is.
    set -q __nexus_env_word_ __nexus_env_word_$__nexus_env_parts
    set -q __nexus_env_parts[$status]; and return 0
    string match -q -- '*__NEXUS_ENV_PART__*' $__nexus_env_text; and return 0
    for __nexus_env_mark in $__nexus_env_rules
        test "$__nexus_env_mark" = '*'; and return 0
        string match -q -- '*'(string escape --style=regex -- $__nexus_env_mark)'*' x$argv; and return 0
    end
    string match -qr -- $__nexus_env_place $argv
end

# Whether the text is all that will run: what else a function or a computed text would do, the guard functions see when it
# comes to it.
function __nexus_env_is_all
    set -l __nexus_env_text (string replace -ra '[\\\\\'"]' '' -- $argv)
    string match -qr -- '(^|[;&|({])[ \t]*[.][ \t]' $__nexus_env_text; and return 1
    for __nexus_env_word in (string match -ar -- '[A-Za-z0-9_.-]+' $__nexus_env_text)
        contains -- $__nexus_env_word eval source; and return 1
        functions -q -- $__nexus_env_word; or continue
        contains -- $__nexus_env_word __NEXUS_ENV_NAMES__; or return 1
        functions -q __nexus_env_own_$__nexus_env_word; and return 1
    end
    return 0
end

# Whether the line goes to another directory, where another configuration may stand.
function __nexus_env_goes
    string match -qr -- '(^|[;&|( ])(cd|pushd) ' "$argv"
end

# A line may hold a password that its command gets as a variable. So the program gets the line as one, for itself alone: the
# words of a process are everybody's to read.
# 0: the shell may run it. 3: it is refused, and __nexus_env_why says why, where it was not told yet. 130: the person takes
# the line back. A yes that the person gave holds until the next prompt.
function __nexus_env_judge
    set -l fish_trace
    set -g __nexus_env_why
    set -g __nexus_env_passed
    __nexus_env_listed $argv; or return 0
    if not __nexus_env_same
        printf '\n' >/dev/tty
        __nexus_env_load
        commandline -f repaint
    end
    test -n "$__nexus_env_near"; or __nexus_env_goes $argv; or return 0
    if test "$__nexus_env_near" = lost
        __nexus_env_nearby .nexusenv >/dev/null; or return 0
    end
    set -l __nexus_env_text (string join \n -- $argv | string collect)
    set -l __nexus_env_code 127
    set -l __nexus_env_out
    if test -x "$__nexus_env_bin"
        set __nexus_env_out (NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state="$__nexus_env_state" $__nexus_env_bin __line --continued --holders=$__nexus_env_holders 2>/dev/tty </dev/null)
        set __nexus_env_code $status
    end
    switch $__nexus_env_code
        case 0
            if set -q __nexus_env_out[1]
                printf '\n' >/dev/tty
                printf '%s\n' $__nexus_env_out >/dev/tty
                commandline -f repaint
            end
        case 3
            set -g __nexus_env_why $__nexus_env_out
        case 4
            printf '\n' >/dev/tty
            set __nexus_env_out (NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state="$__nexus_env_state" $__nexus_env_bin __line --ask 2>/dev/tty </dev/null)
            set __nexus_env_code $status
            switch $__nexus_env_code
                case 0
                    set -g __nexus_env_consented $__nexus_env_out
                    set -q __nexus_env_out[1]; and set -gx NEXUS_ENV_CONSENT $__nexus_env_out[1]
                case 3
                    set -g __nexus_env_why $__nexus_env_out
                case 130
                    return 130
            end
        case 5
            # Another program listens on a database's port than when this was loaded: what is exported may have to change.
            set -g __nexus_env_holders
            printf '\n' >/dev/tty
            __nexus_env_load
            commandline -f repaint
            __nexus_env_judge $argv
            return
    end
    switch $__nexus_env_code
        # The shell reads on.
        case 6
            return 0
        case 0
            __nexus_env_is_all $argv; and set -g __nexus_env_passed $__nexus_env_text
        case 3
            return 3
        case '*'
            __nexus_env_named $argv; or return 0
            set -g __nexus_env_why "nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so the line did not run" \
                'hint: nexus-env status, or `[shell] line = false` in your config.toml to go without'
            return 3
    end
    return 0
end

# Runs in the place of a line that was refused: puts that back on the screen, and says why. fish would show its own name as the
# newest line of the history until another one runs.
function __nexus_env_refused
    builtin history delete --exact --case-sensitive -- ' __nexus_env_refused' 2>/dev/null
    test "$TERM" = dumb; or printf '\e[A\r\e[J' >&2
    if set -q __nexus_env_why[1]
        printf '> %s\n' $__nexus_env_typed >&2
        printf '%s\n' $__nexus_env_why >&2
    end
    return 3
end

# Into the history. Before fish 4 no command does that, so it goes through the file that all fish shells share.
function __nexus_env_recall
    test -n "$fish_private_mode"; and return
    string match -q ' *' -- $argv[1]; and return
    set -l __nexus_env_name fish
    set -q fish_history; and set __nexus_env_name $fish_history
    test -n "$__nexus_env_name"; or return
    if not string match -qr '^[0-3]\.' -- $version
        builtin history append -- $argv[1] 2>/dev/null
        return
    end
    test "$__nexus_env_name" = default; and set __nexus_env_name fish
    set -l __nexus_env_file "$HOME/.local/share/fish/$__nexus_env_name"_history
    test -n "$XDG_DATA_HOME"; and set __nexus_env_file "$XDG_DATA_HOME/fish/$__nexus_env_name"_history
    test -w "$__nexus_env_file"; or test ! -e "$__nexus_env_file" -a -w (string replace -r '/[^/]*$' '' -- $__nexus_env_file); or return
    set -l __nexus_env_text (string replace -a -- \\ \\\\ $argv[1] | string join '\n')
    printf '%s\n' "- cmd: $__nexus_env_text" "  when: "(date +%s) >>$__nexus_env_file
    history merge
end

# What Enter does, or `execute` alone. A text that the shell would read on after is not judged yet.
function __nexus_env_enter
    set -l __nexus_env_lines (commandline -b)
    if test -n "$__nexus_env_line" -a -n "$__nexus_env_lines"; and begin; test -n "$__nexus_env_near"; or __nexus_env_goes $__nexus_env_lines; end; and not commandline --paging-mode
        commandline --is-valid 2>/dev/null
        if test $status -ne 2
            __nexus_env_judge (__nexus_env_abbreviated) $__nexus_env_lines
            switch $status
                case 0
                    set -q __nexus_env_consented[1]; and commandline -f repaint
                case 130
                    commandline -f repaint
                    return
                case '*'
                    set -g __nexus_env_typed $__nexus_env_lines
                    __nexus_env_recall (string join \n -- $__nexus_env_lines | string collect)
                    commandline -r -- ' __nexus_env_refused'
                    commandline -f execute
                    return
            end
        end
    end
    if set -q argv[1]
        commandline -f $argv[1]
        return
    end
    set -l __nexus_env_was __nexus_env_key_$fish_bind_mode
    set -q $__nexus_env_was; or set __nexus_env_was __nexus_env_key_default
    for __nexus_env_command in $$__nexus_env_was
        if contains -- $__nexus_env_command (bind --function-names)
            commandline -f $__nexus_env_command
        else
            eval $__nexus_env_command
        end
    end
end

# The abbreviation under the cursor, which accepting the line expands, as a line in front of it.
function __nexus_env_abbreviated
    set -l __nexus_env_word (commandline -ct)
    string match -qr -- '^[A-Za-z0-9_.-]+$' "$__nexus_env_word"; or return 0
    abbr -q -- $__nexus_env_word 2>/dev/null; or return 0
    set -l __nexus_env_found (abbr --show | string match -r -- '-- '(string escape --style=regex -- $__nexus_env_word)' (.*)$')
    set -q __nexus_env_found[2]; and echo "alias $__nexus_env_word=$__nexus_env_found[2]"
    return 0
end

# Binds the keys that accept a line. What was bound to them is called afterwards.
function __nexus_env_bind
    status is-interactive; or return 0
    set -l __nexus_env_keys \r \n
    string match -qr '^[0-3]\.' -- $version; or set __nexus_env_keys enter ctrl-j ctrl-m ctrl-enter
    set -g __nexus_env_bindings "$fish_key_bindings"
    for __nexus_env_mode in default insert replace
        for __nexus_env_key in $__nexus_env_keys
            set -l __nexus_env_own (bind --user -M $__nexus_env_mode $__nexus_env_key 2>/dev/null)
            if string match -q '*__nexus_env_enter' -- $__nexus_env_own
                test -n "$__nexus_env_line"; and not set -q __nexus_env_rebind; and continue
                bind --erase --user -M $__nexus_env_mode $__nexus_env_key
                set __nexus_env_own
            end
            test -n "$__nexus_env_line"; or continue
            set -l __nexus_env_preset (bind --preset -M $__nexus_env_mode $__nexus_env_key 2>/dev/null)
            set -l __nexus_env_to (string match -r -- ' -m (\S+) ' " $__nexus_env_preset ")
            if test -n "$__nexus_env_own"
                # Another key than Enter may be bound to what accepts no line.
                string match -q '*execute*' -- $__nexus_env_own; or contains -- $__nexus_env_key \r enter; or continue
                eval set -g __nexus_env_key_$__nexus_env_mode (string replace -r '^bind( -\S+( default| insert| replace)?)* \S+ ' '' -- $__nexus_env_own[1])
            else
                test -n "$__nexus_env_preset"; or continue
                set -q __nexus_env_key_$__nexus_env_mode; or set -g __nexus_env_key_$__nexus_env_mode execute
            end
            set -q __nexus_env_to[2]; and set __nexus_env_to -m $__nexus_env_to[2]
            bind -M $__nexus_env_mode $__nexus_env_to $__nexus_env_key __nexus_env_enter
        end
    end
    set -e -g __nexus_env_rebind
    # atuin accepts by itself what was searched for.
    for __nexus_env_name in _atuin_search _atuin_ai_resume _atuin_ai_question_mark
        string match -q '*commandline -f execute*' -- (functions $__nexus_env_name 2>/dev/null); or continue
        functions $__nexus_env_name | string replace -ra 'commandline -f execute\b' '__nexus_env_enter execute' | source
    end
    return 0
end

# At each prompt: what was asked about the last line is over, and Enter is still ours.
function __nexus_env_settle --on-event fish_prompt
    set -l __nexus_env_code $status
    set -l fish_trace
    if set -q __nexus_env_consented[1]
        test "$__nexus_env_consented[2]" = deploy; and $__nexus_env_bin __ended $__nexus_env_code </dev/null
        set -e -g NEXUS_ENV_CONSENT
        set -g __nexus_env_consented
    end
    set -g __nexus_env_passed
    # Other key bindings, as of vi. fish 4 sets the variable without an event.
    test "$__nexus_env_bindings" = "$fish_key_bindings"; or set -g __nexus_env_rebind
    set -q __nexus_env_rebind; and __nexus_env_bind
    return 0
end
