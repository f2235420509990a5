# shellcheck shell=bash
# nexus-env in bash, 3.2 and later: eval "$(nexus-env hook bash)".
#
# At a prompt where nothing changed only builtins run. The check that says so, __nexus_env_same, is generated anew at
# each load. A load starts the program once and evaluates what it prints. Every local carries the prefix, since a
# variable of the environment may have any name. No trap is touched, and IFS is never relied upon.

# Under allexport neither our functions nor our state go to every child.
__nexus_env_flags=$-
set +a

__nexus_env_bin=__NEXUS_ENV_BIN__

if ! declare -F __nexus_env_load >/dev/null; then
  __nexus_env_state=new __nexus_env_near='' __nexus_env_kept='' __nexus_env_refusal='' __nexus_env_rules=''
  __nexus_env_told='' __nexus_env_seal='' __nexus_env_label='' __nexus_env_asked='' __nexus_env_unprompted=''
  __nexus_env_holders='' __nexus_env_astray='' __nexus_env_line=''
  export -n __nexus_env_state
fi

# Sourced again, or for the first time: the next prompt looks.
__nexus_env_same() { return 1; }

__nexus_env_hook() {
  local __nexus_env_status=$?
  case $- in
    *[axvT]*)
      __nexus_env_hushed __nexus_env_refresh || :
      __nexus_env_hushed __nexus_env_settle "$__nexus_env_status"
      ;;
    *)
      __nexus_env_ran=yes
      __nexus_env_same || __nexus_env_load || :
      __nexus_env_settle "$__nexus_env_status"
      ;;
  esac
  # Under errexit a status that the shell has survived (`! true`) would end it here. bash gives `$?` back by itself.
  case $- in *e*) return 0 ;; esac
  return "$__nexus_env_status"
}

# Behind the other commands of PROMPT_COMMAND, for a prompt at which the hook has not run.
__nexus_env_late() {
  local __nexus_env_status=$?
  [[ -n ${__nexus_env_ran-} ]] || __nexus_env_hook || :
  unset -v __nexus_env_ran
  case $- in *e*) return 0 ;; esac
  return "$__nexus_env_status"
}

__nexus_env_refresh() { __nexus_env_ran=yes; __nexus_env_same || __nexus_env_load "$@"; }

# Runs a function of ours without trace, without echo of what is evaluated (`set -v` does that in bash), without
# allexport, and out of the sight of the person's DEBUG trap, which would find values in BASH_COMMAND.
__nexus_env_hushed() {
  local __nexus_env_flags=$- __nexus_env_code=0
  { set +axvT; } 2>/dev/null
  "$@" || __nexus_env_code=$?
  case $__nexus_env_flags in *T*) set -T ;; esac
  case $__nexus_env_flags in *v*) set -v ;; esac
  case $__nexus_env_flags in *a*) set -a ;; esac
  case $__nexus_env_flags in *x*) set -x ;; esac
  return "$__nexus_env_code"
}

