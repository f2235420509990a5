# nexus-env in zsh, 5.1 and later: eval "$(nexus-env hook zsh)".
#
# At a prompt where nothing changed only builtins run. The check that says so, __nexus_env_same, is generated anew at
# each load. A load starts the program once and evaluates what it prints. What stands outside of a function, and the
# check, hold under every option; the other functions begin with `emulate -L zsh`. Every local carries the prefix, since
# a variable of the environment may have any name. No trap is touched.

typeset -g +x __nexus_env_bin=__NEXUS_ENV_BIN__

if ! typeset -f __nexus_env_load >/dev/null; then
  typeset -g +x __nexus_env_state=new __nexus_env_near='' __nexus_env_kept='' __nexus_env_refusal=''
  typeset -g +x __nexus_env_rules='' __nexus_env_told='' __nexus_env_seal='' __nexus_env_label='' __nexus_env_unprompted=''
  typeset -g +x __nexus_env_holders='' __nexus_env_astray='' __nexus_env_line=''
fi

# Sourced again, or for the first time: the next prompt looks.
function __nexus_env_same { return 1; }

# Before each prompt and after each change of directory. Not in a subshell: `$(cd /)` is over before it matters.
function __nexus_env_hook {
  (( ZSH_SUBSHELL )) && return 0
  __nexus_env_same || __nexus_env_load
  return 0
}

# Starts the program once.
#   load              the directory, a file or the time changed
#   load line         the same in the middle of a line, for a guarded command
#   load use ENV …    a selection for this shell
function __nexus_env_load {
  emulate -L zsh
  setopt local_options no_aliases no_xtrace no_verbose no_all_export no_err_exit no_err_return no_warn_create_global
  trap - DEBUG # until this function ends: `emulate -L` makes traps local. It would find values in ZSH_DEBUG_CMD
  local __nexus_env_out __nexus_env_code=0 __nexus_env_version=$ZSH_VERSION
  if [[ ! -x $__nexus_env_bin ]]; then
    function __nexus_env_same { [[ ! -x $__nexus_env_bin ]]; }
    __nexus_env_lost "\`$__nexus_env_bin\` is gone, so nothing is loaded" \
      'install nexus-env again, or take its hook out of your .zshrc'
    return 1
  fi
  # Without these modules a change cannot be seen by builtins: version 0 means a load at each prompt.
  zmodload -F zsh/stat b:zstat 2>/dev/null && zmodload -F zsh/datetime p:EPOCHSECONDS 2>/dev/null ||
    __nexus_env_version=0
  __nexus_env_out="$(__nexus_env_state=$__nexus_env_state exec "$__nexus_env_bin" __load zsh:$__nexus_env_version "$@")" ||
    __nexus_env_code=$?
  if (( __nexus_env_code )); then
    # A `use` that was refused, or broken off at its question, changes nothing.
    [[ ${1-} == use ]] && return $__nexus_env_code
    function __nexus_env_same { return 1; }
    __nexus_env_lost "the program ended with status $__nexus_env_code, so nothing is loaded" 'nexus-env status'
    return $__nexus_env_code
  fi
  __nexus_env_told='' __nexus_env_passed=''
  eval "$__nexus_env_out"
}

# The program cannot answer: what was set is removed, by the names that the shell itself knows. Told once.
function __nexus_env_lost {
  local __nexus_env_name
  for __nexus_env_name in ${(s: :)NEXUS_ENV_NAMES-}; do
    [[ $__nexus_env_name == [A-Za-z_]* && $__nexus_env_name != *[^A-Za-z0-9_]* ]] &&
      __nexus_env_put_back $__nexus_env_name
  done
  for __nexus_env_name in NEXUS_ENV NEXUS_ENV_ROOT NEXUS_ENV_NAMES NEXUS_ENV_UNTIL NEXUS_ENV_UNTIL_UPTIME NEXUS_ENV_ACCESS; do
    [[ ${(Pt)__nexus_env_name} == *readonly* ]] || unset $__nexus_env_name
  done
  __nexus_env_state=new __nexus_env_near=lost
  __nexus_env_wrap __NEXUS_ENV_NAMES__
  [[ $__nexus_env_told == lost ]] && return 0
  __nexus_env_told=lost
  print -ru2 -- "nexus-env: $1"$'\n'"hint: $2"
}

