# shellcheck shell=bash disable=SC2154
# The line that a person accepts in bash 4 and later is judged before the shell runs it: Enter is bound to a look at the line
# and then to a key that accepts it. No rule stands here: __nexus_env_words are the words of lines that the program is asked
# about.

__nexus_env_passed='' __nexus_env_typed='' __nexus_env_why='' __nexus_env_consented='' __nexus_env_begun=''
export -n __nexus_env_passed __nexus_env_typed __nexus_env_why __nexus_env_consented __nexus_env_begun

if [[ ${BASH_VERSINFO[0]} -ge 4 ]]; then
  declare -gA __nexus_env_words 2>/dev/null || declare -A __nexus_env_words # bash 4.0
fi
# With the first line that is looked at, not when the shell starts.
__nexus_env_learn() {
  local __nexus_env_word
  set -- __NEXUS_ENV_WORDS__
  for __nexus_env_word; do __nexus_env_words[$__nexus_env_word]=yes; done
}

# A path, a variable or a substitution in a command's place: behind what ends another command or opens one, and behind
# assignments and redirections. bash makes an expression anew at each look, so a text gets no more than it needs.
__nexus_env_opened=$'(^|[;&|(){!`\n])[ \t]*'
__nexus_env_keyed=$'(^|[;&|(){!`\n]|(^|[ \t\n;&|({])(do|then|else|elif|if|while|until|time|coproc|noglob|nocorrect|and|or|not|begin)[ \t])[ \t]*' # bash 4.0
__nexus_env_valued=$'([^ \t;&|<>()\'"\\]|\'[^\']*\'|"([^"\\]|\\\\.)*"|\\\\.)*'
__nexus_env_valued=$'((-p|([A-Za-z_][A-Za-z0-9_]*([[][^]]*[]])?[+]?=|[0-9]*[<>][<>&|]*[ \t]*)'$__nexus_env_valued$')[ \t]+)*'
__nexus_env_place=$'[^ \t;&|<>()]*([/$~`]|[.][\\\'"]*[ \t])'