# Starts the program once, in a fork that also says, at no extra cost, which functions the guarded names have now.
#   load                     the directory, a file or the time changed
#   load line                the same in the middle of a line, for a guarded command
#   load use ENV …           a selection for this shell
__nexus_env_load() {
  local __nexus_env_out __nexus_env_own='' __nexus_env_code=0
  if [[ ! -x $__nexus_env_bin ]]; then
    # shellcheck disable=SC2317
    __nexus_env_same() { [[ ! -x $__nexus_env_bin ]]; }
    __nexus_env_lost "\`$__nexus_env_bin\` is gone, so nothing is loaded" \
      'install nexus-env again, or take its hook out of your .bashrc'
    return 1
  fi
  __nexus_env_out=$(
    __nexus_env_keys || :
    __nexus_env_unposixed declare -f __NEXUS_ENV_NAMES__ 2>/dev/null || :
    printf '#nexus-env-load\n'
    [[ ${1-} != line ]] || __nexus_env_assigned
    [[ ${1-} != line ]] || set -- line ${__nexus_env_names[@]+"${__nexus_env_names[@]}"}
    export __nexus_env_state
    exec "$__nexus_env_bin" __load "bash:${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}" "$@"
  ) || __nexus_env_code=$?
  if [[ $__nexus_env_code -ne 0 ]]; then
    # A `use` that was refused, or broken off at its question, changes nothing.
    [[ ${1-} != use ]] || return "$__nexus_env_code"
    # shellcheck disable=SC2317
    __nexus_env_same() { return 1; }
    __nexus_env_lost "the program ended with status $__nexus_env_code, so nothing is loaded" 'nexus-env status'
    return "$__nexus_env_code"
  fi
  # By length: `${…#*TEXT}` takes bash a time that grows with the square of where TEXT stands.
  __nexus_env_own=${__nexus_env_out%%$'#nexus-env-load\n'*}
  __nexus_env_out=${__nexus_env_out:${#__nexus_env_own}}
  __nexus_env_out=${__nexus_env_out#$'#nexus-env-load\n'}
  __nexus_env_told='' __nexus_env_passed=''
  local __nexus_env_found=${__nexus_env_own%%$'#nexus-env-keys\n'*}
  __nexus_env_own=${__nexus_env_own:$((${#__nexus_env_found} + 16))}
  eval "$__nexus_env_out"
  __nexus_env_bind "$__nexus_env_found"
}

# Which variables are assigned in front of the guarded command (`A=b npx …`): such a one hides the shell's own. To be
# called in a fork: it plants a value in each global variable and looks whether it can be seen.
__nexus_env_assigned() {
  local __nexus_env_name __nexus_env_value
  __nexus_env_names=()
  [[ ${BASH_VERSINFO[0]} -gt 4 || (${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 2) ]] || return 0
  set --
  for __nexus_env_name in _ {a..z} {A..Z}; do
    eval "set -- \"\$@\" \"\${!$__nexus_env_name@}\""
  done
  for __nexus_env_name; do
    case $__nexus_env_name in __nexus_env_* | BASH* | FUNCNAME | LINENO | RANDOM | SECONDS | SRANDOM | EPOCH*) continue ;; esac
    __nexus_env_value=${!__nexus_env_name-}
    declare -g "$__nexus_env_name=__nexus_env" || continue # bash 4.2
    if [[ ${!__nexus_env_name-} == __nexus_env ]]; then
      declare -g "$__nexus_env_name=$__nexus_env_value" # bash 4.2
    else
      __nexus_env_names+=("$__nexus_env_name")
    fi
  done 2>/dev/null
}

# The program cannot answer: what was set is removed, by the names that the shell itself knows. Told once.
__nexus_env_lost() {
  local __nexus_env_rest=${NEXUS_ENV_NAMES-} __nexus_env_name
  while [[ -n $__nexus_env_rest ]]; do
    __nexus_env_name=${__nexus_env_rest%% *}
    __nexus_env_rest=${__nexus_env_rest#"$__nexus_env_name"}
    __nexus_env_rest=${__nexus_env_rest# }
    case $__nexus_env_name in
      '' | [0-9]* | *[!A-Za-z0-9_]*) ;;
      *) __nexus_env_put_back "$__nexus_env_name" ;;
    esac
  done
  unset -v NEXUS_ENV NEXUS_ENV_ROOT NEXUS_ENV_NAMES NEXUS_ENV_UNTIL NEXUS_ENV_UNTIL_UPTIME NEXUS_ENV_ACCESS 2>/dev/null
  __nexus_env_state=new __nexus_env_near=lost
  __nexus_env_wrap __NEXUS_ENV_NAMES__
  [[ $__nexus_env_told != lost ]] || return 0
  __nexus_env_told=lost
  printf 'nexus-env: %s\nhint: %s\n' "$1" "$2" >&2
}

# Saves what the shell exports under these names.
__nexus_env_keep() {
  local __nexus_env_name
  for __nexus_env_name; do
    printf -v "__nexus_env_was_$__nexus_env_name" %s "x${!__nexus_env_name-}"
  done
  __nexus_env_kept=yes
}

# Saves what the shell has under these names without exporting it. False when one of them is an array: its elements
# could not be given back.
__nexus_env_keep_own() {
  local __nexus_env_name __nexus_env_code=0
  for __nexus_env_name; do
    if __nexus_env_is_array "$__nexus_env_name"; then
      __nexus_env_code=1
    elif [[ -n ${!__nexus_env_name+x} ]]; then
      printf -v "__nexus_env_was_$__nexus_env_name" %s "u${!__nexus_env_name}"
      __nexus_env_kept=yes
    fi
  done
  return "$__nexus_env_code"
}

# More elements than the first, that is: a scalar is an array of one.
__nexus_env_is_array() {
  local __nexus_env_indices=''
  eval "__nexus_env_indices=\"\${!${1}[*]}\""
  case $__nexus_env_indices in '' | 0) return 1 ;; esac
}

# Forgets what was saved: the variable is the person's own now.
__nexus_env_forget() {
  local __nexus_env_name
  for __nexus_env_name; do
    unset -v "__nexus_env_was_$__nexus_env_name"
  done
}

# Gives these variables back what they were. One that the person made read-only meanwhile cannot be given back.
__nexus_env_put_back() {
  local __nexus_env_name __nexus_env_was
  for __nexus_env_name; do
    __nexus_env_was=__nexus_env_was_$__nexus_env_name
    if unset -v "$__nexus_env_name" 2>/dev/null; then
      case ${!__nexus_env_was-} in
        x*) export "$__nexus_env_name=${!__nexus_env_was#x}" ;;
        u*) printf -v "$__nexus_env_name" %s "${!__nexus_env_was#u}" ;;
      esac
    else
      printf "nexus-env: \`%s\` is read-only in this shell and keeps its value\nhint: exec bash\n" "$__nexus_env_name" >&2
    fi
    unset -v "$__nexus_env_was"
  done
}

# Some of these variables cannot be set, so none is. The first that is in the way is named, once.
__nexus_env_refuse() {
  local __nexus_env_name __nexus_env_why=''
  for __nexus_env_name; do
    if __nexus_env_is_array "$__nexus_env_name"; then
      __nexus_env_forget "$__nexus_env_name"
      __nexus_env_why=${__nexus_env_why:-"an array:$__nexus_env_name"}
    elif unset -v "$__nexus_env_name" 2>/dev/null; then
      __nexus_env_put_back "$__nexus_env_name"
    else
      __nexus_env_forget "$__nexus_env_name"
      __nexus_env_why=${__nexus_env_why:-"read-only:$__nexus_env_name"}
    fi
  done
  [[ $__nexus_env_refusal != "$__nexus_env_why" ]] || return 0
  __nexus_env_refusal=$__nexus_env_why
  printf "nexus-env: \`%s\` is %s in this shell, so nothing is loaded\nhint: start a shell that does not set it, or rename it in the configuration\n" \
    "${__nexus_env_why#*:}" "${__nexus_env_why%%:*}" >&2
}

# Puts a guard in front of these names. A function that is there already goes on working under another name.
__nexus_env_wrap() {
  # What every name was when all were guarded: the same text again means that all still are.
  [[ -z ${__nexus_env_own-} || ${__nexus_env_wrapped-} != "$*:$__nexus_env_own" ]] || return 0
  __nexus_env_wrapped="$*:${__nexus_env_own-}"
  __nexus_env_unposixed __nexus_env_wrap_each "$@"
}

__nexus_env_wrap_each() {
  local __nexus_env_name __nexus_env_text
  for __nexus_env_name; do
    __nexus_env_text=''
    if declare -F "$__nexus_env_name" >/dev/null; then
      case $'\n'${__nexus_env_own-} in
        *$'\n'"$__nexus_env_name () "$'\n{ \n'"    __nexus_env_guarded $__nexus_env_name "*) continue ;;
      esac
      __nexus_env_text=$(declare -f "$__nexus_env_name")
      case $__nexus_env_text in *__nexus_env_guard*) continue ;; esac
    fi
    if [[ -n $__nexus_env_text ]]; then
      eval "function __nexus_env_own_${__nexus_env_name//[!A-Za-z0-9_]/_} ${__nexus_env_text#*\(\)}" || continue
    else
      unset -f "__nexus_env_own_${__nexus_env_name//[!A-Za-z0-9_]/_}"
    fi
    # `function NAME`, since an alias of that name would be expanded in `NAME ()`. Short: each load reads it again.
    eval "function $__nexus_env_name { __nexus_env_guarded $__nexus_env_name \"\$@\"; }"
    export -fn "${__nexus_env_name?}" # a child would miss what it calls
  done 2>/dev/null
}

# Runs this without POSIX mode, where a function with a dash in its name can be called, but neither made nor looked at (Bash
# Reference Manual, "Bash POSIX Mode"). With the mode go options, and its variable: they are as they were afterwards.
__nexus_env_unposixed() {
  case :$SHELLOPTS: in
    *:posix:*) ;;
    *)
      "$@"
      return
      ;;
  esac
  local __nexus_env_code=0 __nexus_env_option __nexus_env_on='' __nexus_env_off='' __nexus_env_correct=${POSIXLY_CORRECT-y}
  local __nexus_env_exported=''
  for __nexus_env_option in expand_aliases inherit_errexit interactive_comments shift_verbose sourcepath; do
    # shellcheck disable=SC2086 # one word
    if shopt -q $__nexus_env_option; then __nexus_env_on+=" $__nexus_env_option"; else __nexus_env_off+=" $__nexus_env_option"; fi
  done 2>/dev/null
  case $(declare -p POSIXLY_CORRECT 2>/dev/null) in declare\ -*x*\ POSIXLY*) __nexus_env_exported=yes ;; esac
  set +o posix
  "$@" || __nexus_env_code=$?
  set -o posix
  POSIXLY_CORRECT=$__nexus_env_correct
  [[ -z $__nexus_env_exported ]] || export POSIXLY_CORRECT
  # shellcheck disable=SC2086 # several words
  { shopt -s $__nexus_env_on; shopt -u $__nexus_env_off; } >/dev/null 2>&1
  return "$__nexus_env_code"
}