# Saves what the shell has under these names. KIND: x for exported, = for exported with the value that it will have, u for
# set and not exported.
function __nexus_env_keep {
  local __nexus_env_kind=$1 __nexus_env_name
  shift
  for __nexus_env_name; do
    (( ${(P)+__nexus_env_name} )) || continue
    typeset -g +x __nexus_env_was_$__nexus_env_name="${__nexus_env_kind/=/x}${(P)__nexus_env_name}"
    __nexus_env_kept=yes
    # Its attributes would change what it is given: `typeset -i` calculates.
    [[ $__nexus_env_kind == '=' || ${(Pt)__nexus_env_name} == *special* ]] || unset $__nexus_env_name
  done
}

# Forgets what was saved: the variable is the person's own now.
function __nexus_env_forget {
  unset ${@/#/__nexus_env_was_}
}

# Gives these variables back what they were. One that the person made read-only meanwhile cannot be given back:
# zsh would give up everything at the attempt.
function __nexus_env_put_back {
  local __nexus_env_name __nexus_env_was
  for __nexus_env_name; do
    __nexus_env_was=__nexus_env_was_$__nexus_env_name
    if [[ ${(Pt)__nexus_env_name} == *readonly* ]]; then
      print -ru2 -- "nexus-env: \`$__nexus_env_name\` is read-only in this shell and keeps its value"$'\nhint: exec zsh'
    else
      unset $__nexus_env_name
      case ${(P)__nexus_env_was-} in
        x*) typeset -gx $__nexus_env_name="${${(P)__nexus_env_was}#x}" ;;
        u*) typeset -g +x $__nexus_env_name="${${(P)__nexus_env_was}#u}" ;;
      esac
    fi
    unset $__nexus_env_was
  done
}

# Some of these variables cannot be set, so none is. The first that is in the way is named, once.
function __nexus_env_refuse {
  local __nexus_env_name __nexus_env_why=''
  for __nexus_env_name; do
    case ${(Pt)__nexus_env_name} in
      *readonly*) __nexus_env_why=read-only:$__nexus_env_name ;;
      *array*|*association*|*tied*) __nexus_env_why="an array:$__nexus_env_name" ;;
      *) continue ;;
    esac
    break
  done
  for __nexus_env_name in NEXUS_ENV NEXUS_ENV_ROOT NEXUS_ENV_NAMES NEXUS_ENV_UNTIL NEXUS_ENV_UNTIL_UPTIME NEXUS_ENV_ACCESS; do
    [[ ${(Pt)__nexus_env_name} == *readonly* ]] || unset $__nexus_env_name
  done
  [[ $__nexus_env_refusal == $__nexus_env_why ]] && return 0
  __nexus_env_refusal=$__nexus_env_why
  print -ru2 -- "nexus-env: \`${__nexus_env_why#*:}\` is ${__nexus_env_why%%:*} in this shell, so nothing is loaded"
  print -ru2 -- 'hint: start a shell that does not set it, or rename it in the configuration'
}