# Whether the program is to be asked about this text: it has a word of the list or a part that migrators' names have, an
# alias of it has, or the command is one that no name tells. Quotes and backslashes within a word hide nothing.
__nexus_env_listed() {
  local __nexus_env_word __nexus_env_text=${1//[\\\'\"]/} __nexus_env_begins=$__nexus_env_opened IFS=' '
  [[ -n ${__nexus_env_words[eval]-} ]] || __nexus_env_learn
  for __nexus_env_word in ${__nexus_env_text//[!A-Za-z0-9_-]/ }; do
    case $__nexus_env_word in
      do | then | else | elif | if | while | until | time | coproc | noglob | nocorrect | and | or | not | begin) # bash 4.0
        __nexus_env_begins=$__nexus_env_keyed
        ;;
    esac
    [[ -z ${__nexus_env_words[$__nexus_env_word]-} ]] || return 0
    [[ -z ${BASH_ALIASES[$__nexus_env_word]-} || ${2-} == *" $__nexus_env_word "* ]] || # bash 4.0
      ! __nexus_env_listed "${BASH_ALIASES[$__nexus_env_word]}" "${2-} $__nexus_env_word " || return 0
  done
  [[ $__nexus_env_text != *__NEXUS_ENV_PART__* ]] || return 0
  local __nexus_env_rest="$__nexus_env_rules "
  while [[ $__nexus_env_rest == *[!\ ]* ]]; do
    __nexus_env_word=${__nexus_env_rest%% *}
    __nexus_env_rest=${__nexus_env_rest#* }
    case $__nexus_env_word in
      '*') return 0 ;;
      ?*) [[ $1 != *"$__nexus_env_word"* ]] || return 0 ;;
    esac
  done
  # A path, a variable or a substitution in a command's place.
  case $1 in *[/\$~\`]* | *.[\\\'\"[:blank:]]*) ;; *) return 1 ;; esac
  case $1 in
    *[=\<\>]* | *-p*) [[ $1 =~ $__nexus_env_begins$__nexus_env_valued$__nexus_env_place ]] ;;
    *) [[ $1 =~ $__nexus_env_begins$__nexus_env_place ]] ;;
  esac
}

# What the text's aliases are, as lines in front of it, and theirs in turn, in __nexus_env_text.
__nexus_env_aliased() {
  local __nexus_env_word __nexus_env_seen=' ' __nexus_env_found='' __nexus_env_queue IFS=' '
  __nexus_env_text=${1//[\\\'\"]/}
  __nexus_env_queue="${__nexus_env_text//[!A-Za-z0-9_.-]/ } "
  while [[ $__nexus_env_queue == *[!\ ]* && ${#__nexus_env_seen} -lt 4000 ]]; do
    __nexus_env_word=${__nexus_env_queue%% *}
    __nexus_env_queue=${__nexus_env_queue#* }
    [[ -n $__nexus_env_word && -n ${BASH_ALIASES[$__nexus_env_word]-} && $__nexus_env_seen != *" $__nexus_env_word "* ]] || continue
    __nexus_env_seen+="$__nexus_env_word "
    __nexus_env_found+="alias $__nexus_env_word='${BASH_ALIASES[$__nexus_env_word]//\'/\'\\\'\'}'"$'\n'
    __nexus_env_queue+="${BASH_ALIASES[$__nexus_env_word]//[!A-Za-z0-9_.-]/ } "
  done
  __nexus_env_text=$__nexus_env_found$1
}

# Whether the text is all that will run: what else a function, an alias, a file or a computed text would do, the guard
# functions see when it comes to it.
__nexus_env_is_all() {
  local __nexus_env_word __nexus_env_bare=${1//[\\\'\"]/} __nexus_env_ours=' __NEXUS_ENV_NAMES__ ' IFS=' '
  [[ ! $__nexus_env_bare =~ (^|[\;\&\|\(\{])[[:blank:]]*[.][[:blank:]] ]] || return 1
  for __nexus_env_word in ${__nexus_env_bare//[!A-Za-z0-9_.-]/ }; do
    case $__nexus_env_word in eval | source) return 1 ;; esac
    [[ -z ${BASH_ALIASES[$__nexus_env_word]-} ]] || return 1
    declare -F -- "$__nexus_env_word" >/dev/null || continue
    [[ $__nexus_env_ours == *" $__nexus_env_word "* ]] || return 1
    ! declare -F "__nexus_env_own_${__nexus_env_word//[!A-Za-z0-9_]/_}" >/dev/null || return 1
  done
}

# Whether the line goes to another directory, where another configuration may stand.
__nexus_env_goes() { [[ " $1" == *[$'\n\t ;&|(']@(cd|pushd)[$'\t ']* ]]; }

# A line may hold a password that its command gets as a variable. So the program gets the line as one, for itself alone: the
# words of a process are everybody's to read.
# 0: the shell may run it. 3: it is refused, and __nexus_env_why says why, where it was not told yet. 130: the person takes
# the line back. A yes that the person gave holds until the next prompt. `$2` is how much of a command the text may be.
__nexus_env_judge() {
  local __nexus_env_out='' __nexus_env_code=0 __nexus_env_text __nexus_env_found
  __nexus_env_why='' __nexus_env_passed=''
  __nexus_env_listed "$1" || return 0
  __nexus_env_same || __nexus_env_hushed __nexus_env_load 2>/dev/tty || :
  [[ -n $__nexus_env_near ]] || __nexus_env_goes "$1" || return 0
  [[ $__nexus_env_near != lost ]] || __nexus_env_nearby .nexusenv || return 0
  __nexus_env_aliased "$1"
  if [[ -x $__nexus_env_bin ]]; then
    __nexus_env_out=$(NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state=$__nexus_env_state exec "$__nexus_env_bin" __line "${2---begun}" "--holders=$__nexus_env_holders" 2>/dev/tty </dev/null) || __nexus_env_code=$?
  else
    __nexus_env_code=127
  fi
  case $__nexus_env_code in
    0) [[ -z $__nexus_env_out ]] || printf '%s\n' "$__nexus_env_out" >/dev/tty ;;
    3) __nexus_env_why=$__nexus_env_out ;;
    4)
      # The line has gone from the screen, but for ble.sh's.
      if [[ -n ${BLE_VERSION-} ]]; then printf '\n'; else printf '> %s\n' "$1"; fi >/dev/tty
      __nexus_env_code=0
      __nexus_env_out=$(NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state=$__nexus_env_state exec "$__nexus_env_bin" __line --ask 2>/dev/tty </dev/null) || __nexus_env_code=$?
      case $__nexus_env_code in
        0)
          [[ -z $__nexus_env_out ]] || export NEXUS_ENV_CONSENT="${__nexus_env_out%%$'\n'*}"
          __nexus_env_consented=$__nexus_env_out
          ;;
        3) __nexus_env_why=$__nexus_env_out ;;
        130) return 130 ;;
      esac
      ;;
    6) return 0 ;;
    5)
      # Another program listens on a database's port than when this was loaded: what is exported may have to change.
      __nexus_env_holders=''
      __nexus_env_hushed __nexus_env_load 2>/dev/tty || :
      __nexus_env_judge "$@"
      return
      ;;
  esac
  case $__nexus_env_code in
    0) ! __nexus_env_is_all "$1" || __nexus_env_passed=$1 ;;
    3) return 3 ;;
    *)
      __nexus_env_named "$1" || return 0
      __nexus_env_why="nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so the line did not run"
      __nexus_env_why+=$'\n'"hint: nexus-env status, or \`[shell] line = false\` in your config.toml to go without"
      return 3
      ;;
  esac
}

# Runs in the place of a line that was refused: puts that back on the screen, and says why. In a subshell, before which bash
# runs no DEBUG trap: what one prints would stand where the line is erased, and bash-preexec would hand this on as a command.
__nexus_env_refused() {
  if [[ -n ${BLE_VERSION-} ]]; then
    # ble.sh leaves the line on the screen, and has it in the history already.
    [[ -z $__nexus_env_why ]] || printf '%s\n' "$__nexus_env_why" >&2
    return 3
  fi
  [[ ${TERM-} == dumb ]] || printf '\033[A\r\033[J' >&2
  [[ -z $__nexus_env_why ]] || printf '> %s\n%s\n' "$__nexus_env_typed" "$__nexus_env_why" >&2
  return 3
}

# The line as the history makes it. To be called in a fork: `history -p` takes the last line away where it believes to be one
# itself, and `history -s` lets it know that it is not.
__nexus_env_expanded() {
  local __nexus_env_last
  __nexus_env_last=$(HISTTIMEFORMAT='' history 1)
  history -s -- "${__nexus_env_last#*[0-9][ *] }"
  history -p "$READLINE_LINE" # bash 4.0
} 2>/dev/null

# What Enter does before the line is accepted. The shell reads a command of several lines one by one; its last one brings
# them all, and the program says by 6 that more must follow.
__nexus_env_enter() {
  local __nexus_env_code=0 __nexus_env_text=$READLINE_LINE # bash 4.0
  __nexus_env_press "${1-accept-line}"
  [[ -n $READLINE_LINE && -n $__nexus_env_line ]] || return 0
  case ${PROMPT_COMMAND[*]-} in *__nexus_env_*) ;; *) __nexus_env_begun='' ;; esac
  [[ -n $__nexus_env_near ]] || __nexus_env_goes "$__nexus_env_begun$READLINE_LINE" || return 0
  case $-:$__nexus_env_text in *H*:*!* | *H*:^*) __nexus_env_text=$(__nexus_env_expanded) || __nexus_env_text=$READLINE_LINE ;; esac
  __nexus_env_text=$__nexus_env_begun$__nexus_env_text
  __nexus_env_judge "$__nexus_env_text" || __nexus_env_code=$?
  case $__nexus_env_code in
    0) __nexus_env_begun=$__nexus_env_text$'\n' ;;
    130) __nexus_env_press redraw-current-line ;;
    *)
      if [[ -n $__nexus_env_begun ]]; then
        # Within a command of several lines there is no way to run another, so that one is broken off.
        printf '> %s\n%s\n' "$__nexus_env_text" "$__nexus_env_why" >/dev/tty
        history -s -- "$__nexus_env_text"
        READLINE_LINE=''
        __nexus_env_press redraw-current-line
        kill -INT $$
      else
        __nexus_env_typed=$__nexus_env_text
        READLINE_LINE=' (__nexus_env_refused)' READLINE_POINT=0
      fi
      ;;
  esac
  return 0
}

# What the key behind Enter's look at the line does.
__nexus_env_press() {
  [[ ${__nexus_env_pressed-} != "$1" ]] || return 0
  __nexus_env_pressed=$1
  local __nexus_env_keymap
  for __nexus_env_keymap in emacs-standard vi-insert vi-command; do
    bind -m "$__nexus_env_keymap" "\"\\C-x\\C-^\": $1"
  done
}

# Which keys accept a line, for each keymap, and which do and then show the next one of the history. Once they are bound, only
# Enter in the keymap that is used now is looked at again. To be called in a fork.
__nexus_env_keys() {
  local __nexus_env_keymap __nexus_env_keymaps='emacs-standard vi-insert vi-command'
  if [[ -n ${__nexus_env_bound-} ]]; then
    case :$SHELLOPTS: in *:vi:*) __nexus_env_keymaps='vi-insert vi-command' ;; *) __nexus_env_keymaps=emacs-standard ;; esac
  fi
  if [[ ${BASH_VERSINFO[0]} -ge 4 && $- == *i* && :$SHELLOPTS: == *:@(emacs|vi):* ]]; then
    local IFS=' '
    for __nexus_env_keymap in $__nexus_env_keymaps; do
      printf '%s: ' "$__nexus_env_keymap"
      bind -m "$__nexus_env_keymap" -q accept-line
      [[ -z ${__nexus_env_bound-} ]] || continue
      printf '%s, and on: ' "$__nexus_env_keymap"
      bind -m "$__nexus_env_keymap" -q operate-and-get-next
    done 2>/dev/null
  fi
  printf '#nexus-env-keys\n'
}

# ble.sh (github.com/akinomyoga/ble.sh) has an editor of its own, in which each way to accept a line hands it on here. It knows
# itself when a command is whole.
__nexus_env_with_ble() {
  if [[ -n $__nexus_env_line ]]; then
    ble/function#advice around ble-edit/exec/register __nexus_env_registers
  else
    ble/function#advice remove ble-edit/exec/register
  fi
}

__nexus_env_registers() {
  local __nexus_env_code=0
  if [[ -n $__nexus_env_line ]]; then
    __nexus_env_hushed __nexus_env_judge "${ADVICE_WORDS[1]}" --whole || __nexus_env_code=$?
    if [[ $__nexus_env_code -ne 0 ]]; then
      [[ $__nexus_env_code -ne 130 ]] || __nexus_env_back=${ADVICE_WORDS[1]}
      ADVICE_WORDS[1]=' __nexus_env_refused'
    fi
  fi
  ble/function#advice/do
}

# Binds those keys. What somebody else has bound to one of them ends in the other. `$1` is what __nexus_env_keys found.
__nexus_env_bind() {
  local __nexus_env_keymap __nexus_env_key __nexus_env_found
  if [[ -n ${BLE_VERSION-} ]] && declare -F ble/function#advice >/dev/null; then
    __nexus_env_with_ble
    return 0
  fi
  if [[ -z $__nexus_env_line ]]; then
    for __nexus_env_key in ${__nexus_env_bound-}; do
      __nexus_env_keymap=${__nexus_env_key%%:*}
      __nexus_env_key=${__nexus_env_key#*:}
      case $(bind -m "$__nexus_env_keymap" -s) in
        *"\"$__nexus_env_key\": \"\\C-x\\C-]\\C-x\\C-^"*) bind -m "$__nexus_env_keymap" "\"$__nexus_env_key\": accept-line" ;;
        *"\"$__nexus_env_key\": \"\\C-x\\C-y\\C-x\\C-^"*) bind -m "$__nexus_env_keymap" "\"$__nexus_env_key\": operate-and-get-next" ;;
      esac
    done
    unset -v __nexus_env_bound
    [[ ${__atuin_macro_accept_line-} != *'\C-x\C-]'* ]] || __atuin_macro_accept_line=accept-line
    return 0
  fi
  for __nexus_env_keymap in emacs-standard vi-insert vi-command; do
    [[ $1 == *"$__nexus_env_keymap: "* ]] || continue
    __nexus_env_bind_all "$__nexus_env_keymap" "${1#*"$__nexus_env_keymap: "}" '\C-]' accept-line
    [[ $1 != *"$__nexus_env_keymap, and on: "* ]] ||
      __nexus_env_bind_all "$__nexus_env_keymap" "${1#*"$__nexus_env_keymap, and on: "}" '\C-y' operate-and-get-next
  done
  [[ -z ${__nexus_env_bound-} ]] || __nexus_env_press accept-line
  # atuin makes a key of its own accept what was searched for, by what this names.
  [[ ${__atuin_macro_accept_line-} != accept-line ]] || __atuin_macro_accept_line='"\C-x\C-]\C-x\C-^"'
}

# Puts a look at the line, which Ctrl-X and the key `$3` starts, in front of what the keys named in `$2`'s first line do.
__nexus_env_bind_all() {
  local __nexus_env_key __nexus_env_found=${2%%$'\n'*}
  while [[ $__nexus_env_found == *\"*\"* ]]; do
    __nexus_env_found=${__nexus_env_found#*\"}
    __nexus_env_key=${__nexus_env_found%%\"*}
    __nexus_env_found=${__nexus_env_found#*\"}
    [[ $__nexus_env_key != '\C-x\C-^' ]] || continue
    # No braces: where a quote or a here-document is open bash takes them for words, and may end by it (5.2).
    bind -m "$1" -x "\"\\C-x$3\": __nexus_env_hushed __nexus_env_enter $4 2>/dev/null"
    bind -m "$1" "\"$__nexus_env_key\": \"\\C-x$3\\C-x\\C-^\""
    __nexus_env_bound="${__nexus_env_bound-} $1:$__nexus_env_key"
  done
}

# Puts the line that was refused into the history, in the place of what ran instead, where that is a line of it at all.
__nexus_env_recall() {
  local __nexus_env_last
  __nexus_env_last=$(HISTTIMEFORMAT='' history 1)
  case $__nexus_env_last in
    *[0-9]*' (__nexus_env_refused)')
      __nexus_env_last=${__nexus_env_last#"${__nexus_env_last%%[0-9]*}"}
      history -d "${__nexus_env_last%%[!0-9]*}"
      ;;
  esac
  history -s -- "$__nexus_env_typed"
}

# At each prompt: what was asked about the last line is over.
__nexus_env_settle() {
  if [[ -n $__nexus_env_consented ]]; then
    [[ $__nexus_env_consented != *$'\n'deploy ]] || "$__nexus_env_bin" __ended "$1" </dev/null || :
    unset -v NEXUS_ENV_CONSENT
    __nexus_env_consented=''
  fi
  [[ -z $__nexus_env_typed ]] || __nexus_env_recall
  __nexus_env_passed='' __nexus_env_typed='' __nexus_env_begun=''
  if [[ -n ${__nexus_env_back-} ]]; then
    ble-edit/content/reset "$__nexus_env_back"
    _ble_edit_ind=${#__nexus_env_back}
    unset -v __nexus_env_back
  fi
}