# What a guarded name is: the question, then the program, or the function that the person has of that name.
__nexus_env_guarded() {
  __nexus_env_guard "$@" || return
  if declare -F "__nexus_env_own_${1//[!A-Za-z0-9_]/_}" >/dev/null; then
    set -- "__nexus_env_own_${1//[!A-Za-z0-9_]/_}" "${@:2}"
  else
    set -- command "$@"
  fi
  case $__nexus_env_yes in
    '') "$@" ;;
    *$'\n'deploy) __nexus_env_deploys "${__nexus_env_yes%%$'\n'*}" "$@" ;;
    *) NEXUS_ENV_CONSENT=$__nexus_env_yes "$@" ;;
  esac
}

# Whether the file holds exactly this text. For a file whose time could have been the same before and after a change.
__nexus_env_holds() {
  local __nexus_env_text=''
  IFS='' read -r -d '' __nexus_env_text <"$1" || :
  [ "$__nexus_env_text" = "$2" ]
} 2>/dev/null

# Whether this machine has been up for less than so many seconds; true where nobody tells.
__nexus_env_before() {
  local __nexus_env_up='' __nexus_env_idle
  read -r __nexus_env_up __nexus_env_idle </proc/uptime || return 0
  [[ ${__nexus_env_up%%.*} -lt $1 ]]
} 2>/dev/null

