# The line that a person accepts in zsh is judged before the shell runs it: the widgets that accept one are ours, and call
# what they were. No rule stands here: __nexus_env_words are the words of lines that the program is asked about.

typeset -gA __nexus_env_words __nexus_env_way
# With the first line that is looked at, not when the shell starts.
function __nexus_env_learn {
  local __nexus_env_word
  for __nexus_env_word in __NEXUS_ENV_WORDS__; do __nexus_env_words[$__nexus_env_word]=yes; done
}
typeset -g +x __nexus_env_passed='' __nexus_env_typed='' __nexus_env_why='' __nexus_env_consented='' __nexus_env_judged='' __nexus_env_kept_line=''

# Patterns of `extended_glob`, as texts: under `sh_glob` no function could be read that has them. A path, a variable or a
# substitution in a command's place: behind what ends another command or opens one, and behind assignments and redirections;
# and a file that the shell itself is to run.
typeset -g +x __nexus_env_place="([^[:blank:];&|<>()'\"\\\\]|'[^']#'|\"([^\"\\\\]|\\\\?)#\"|\\\\?)#"
__nexus_env_place="((-p|[A-Za-z_][A-Za-z0-9_]#(\\[[^]]#\\]|)(+|)=$__nexus_env_place|[0-9]#[<>][<>&|]#[[:blank:]]#$__nexus_env_place)[[:blank:]]##)#"
__nexus_env_place="[[:blank:]]#${__nexus_env_place}[^[:blank:];&|<>()]#([/\$~\`]|.[\\\\'\"]#[[:blank:]])*"
__nexus_env_place="(do|then|else|elif|if|while|until|time|coproc|noglob|nocorrect|and|or|not|begin)[[:blank:]])$__nexus_env_place"
__nexus_env_place="(|*[;&|(){!\`"$'\n'"]|(|*[[:blank:];&|({"$'\n'"])$__nexus_env_place"
typeset -g +x __nexus_env_sourced='(|*[;&|({])[[:blank:]]#.[[:blank:]]*'