# Puts a guard in front of these names. A function that is there already goes on working under another name.
function __nexus_env_wrap {
  local __nexus_env_name __nexus_env_run
  for __nexus_env_name; do
    __nexus_env_run="command $__nexus_env_name"
    if (( ${+functions[$__nexus_env_name]} )); then
      [[ ${functions[$__nexus_env_name]} == *__nexus_env_guard* ]] && continue
      # One that is only announced is read now: it is found by its name alone.
      [[ ${functions[$__nexus_env_name]} == *'builtin autoload -X'* ]] && autoload +X $__nexus_env_name
      __nexus_env_run=__nexus_env_own_$__nexus_env_name
      functions -c $__nexus_env_name $__nexus_env_run 2>/dev/null ||
        functions[$__nexus_env_run]=${functions[$__nexus_env_name]}
    fi
    # `function NAME`, since an alias of that name would be expanded in `NAME ()`.
    eval "function $__nexus_env_name {
      __nexus_env_guard $__nexus_env_name \"\$@\" || return
      case \$__nexus_env_yes in
        '') $__nexus_env_run \"\$@\" ;;
        *\$'\n'deploy) __nexus_env_deploys \"\${__nexus_env_yes%%\$'\n'*}\" $__nexus_env_run \"\$@\" ;;
        *) NEXUS_ENV_CONSENT=\$__nexus_env_yes $__nexus_env_run \"\$@\" ;;
      esac
    }"
  done
}

# Whether the file holds exactly this text, newlines at its end aside. For a file system that keeps whole seconds.
function __nexus_env_holds {
  emulate -L zsh
  [[ "$(<$1)" == "$2" ]] 2>/dev/null
}

# Whether this machine has been up for less than so many seconds; true where nobody tells.
function __nexus_env_before {
  emulate -L zsh
  local up='' idle
  { read -r up idle </proc/uptime; } 2>/dev/null || return 0
  [[ ${up%%.*} -lt $1 ]]
}

# 0: run it. 3: blocked, and the person was told. Nothing but builtins where the line was judged with these very words in it.
# A yes that the person gave has a number, in __nexus_env_yes: with it the layers below need not ask again.
function __nexus_env_guard {
  typeset -g +x __nexus_env_yes=''
  __nexus_env_prompted
  # While another environment's tunnel has a port of this one, each guarded command looks whether it still has.
  [[ -z ${__nexus_env_astray-} ]] && __nexus_env_same || __nexus_env_load line
  [[ -n $__nexus_env_near ]] || return 0
  emulate -L zsh
  setopt local_options no_err_exit no_err_return
  local __nexus_env_found __nexus_env_code=0
  [[ $__nexus_env_near != lost ]] || __nexus_env_nearby .nexusenv || return 0
  [[ -n $__nexus_env_passed && $__nexus_env_passed == *"${(j: :)@}"* ]] && return 0
  if [[ -x $__nexus_env_bin ]]; then
    if [[ -t 0 ]]; then
      __nexus_env_yes="$(exec "$__nexus_env_bin" __guard ${__nexus_env_holders:+"--holders=$__nexus_env_holders"} -- "$@" </dev/null)" || __nexus_env_code=$?
    else
      # What is piped into the command is the command's: that there is something is all that can be said.
      __nexus_env_yes="$(exec "$__nexus_env_bin" __guard ${__nexus_env_holders:+"--holders=$__nexus_env_holders"} --piped -- "$@" </dev/null)" || __nexus_env_code=$?
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
      typeset -g +x __nexus_env_holders=''
      __nexus_env_load line
      __nexus_env_guard "$@"
      return
      ;;
  esac
  __nexus_env_named "$@" || return 0
  print -ru2 -- "nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so \`$1\` did not run"
  print -ru2 -- "hint: nexus-env status, or \`command $1 …\` to go without the guard"
  return 3
}