# 0: run it. 3: blocked, and the person was told. Nothing but builtins where the line was judged with these very words in it.
# A yes that the person gave has a number, in __nexus_env_yes: with it the layers below need not ask again.
__nexus_env_guard() {
  local __nexus_env_code=0 __nexus_env_found
  __nexus_env_yes=''
  __nexus_env_prompted
  # While another environment's tunnel has a port of this one, each guarded command looks whether it still has.
  { [[ -z ${__nexus_env_astray-} ]] && __nexus_env_same; } || __nexus_env_hushed __nexus_env_load line || :
  [[ -n $__nexus_env_near ]] || return 0
  [[ $__nexus_env_near != lost ]] || __nexus_env_nearby .nexusenv || return 0
  ! __nexus_env_is_passed "$@" || return 0
  if [[ -x $__nexus_env_bin ]]; then
    if [[ -t 0 ]]; then
      __nexus_env_yes=$(exec "$__nexus_env_bin" __guard ${__nexus_env_holders:+"--holders=$__nexus_env_holders"} -- "$@" </dev/null) || __nexus_env_code=$?
    else
      # What is piped into the command is the command's: that there is something is all that can be said.
      __nexus_env_yes=$(exec "$__nexus_env_bin" __guard ${__nexus_env_holders:+"--holders=$__nexus_env_holders"} --piped -- "$@" </dev/null) || __nexus_env_code=$?
    fi
  else
    __nexus_env_code=127
  fi
  case $__nexus_env_code in
    0)
      # How a deployment of a line that was asked about ended is told after the line.
      [[ -z $__nexus_env_consented ]] || __nexus_env_yes=${__nexus_env_yes%%$'\n'*}
      return 0
      ;;
    3) return 3 ;;
    5)
      # Another program listens on a database's port than when this was loaded: what is exported may have to change.
      __nexus_env_holders=''
      __nexus_env_hushed __nexus_env_load line || :
      __nexus_env_guard "$@"
      return
      ;;
  esac
  __nexus_env_named "$@" || return 0
  printf "nexus-env: blocked: the guard gave no answer (status %s), so \`%s\` did not run\nhint: nexus-env status, or \`command %s …\` to go without the guard\n" \
    "$__nexus_env_code" "$1" "$1" >&2
  return 3
}