# Whether the program is to be asked about this text: it has a word of the list or a part that migrators' names have, an
# alias of it has, or the command is one that no name tells. Quotes and backslashes within a word hide nothing.
function __nexus_env_listed {
  emulate -L zsh
  setopt extended_glob
  local __nexus_env_word __nexus_env_text=${1//[\\\'\"]/}
  (( ${+__nexus_env_words[eval]} )) || __nexus_env_learn
  for __nexus_env_word in ${=__nexus_env_text//[^A-Za-z0-9_-]/ }; do
    (( ${+__nexus_env_words[$__nexus_env_word]} )) && return 0
    [[ -n ${aliases[$__nexus_env_word]-} && ${2-} != *" $__nexus_env_word "* ]] &&
      __nexus_env_listed "${aliases[$__nexus_env_word]}" "${2-} $__nexus_env_word " && return 0
  done
  [[ $__nexus_env_text == *__NEXUS_ENV_PART__* ]] && return 0
  for __nexus_env_word in ${=__nexus_env_rules}; do
    [[ $__nexus_env_word == '*' || $1 == *"$__nexus_env_word"* ]] && return 0
  done
  [[ $1 == *[/\$~\`]* || $1 == *.[\\\'\"[:blank:]]* ]] && [[ $1 == ${~__nexus_env_place} ]]
}

# What the text's aliases are, as lines in front of it, and theirs in turn.
function __nexus_env_aliased {
  emulate -L zsh
  local __nexus_env_word __nexus_env_seen=' ' __nexus_env_found=''
  local -a __nexus_env_queue
  __nexus_env_queue=(${=${1//[\\\'\"]/}//[^A-Za-z0-9_.-]/ })
  while (( $#__nexus_env_queue && $#__nexus_env_seen < 4000 )); do
    __nexus_env_word=${__nexus_env_queue[1]}
    shift __nexus_env_queue
    [[ -n ${aliases[$__nexus_env_word]-} && $__nexus_env_seen != *" $__nexus_env_word "* ]] || continue
    __nexus_env_seen+="$__nexus_env_word "
    __nexus_env_found+="alias $__nexus_env_word=${(qq)aliases[$__nexus_env_word]}"$'\n'
    __nexus_env_queue+=(${=aliases[$__nexus_env_word]//[^A-Za-z0-9_.-]/ })
  done
  __nexus_env_text=$__nexus_env_found$1
}

# Whether the text is all that will run: what else a function, an alias, a file or a computed text would do, the guard
# functions see when it comes to it.
function __nexus_env_is_all {
  emulate -L zsh
  setopt extended_glob
  local __nexus_env_word
  [[ $1 == ${~__nexus_env_sourced} ]] && return 1
  for __nexus_env_word in ${=${1//[\\\'\"]/}//[^A-Za-z0-9_.-]/ }; do
    [[ $__nexus_env_word == eval || $__nexus_env_word == source || -n ${aliases[$__nexus_env_word]-} ]] && return 1
    (( ${+functions[$__nexus_env_word]} )) || continue
    [[ ${functions[$__nexus_env_word]} == *__nexus_env_guard* && ${functions[$__nexus_env_word]} != *__nexus_env_own_* ]] || return 1
  done
}

# Whether the shell would go on reading after this text. It is read as the person's options have it.
function __nexus_env_is_whole {
  functions[__nexus_env_try]=$1
  (( ${+functions[__nexus_env_try]} )) && unfunction __nexus_env_try
} 2>/dev/null

# Whether the line goes to another directory, where another configuration may stand.
function __nexus_env_goes {
  [[ " $1" == *[$'\n;&|( ']cd' '* || " $1" == *[$'\n;&|( ']pushd' '* ]]
}

# A line may hold a password that its command gets as a variable. So the program gets the line as one, for itself alone: the
# words of a process are everybody's to read.
# 0: the shell may run it. 3: it is refused, and __nexus_env_why says why, where it was not told yet. 130: the person takes
# the line back. A yes that the person gave holds until the next prompt.
function __nexus_env_judge {
  emulate -L zsh
  setopt no_err_exit no_err_return no_xtrace
  local __nexus_env_out __nexus_env_code=0 __nexus_env_text __nexus_env_found
  __nexus_env_why='' __nexus_env_passed=''
  __nexus_env_listed "$1" || return 0
  if ! __nexus_env_same; then
    zle && zle -I
    __nexus_env_load
  fi
  [[ -n $__nexus_env_near ]] || __nexus_env_goes "$1" || return 0
  [[ $__nexus_env_near != lost ]] || __nexus_env_nearby .nexusenv || return 0
  __nexus_env_aliased "$1"
  if [[ -x $__nexus_env_bin ]]; then
    __nexus_env_out="$(NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state=$__nexus_env_state exec "$__nexus_env_bin" __line --continued "--holders=$__nexus_env_holders" 2>/dev/tty </dev/null)" ||
      __nexus_env_code=$?
  else
    __nexus_env_code=127
  fi
  case $__nexus_env_code in
    0)
      if [[ -n $__nexus_env_out ]]; then
        zle && zle -I
        print -ru2 -- "$__nexus_env_out"
      fi
      ;;
    3) __nexus_env_why=$__nexus_env_out ;;
    4)
      zle && zle -I
      __nexus_env_code=0
      __nexus_env_out="$(NEXUS_ENV_TYPED=$__nexus_env_text __nexus_env_state=$__nexus_env_state exec "$__nexus_env_bin" __line --ask 2>/dev/tty </dev/null)" || __nexus_env_code=$?
      case $__nexus_env_code in
        0)
          [[ -z $__nexus_env_out ]] || typeset -gx NEXUS_ENV_CONSENT="${__nexus_env_out%%$'\n'*}"
          __nexus_env_consented=$__nexus_env_out
          ;;
        3) __nexus_env_why=$__nexus_env_out ;;
        130) return 130 ;;
      esac
      ;;
    5)
      # Another program listens on a database's port than when this was loaded: what is exported may have to change.
      typeset -g +x __nexus_env_holders=''
      zle && zle -I
      __nexus_env_load
      __nexus_env_judge "$1"
      return
      ;;
  esac
  case $__nexus_env_code in
    # The shell reads on.
    6) return 0 ;;
    0) ! __nexus_env_is_all "$1" || __nexus_env_passed=$1 ;;
    3) return 3 ;;
    *)
      __nexus_env_named "$1" || return 0
      __nexus_env_why="nexus-env: blocked: the guard gave no answer (status $__nexus_env_code), so the line did not run"
      __nexus_env_why+=$'\n''hint: nexus-env status, or `[shell] line = false` in your config.toml to go without'
      return 3
      ;;
  esac
  return 0
}

# Runs in the place of a line that was refused: puts that back on the screen, and says why. It is no line of the history.
function __nexus_env_refused {
  [[ ${TERM-} == dumb ]] || print -rnu2 -- $'\e[A\r\e[J'
  [[ -z $__nexus_env_why ]] || print -ru2 -- "> $__nexus_env_typed"$'\n'"$__nexus_env_why"
  return 3
}

# The line that ran in its place is no line of the history, but stays the first one that Up shows until another one comes: so
# what was typed comes before the next prompt.
function __nexus_env_recall {
  [[ $1 == ' __nexus_env_refused'* ]] || return 0
  [[ -o hist_ignore_space && $__nexus_env_typed == ' '* ]] || __nexus_env_kept_line=$__nexus_env_typed
  return 1
}

# What the widget NAME is now. What was there before the first of ours is called from within: another plugin may have put
# itself around ours, and calls it.
function __nexus_env_accept {
  setopt local_options no_xtrace
  local __nexus_env_code=0
  if [[ -n ${__nexus_env_within-} ]]; then
    zle "__nexus_env_first_$1"
    return
  fi
  local __nexus_env_within=yes
  if [[ $1 == zle-line-finish ]]; then
    __nexus_env_finish
    return
  fi
  if __nexus_env_is_unseen; then
    zle "__nexus_env_was_$1"
    return
  fi
  __nexus_env_judge_buffer || __nexus_env_code=$?
  case $__nexus_env_code in
    0) zle "__nexus_env_was_$1" ;;
    1) ;;
    130) zle .reset-prompt ;;
    *)
      if [[ ${CONTEXT-} == cont ]]; then
        # Within a command of several lines there is no way to run another, so that one is broken off.
        zle -I
        print -sr -- "$__nexus_env_typed"
        print -ru2 -- "> $__nexus_env_typed"$'\n'"$__nexus_env_why"
        BUFFER=''
        zle .send-break
      else
        BUFFER=' __nexus_env_refused' __nexus_env_judged=' __nexus_env_refused'
        zle __nexus_env_was_accept-line
      fi
      ;;
  esac
}

# Whether nothing is to be judged at this prompt.
function __nexus_env_is_unseen {
  [[ -z $BUFFER || -z $__nexus_env_line || ${CONTEXT-} == vared || ${CONTEXT-} == select ]] && return 0
  [[ -z $__nexus_env_near ]] && ! __nexus_env_goes "${PREBUFFER-}$BUFFER"
}

# Judges what stands on the screen, as the history makes it: 0, 3 and 130 as above, 1 where the person is to see that first
# (hist_verify).
function __nexus_env_judge_buffer {
  local __nexus_env_code=0
  if [[ -o bang_hist && $BUFFER == *[${histchars-!^}]* ]]; then
    __nexus_env_typed=$BUFFER
    zle .expand-history
    [[ ! -o hist_verify || $BUFFER == "$__nexus_env_typed" ]] || return 1
  fi
  if [[ $BUFFER == *$'\n'* ]] || __nexus_env_is_whole "${PREBUFFER-}$BUFFER"; then
    __nexus_env_judge "${PREBUFFER-}$BUFFER" || __nexus_env_code=$?
  fi
  __nexus_env_typed=${PREBUFFER-}$BUFFER
  (( __nexus_env_code )) || __nexus_env_judged=$__nexus_env_typed
  return __nexus_env_code
}

# The editor is through with a line. Not each came by a widget of ours: Enter in a search of the history accepts by itself, and
# so does `.accept-line` of somebody's own; another plugin may have put something else in its place.
function __nexus_env_finish {
  local __nexus_env_code=0
  if ! __nexus_env_is_unseen && [[ ${PREBUFFER-}$BUFFER != "$__nexus_env_judged" ]]; then
    __nexus_env_judge_buffer || __nexus_env_code=$?
    case $__nexus_env_code in
      0) ;;
      1 | 130)
        print -rz -- "$BUFFER"
        BUFFER=''
        ;;
      *)
        if [[ ${CONTEXT-} == cont ]]; then
          print -ru2 -- $'\n'"> $__nexus_env_typed"$'\n'"$__nexus_env_why"
          # Nothing can begin with it, so nothing of the command runs.
          BUFFER=')'
        else
          BUFFER=' __nexus_env_refused'
        fi
        ;;
    esac
  fi
  __nexus_env_judged=''
  zle __nexus_env_was_zle-line-finish
}

# What the editor did at the end of a line where nobody had it do anything.
function __nexus_env_no_more { :; }

# Before each prompt: what was asked about the last line is over, and Enter is still ours.
function __nexus_env_settle {
  local __nexus_env_code=$?
  if [[ -n $__nexus_env_consented ]]; then
    [[ $__nexus_env_consented != *$'\ndeploy' ]] || "$__nexus_env_bin" __ended "$__nexus_env_code" </dev/null
    unset NEXUS_ENV_CONSENT
    __nexus_env_consented=''
  fi
  __nexus_env_passed='' __nexus_env_judged=''
  if [[ -n $__nexus_env_kept_line ]]; then
    print -sr -- "$__nexus_env_kept_line"
    __nexus_env_kept_line=''
  fi
  [[ -o zle && -o interactive ]] || return 0
  local __nexus_env_name
  (( ${+widgets[zle-line-finish]} )) || zle -N zle-line-finish __nexus_env_no_more
  for __nexus_env_name in accept-line accept-and-hold accept-line-and-down-history accept-and-infer-next-history zle-line-finish; do
    case ${widgets[$__nexus_env_name]-}: in
      :) ;;
      "user:__nexus_env_accept_$__nexus_env_name:") [[ -n $__nexus_env_line ]] || zle -A "__nexus_env_was_$__nexus_env_name" "$__nexus_env_name" ;;
      # Somebody's, from which ours was called.
      "${__nexus_env_way[$__nexus_env_name]-}:") ;;
      *)
        [[ -n $__nexus_env_line ]] || continue
        (( ${+widgets[__nexus_env_first_$__nexus_env_name]} )) || zle -A "$__nexus_env_name" "__nexus_env_first_$__nexus_env_name"
        zle -A "$__nexus_env_name" "__nexus_env_was_$__nexus_env_name"
        eval "function __nexus_env_accept_$__nexus_env_name {
          __nexus_env_way[$__nexus_env_name]=\${widgets[$__nexus_env_name]-}
          __nexus_env_accept $__nexus_env_name
        }"
        zle -N "$__nexus_env_name" "__nexus_env_accept_$__nexus_env_name"
        ;;
    esac
  done
}