# Whether a tool's name is among these words: without an answer such a command does not run, and every other does.
function __nexus_env_named {
  emulate -L zsh
  local __nexus_env_word
  for __nexus_env_word in ${=${${(j: :)@}//[\\\'\"]/}//[^A-Za-z0-9_-]/ }; do
    [[ ' __NEXUS_ENV_TOOLS__ ' == *" $__nexus_env_word "* ]] && return 0
  done
  return 1
}

# The nearest file of this name at or above the directory, in __nexus_env_found.
function __nexus_env_nearby {
  __nexus_env_found=$PWD
  while true; do
    if [[ -e ${__nexus_env_found%/}/$1 ]]; then
      __nexus_env_found=${__nexus_env_found%/}/$1
      return 0
    fi
    [[ -z $__nexus_env_found || $__nexus_env_found == / ]] && return 1
    __nexus_env_found=${__nexus_env_found%/*}
  done
}

# Runs what may apply migrations, with the number of the yes, and tells the log how it ended.
function __nexus_env_deploys {
  local __nexus_env_number=$1 __nexus_env_code=0
  shift
  NEXUS_ENV_CONSENT=$__nexus_env_number "$@" || __nexus_env_code=$?
  NEXUS_ENV_CONSENT=$__nexus_env_number "$__nexus_env_bin" __ended $__nexus_env_code </dev/null || :
  return $__nexus_env_code
}

__NEXUS_ENV_LINE__
# `use` changes this shell, so it goes through the load. Everything else is the program's own.
function nexus-env {
  __nexus_env_prompted
  case ${1-}:${2-} in
    use:-h|use:--help) ;;
    use:*)
      __nexus_env_load "$@"
      return
      ;;
    status:*|doctor:*)
      NEXUS_ENV_LINE=$__nexus_env_line "$__nexus_env_bin" "$@"
      return
      ;;
  esac
  "$__nexus_env_bin" "$@"
}

# Into the lists of what runs before a prompt and after a change of directory. Where somebody made one read-only, into the
# function of that name.
function __nexus_env_install {
  emulate -L zsh
  local __nexus_env_name
  for __nexus_env_name in precmd chpwd; do
    if [[ ${(Pt)${:-${__nexus_env_name}_functions}} == *readonly* ]]; then
      [[ ${functions[$__nexus_env_name]-} == *__nexus_env_hook* ]] && continue
      functions[__nexus_env_own_$__nexus_env_name]=${functions[$__nexus_env_name]-}
      functions[$__nexus_env_name]="__nexus_env_own_$__nexus_env_name \"\$@\"; __nexus_env_hook"
    else
      typeset -ga ${__nexus_env_name}_functions
      (( ${${(P)${:-${__nexus_env_name}_functions}}[(Ie)__nexus_env_hook]} )) ||
        set -A ${__nexus_env_name}_functions __nexus_env_hook ${(P)${:-${__nexus_env_name}_functions}}
    fi
  done
  # Behind the hook: at the first prompt that says whether lines are judged.
  [[ ${(t)precmd_functions} == *readonly* || ${precmd_functions[(Ie)__nexus_env_settle]} -gt 0 ]] ||
    precmd_functions[${precmd_functions[(Ie)__nexus_env_hook]}]=(__nexus_env_hook __nexus_env_settle)
  typeset -ga zshaddhistory_functions
  [[ ${(t)zshaddhistory_functions} == *readonly* || ${zshaddhistory_functions[(Ie)__nexus_env_recall]} -gt 0 ]] ||
    zshaddhistory_functions=(__nexus_env_recall ${zshaddhistory_functions[@]})
}
__nexus_env_install

# Something else took the hook out of these lists: it is put back. Told once.
function __nexus_env_prompted {
  emulate -L zsh
  local __nexus_env_name __nexus_env_lost=''
  for __nexus_env_name in precmd chpwd; do
    (( ${${(P)${:-${__nexus_env_name}_functions}}[(Ie)__nexus_env_hook]} )) && continue
    [[ ${functions[$__nexus_env_name]-} == *__nexus_env_hook* ]] || __nexus_env_lost=${__nexus_env_name}_functions
  done
  [[ -n $__nexus_env_lost ]] || return 0
  __nexus_env_install
  [[ -z $__nexus_env_unprompted ]] || return 0
  typeset -g +x __nexus_env_unprompted=mended
  print -ru2 -- "nexus-env: \`$__nexus_env_lost\` was set anew without the hook, so it was not run there; from now on it is"
  print -ru2 -- "hint: in your .zshrc the line of the hook stands behind what sets $__nexus_env_lost"
}