# Whether a tool's name is among these words: without an answer such a command does not run, and every other does.
__nexus_env_named() {
  local IFS=' ' __nexus_env_word __nexus_env_text="$*" __nexus_env_tools=' __NEXUS_ENV_TOOLS__ '
  __nexus_env_text=${__nexus_env_text//[\\\'\"]/}
  for __nexus_env_word in ${__nexus_env_text//[!A-Za-z0-9_-]/ }; do
    [[ $__nexus_env_tools != *" $__nexus_env_word "* ]] || return 0
  done
  return 1
}

__nexus_env_is_passed() {
  local IFS=' '
  [[ -n $__nexus_env_passed && $__nexus_env_passed == *"$*"* ]]
}

# The nearest file of this name at or above the directory, in __nexus_env_found.
__nexus_env_nearby() {
  __nexus_env_found=$PWD
  while :; do
    if [[ -e ${__nexus_env_found%/}/$1 ]]; then
      __nexus_env_found=${__nexus_env_found%/}/$1
      return 0
    fi
    case $__nexus_env_found in '' | /) return 1 ;; esac
    __nexus_env_found=${__nexus_env_found%/*}
  done
}

# Runs what may apply migrations, with the number of the yes, and tells the log how it ended.
__nexus_env_deploys() {
  local __nexus_env_number=$1 __nexus_env_code=0
  shift
  NEXUS_ENV_CONSENT=$__nexus_env_number "$@" || __nexus_env_code=$?
  NEXUS_ENV_CONSENT=$__nexus_env_number "$__nexus_env_bin" __ended "$__nexus_env_code" </dev/null || :
  return "$__nexus_env_code"
}

__NEXUS_ENV_LINE__
# Something else took the hook out of PROMPT_COMMAND: it is put back, or where that cannot be, a change of directory is noticed by
# itself. Told once.
__nexus_env_prompted() {
  case ${PROMPT_COMMAND[*]-} in *__nexus_env_*) return 0 ;; esac
  # Whoever kept what was there, and runs it from elsewhere, is no reason. Once for each line that is typed.
  local __nexus_env_at=${BASH_LINENO[${#BASH_LINENO[@]} - 1]}
  [[ $__nexus_env_asked != "$__nexus_env_at" ]] || return 0
  __nexus_env_asked=$__nexus_env_at
  export -n __nexus_env_asked
  if [[ -n ${__nexus_env_ran-} ]]; then
    unset -v __nexus_env_ran
  elif __nexus_env_install; then
    [[ $__nexus_env_unprompted != mended ]] || return 0
    __nexus_env_unprompted=mended
    export -n __nexus_env_unprompted
    printf 'nexus-env: %s\nhint: %s\n' "\`PROMPT_COMMAND\` was set anew without the hook, so nothing was loaded at the prompt; from now on it is" \
      'in your .bashrc the line of the hook stands behind what sets PROMPT_COMMAND' >&2
  else
    __nexus_env_follow
    [[ $__nexus_env_unprompted != read-only ]] || return 0
    __nexus_env_unprompted=read-only
    export -n __nexus_env_unprompted
    printf 'nexus-env: %s\nhint: %s\n' "\`PROMPT_COMMAND\` is read-only in this shell, so only cd and guarded commands notice a change" \
      'PROMPT_COMMAND=__nexus_env_hook where it is made read-only, or start bash without that' >&2
  fi
}

# Puts the hook in front of what runs at each prompt: into the first element where it is an array, since every version of bash
# runs that one. From 5.1 on all elements are run, and who assigns a text later replaces the first alone; then the last one does
# its work. printf, since an assignment to a read-only variable would end the rest of the person's .bashrc.
__nexus_env_install() {
  case ${PROMPT_COMMAND[*]-} in
    *__nexus_env_hook*) ;;
    *) printf -v PROMPT_COMMAND %s "__nexus_env_hook${PROMPT_COMMAND:+;$PROMPT_COMMAND}" 2>/dev/null || return ;;
  esac
  [[ ${BASH_VERSINFO[0]} -gt 5 || (${BASH_VERSINFO[0]} -eq 5 && ${BASH_VERSINFO[1]} -ge 1) ]] || return 0
  case ${PROMPT_COMMAND[*]-} in
    *__nexus_env_late*) ;;
    *) PROMPT_COMMAND+=(__nexus_env_late) ;; # bash 5.1
  esac
}

# Where the prompt cannot be relied upon, what changes the directory brings the shell up to date.
__nexus_env_follow() {
  local __nexus_env_name __nexus_env_text
  for __nexus_env_name in cd pushd popd; do
    if declare -F "$__nexus_env_name" >/dev/null; then
      __nexus_env_text=$(declare -f "$__nexus_env_name")
      case $__nexus_env_text in *__nexus_env_followed*) continue ;; esac
      eval "function __nexus_env_own_$__nexus_env_name ${__nexus_env_text#*\(\)}" || continue
    fi
    eval "function $__nexus_env_name { __nexus_env_followed $__nexus_env_name \"\$@\"; }"
  done
}

__nexus_env_followed() {
  if declare -F "__nexus_env_own_$1" >/dev/null; then
    "__nexus_env_own_$1" "${@:2}" || return
  else
    builtin "$@" || return
  fi
  [[ $BASH_SUBSHELL -eq 0 ]] || return 0
  __nexus_env_hushed __nexus_env_refresh || :
  if [[ $__nexus_env_unprompted == untold && -n $__nexus_env_near ]]; then
    unset -v __nexus_env_ran
    __nexus_env_prompted
  fi
}

# `use` changes this shell, so it goes through the load. Everything else is the program's own.
__nexus_env_command() {
  case ${1-}:${2-} in
    use:-h | use:--help) "$__nexus_env_bin" "$@" ;;
    use:*)
      __nexus_env_prompted
      __nexus_env_hushed __nexus_env_load "$@" || return
      __nexus_env_follow
      ;;
    doctor:* | status:*)
      __nexus_env_prompted
      NEXUS_ENV_UNPROMPTED=$__nexus_env_unprompted NEXUS_ENV_LINE=$__nexus_env_line "$__nexus_env_bin" "$@"
      ;;
    *)
      __nexus_env_prompted
      "$__nexus_env_bin" "$@"
      ;;
  esac
}

__nexus_env_unposixed eval 'function nexus-env { __nexus_env_command "$@"; }'

if ! __nexus_env_install; then
  __nexus_env_unprompted=untold
  __nexus_env_follow
  __nexus_env_hook
  unset -v __nexus_env_ran
fi

case $__nexus_env_flags in *a*) set -a ;; esac
unset -v __nexus_env_flags
