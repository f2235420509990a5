# shellcheck shell=bash disable=SC2154
# What bash and zsh have in common: what they see in the words of a guarded command before the program is asked, with
# builtins only, and what comes after a deployment. In doubt yes: to ask costs one process and never gives a wrong answer.
#
# The hook around it has what the two do in their own ways: __nexus_env_nearby NAME finds the nearest file of a name,
# into __nexus_env_found; __nexus_env_slurp FILE reads a short file into __nexus_env_text, and is false for any other;
# __nexus_env_split puts the lines of __nexus_env_found into __nexus_env_lines.

# Runs what may apply migrations, with the number of the yes, and tells the log how it ended.
function __nexus_env_deploys {
  local __nexus_env_number=$1 __nexus_env_code=0
  shift
  NEXUS_ENV_CONSENT=$__nexus_env_number "$@" || __nexus_env_code=$?
  NEXUS_ENV_CONSENT=$__nexus_env_number "$__nexus_env_bin" __ended "$__nexus_env_code" </dev/null || :
  return "$__nexus_env_code"
}

# Whether a piece of a command line or of a script says something through which a database can be reached, or that a rule
# of the team's or the person's could name.
function __nexus_env_reaches {
  local __nexus_env_rest="$__nexus_env_rules "
  case $1 in
    *prisma* | *migrat* | *db[:\ _-]* | *npm* | *npx* | *yarn* | *bun* | *run-[sp]* | *drizzle* | *typeorm* | *-orm* | *sequelize* | *knex* | \
      *sql* | *SQL* | *DROP\ * | *drop\ * | *TRUNCATE* | *DELETE\ FROM* | *dropdb* | *dropuser* | *pg_* | *supabase* | *rails* | *rake* | *alembic* | *flyway* | *liquibase* | *mongo* | *mariadb* | \
      *goose* | *dbmate* | *mise\ * | *atlas* | *diesel* | *mix\ * | *artisan* | *manage.py* | *django* | *flask* | *aerich* | *kysely* | *medusa* | *payload* | \
      *redis* | *valkey* | *hasura* | *heroku* | *neon* | *pscale* | *turso* | *wrangler* | *ecto.* | *doctrine* | *dotnet* | *edgedb* | \
      *.sh* | *sh\ -* | *make\ * | *just\ * | *task\ * | *deno\ * | *eval\ *) return 0 ;;
  esac
  while [[ $__nexus_env_rest != ' ' && -n $__nexus_env_rest ]]; do
    case ${__nexus_env_rest%% *} in
      '*') return 0 ;;
      ?*) [[ $1 != *"${__nexus_env_rest%% *}"* ]] || return 0 ;;
    esac
    __nexus_env_rest=${__nexus_env_rest#* }
  done
  return 1
}

# Whether these words could name a rule.
function __nexus_env_named {
  local __nexus_env_tool=$1 __nexus_env_seen='' __nexus_env_flags='' __nexus_env_scripts='' __nexus_env_word
  shift
  # A rule may name a runner itself.
  case " $__nexus_env_rules " in *" $__nexus_env_tool "* | *" * "*) return 0 ;; esac
  case $__nexus_env_tool in
    prisma) __nexus_env_seen=yes ;;
    npx | pnpx | bunx) ;;
    npm | pnpm | yarn | bun) __nexus_env_scripts=yes ;;
    dotenv | dotenvx | env-cmd) ;;
    make | just | task)
      __nexus_env_recipes "$__nexus_env_tool" "$@"
      return
      ;;
    *)
      __nexus_env_risky "$__nexus_env_tool" "$@"
      return
      ;;
  esac
  [[ -z $__nexus_env_seen ]] || ! __nexus_env_harmless "$@" || return 1
  local __nexus_env_words
  __nexus_env_words=("$__nexus_env_tool" "$@")
  while [[ $# -gt 0 ]]; do
    __nexus_env_word=$1
    shift
    case " $__nexus_env_rules " in *" ${__nexus_env_word##*/} "*) return 0 ;; esac
    case $__nexus_env_word in
      *[[:space:]]*)
        __nexus_env_reaches "$__nexus_env_word" && return 0
        ;;
      drizzle-kit | drizzle-kit@* | typeorm | typeorm@* | typeorm-* | sequelize | sequelize-cli | knex | knex@* | supabase | supabase@* | \
        mikro-orm | mikro-orm-esm | node-pg-migrate | graphile-migrate | db-migrate | kysely | payload | medusa | psql | dropdb | pg_restore)
        __nexus_env_risky "$__nexus_env_word" "$@" && return 0
        ;;
      prisma | prisma7 | prisma@* | prisma7@* | @prisma/prisma7* | */prisma | */prisma7 | *prisma/build/index.js | npm:prisma* | \
        zen | zen@* | zenstack | zenstack@* | wasp | wasp@* | keystone | keystone@* | rws | rws@*)
        # Behind a flag the word may be the flag's value: `--filter prisma`, `--package prisma`.
        [[ -n $__nexus_env_flags ]] || ! __nexus_env_harmless "$@" || return 1
        __nexus_env_seen=yes
        ;;
      migrate | migrate-* | db | studio | mcp | push | reset | deploy | drop | execute | seed | dev | platform | bootstrap)
        [[ -z $__nexus_env_seen ]] || return 0
        ;;
      turbo | nx | lerna | run-s | run-p | npm-run-all | npm-run-all2 | npm:* | pnpm:* | yarn:* | bun:*) return 0 ;;
      -*) __nexus_env_flags=yes ;;
    esac
  done
  [[ -n $__nexus_env_scripts ]] || return 1
  __nexus_env_scripted "${__nexus_env_words[@]}"
}

# Whether the words of a tool that is not Prisma could lose data. The program knows the tools; here are only the words
# that none of their harmless commands needs.
function __nexus_env_risky {
  local __nexus_env_tool=${1##*/} __nexus_env_word __nexus_env_next=''
  shift
  __nexus_env_tool=${__nexus_env_tool%%@*}
  case $__nexus_env_tool in
    psql | mysql | mongosh)
      [[ -t 0 ]] || return 0
      for __nexus_env_word; do
        if [[ -n $__nexus_env_next ]]; then
          __nexus_env_next=''
          __nexus_env_writes "$__nexus_env_word" && return 0
          continue
        fi
        case $__nexus_env_tool:$__nexus_env_word in
          psql:-f | psql:--file) __nexus_env_next=yes ;;
          psql:--file=*) __nexus_env_writes "${__nexus_env_word#--file=}" && return 0 ;;
          *:--host* | *:--port* | *:--user* | *:--dbname* | *:--pset* | *:--set* | *:--variable* | *:--no-* | *:--csv | *:--tuples-only | *:--quiet) ;;
          *:-*[fi]* | *.js | *::*) return 0 ;;
          *) __nexus_env_spells "$__nexus_env_word" && return 0 ;;
        esac
      done
      return 1
      ;;
    pg_restore)
      for __nexus_env_word; do
        case $__nexus_env_word in -l | --list | -f* | --file* | --help | --version) return 1 ;; esac
      done
      return 0
      ;;
  esac
  for __nexus_env_word; do
    case $__nexus_env_word in
      --help | --version) return 1 ;;
      drop* | *:drop* | *.drop* | *reset* | *rollback* | *down* | *undo* | *revert* | *push* | *sync* | *fresh* | *clean* | *flush* | \
        *wipe* | *truncate* | *load* | *setup* | *purge* | *redo* | *migrat* | *seed* | up | up-* | *upgrade* | stamp | run | apply | \
        schema* | studio | repair | baseline | force | goto | delete | prepare | zero) return 0 ;;
    esac
  done
  case $__nexus_env_tool in dropdb) return 0 ;; esac
  return 1
}

# Whether words for a database, or a script of such, could change what is stored.
function __nexus_env_spells {
  case $1 in
    *[dD][rR][oO][pP]* | *[tT][rR][uU][nN][cC]* | *[dD][eE][lL][eE][tT][eE]* | *[uU][pP][dD][aA][tT][eE]* | *[aA][lL][tT][eE][rR]* | \
      *[eE][xX][eE][cC]* | *[cC][aA][lL][lL]* | *[dD][oO][\ \$]* | *[rR][eE][mM][oO][vV][eE]* | *\\i* | *\\!* | *\\gexec*) return 0 ;;
  esac
  return 1
}

# Whether a script of SQL could.
function __nexus_env_writes {
  local __nexus_env_text
  if [[ ! -f $1 || ! -r $1 ]] || ! __nexus_env_slurp "$1"; then return 0; fi
  case $__nexus_env_text in
    *[dD][oO] | *[dD][oO]$'\n'* | *[dD][oO]$'\t'* | *\\[ocgwr]*) return 0 ;;
  esac
  __nexus_env_spells "$__nexus_env_text"
}

# Whether what make, just or task is asked for could reach a database. What begins at the first column of a Makefile or a
# justfile, or under `tasks` in a Taskfile, and all that stands below it, is one piece. What is asked for is looked at
# with all pieces that it names, as what it needs, calls or expands.
function __nexus_env_recipes {
  local __nexus_env_tool=$1 __nexus_env_word __nexus_env_found='' __nexus_env_text='' __nexus_env_wanted=' ' __nexus_env_given=''
  # Bytes are compared twice as fast as characters.
  local LC_ALL=C
  shift
  for __nexus_env_word; do
    case $__nexus_env_word in
      -[0-9]* | -j | -j[0-9]* | -s | -k | -B | --silent | --no-print-directory | --always-make | [0-9]*) ;;
      -* | *[\ \	\$\`\;\&\|]*) return 0 ;;
      *=*)
        __nexus_env_reaches "$__nexus_env_word" && return 0
        __nexus_env_given="$__nexus_env_given$__nexus_env_word "
        ;;
      *)
        [[ $__nexus_env_tool != just ]] || ! __nexus_env_reaches "$__nexus_env_word" || return 0
        __nexus_env_wanted="$__nexus_env_wanted$__nexus_env_word "
        ;;
    esac
  done
  for __nexus_env_word in GNUmakefile makefile Makefile justfile Justfile .justfile Taskfile.yml taskfile.yml Taskfile.yaml taskfile.yaml \
    Taskfile.dist.yml Taskfile.dist.yaml; do
    case $__nexus_env_tool:$__nexus_env_word in make:*[mM]akefile | just:*justfile | just:Justfile | task:[tT]askfile*) ;; *) continue ;; esac
    __nexus_env_nearby "$__nexus_env_word" || continue
    __nexus_env_slurp "$__nexus_env_found" || return 0
    __nexus_env_beyond "$__nexus_env_text" || continue
    # What cannot be told apart by looking at lines.
    case $'\n'$__nexus_env_text in
      *[$'\n '-]include* | *$'\n'define\ * | *"\$(eval"* | *"\$(call"* | *"\${eval"* | *"\${call"* | *RECIPEPREFIX* | *.DEFAULT* | \
        *aliases:* | *$'\n'import\ * | *$'\n'mod\ * | *$'\n'mod\?* | *$'\n'alias\ *) return 0 ;;
    esac
    __nexus_env_asked && return 0
  done
  return 1
}

# The same for recipes, where an interpreter, a container or another run may lead further.
function __nexus_env_beyond {
  __nexus_env_reaches "$1" && return 0
  case $1 in *include* | *import* | *docker* | *php* | *python* | *node* | *"\$(MAKE)"* | *"\${MAKE}"*) return 0 ;; esac
  return 1
}

# Whether a piece of __nexus_env_text that is wanted, or one that it names in turn, does; or cannot be told.
function __nexus_env_asked {
  local __nexus_env_lines __nexus_env_pieces __nexus_env_heads __nexus_env_names __nexus_env_first='' __nexus_env_next
  local __nexus_env_seen=' ' __nexus_env_queue=$__nexus_env_wanted __nexus_env_sure __nexus_env_piece __nexus_env_at
  __nexus_env_pieces=() __nexus_env_heads=() __nexus_env_names=()
  __nexus_env_split
  __nexus_env_divide
  if [[ $__nexus_env_queue == ' ' ]]; then
    [[ $__nexus_env_tool != task ]] || __nexus_env_first=default
    [[ -n $__nexus_env_first ]] || return 0
    __nexus_env_queue=" $__nexus_env_first "
  fi
  __nexus_env_sure=$__nexus_env_queue
  # A pattern's name, and one that is put together, may be any. The shell's runs all of them.
  for __nexus_env_word in "${__nexus_env_names[@]}"; do
    case $__nexus_env_word in *[%*\$]* | SHELL | .SHELLFLAGS | MAKEFLAGS | set) __nexus_env_queue="$__nexus_env_queue$__nexus_env_word " ;; esac
  done
  # What is given on the line is a piece too.
  __nexus_env_piece=$__nexus_env_given
  while :; do
    # All names that the piece has as words.
    if [[ -n $__nexus_env_piece ]]; then
      __nexus_env_beyond "$__nexus_env_piece" && return 0
      for __nexus_env_word in "${__nexus_env_names[@]}"; do
        [[ $__nexus_env_piece == *"$__nexus_env_word"* ]] || continue
        case " $__nexus_env_piece " in
          *[!A-Za-z0-9_-]"$__nexus_env_word"[!A-Za-z0-9_-]*) __nexus_env_queue="$__nexus_env_queue$__nexus_env_word " ;;
        esac
      done
    fi
    __nexus_env_piece=''
    __nexus_env_queue=${__nexus_env_queue#' '}
    [[ -n $__nexus_env_queue ]] || return 1
    __nexus_env_next=${__nexus_env_queue%% *}
    __nexus_env_queue=${__nexus_env_queue#* }
    case $__nexus_env_seen in *" $__nexus_env_next "*) continue ;; esac
    __nexus_env_seen="$__nexus_env_seen$__nexus_env_next "
    # Every piece of that name: a target can have several, and a variable can have a target's name.
    __nexus_env_at=0
    for __nexus_env_word in "${__nexus_env_heads[@]}"; do
      case $__nexus_env_word in
        *" $__nexus_env_next "*) __nexus_env_piece=$__nexus_env_piece${__nexus_env_pieces[*]:__nexus_env_at:1}$'\n' ;;
      esac
      __nexus_env_at=$((__nexus_env_at + 1))
    done
    [[ -z $__nexus_env_piece ]] || continue
    # Not there. What follows the first word after `just` may be given to the recipe.
    case $__nexus_env_tool:$__nexus_env_sure in
      just:" $__nexus_env_next "*) return 0 ;;
      just:*) ;; # perhaps given
      *:*" $__nexus_env_next "*) return 0 ;;
    esac
  done
}

# Divides the lines into pieces, with the names of each, between spaces, in __nexus_env_heads. __nexus_env_first is what is
# done where nothing is asked for.
function __nexus_env_divide {
  local __nexus_env_line __nexus_env_piece='' __nexus_env_name __nexus_env_open='' __nexus_env_begins
  for __nexus_env_line in "${__nexus_env_lines[@]}"; do
    __nexus_env_begins=yes
    case $__nexus_env_line in
      \#*) [[ -n $__nexus_env_open ]] || continue ;;
      '	'* | '   '* | '  '[\	\#-]*) __nexus_env_begins='' ;;
      ' '*) [[ $__nexus_env_tool == task ]] || __nexus_env_begins='' ;;
      if* | else* | endif*) [[ $__nexus_env_tool != make ]] || __nexus_env_begins='' ;; # inside of a recipe
    esac
    if [[ -z $__nexus_env_begins || -n $__nexus_env_open ]]; then
      __nexus_env_says "$__nexus_env_line" || __nexus_env_piece+=$'\n'$__nexus_env_line
    else
      [[ ${#__nexus_env_heads[@]} -eq 0 ]] || __nexus_env_pieces+=("$__nexus_env_piece")
      __nexus_env_piece=$__nexus_env_line
      case $__nexus_env_tool in
        task)
          __nexus_env_name=${__nexus_env_line%%:[$' \t\r']*}
          __nexus_env_name=${__nexus_env_name%:}
          __nexus_env_name=${__nexus_env_name#  }
          __nexus_env_name=${__nexus_env_name//[\"\']/}
          ;;
        *) __nexus_env_name=${__nexus_env_line%%[:=]*} ;;
      esac
      __nexus_env_name=${__nexus_env_name#@}
      __nexus_env_name=${__nexus_env_name%' '}
      [[ -n $__nexus_env_first ]] || case $__nexus_env_name in
        .* | \[*) ;;
        *)
          # Not an assignment, nor a line that sets nothing up.
          case $__nexus_env_tool${__nexus_env_line#"${__nexus_env_line%%[:=]*}"} in
            make:=* | make::=* | make:::=* | just:=* | make=* | make | just) ;;
            *) __nexus_env_first=${__nexus_env_name%% *} ;;
          esac
          ;;
      esac
      __nexus_env_heads+=(" $__nexus_env_name ")
      while [[ $__nexus_env_name == *' '* ]]; do
        [[ -z ${__nexus_env_name%% *} ]] || __nexus_env_names+=("${__nexus_env_name%% *}")
        __nexus_env_name=${__nexus_env_name#* }
      done
      [[ -z $__nexus_env_name ]] || __nexus_env_names+=("$__nexus_env_name")
    fi
    case $__nexus_env_line in *\\) __nexus_env_open=yes ;; *) __nexus_env_open='' ;; esac
  done
  [[ ${#__nexus_env_heads[@]} -eq 0 ]] || __nexus_env_pieces+=("$__nexus_env_piece")
}

# Whether a line of a recipe only says something.
function __nexus_env_says {
  case $1 in
    *[\;\&\|\`\$\\]*) return 1 ;;
    *echo\ * | *printf\ *) ;;
    *) return 1 ;;
  esac
  case ${1#"${1%%[! 	@-]*}"} in echo\ * | printf\ *) return 0 ;; esac
  return 1
}

# Whether the words after `prisma` are of a command that no rule names.
function __nexus_env_harmless {
  case ${1-}:${2-} in
    generate:* | validate:* | format:* | version:* | migrate:status | db:pull) return 0 ;;
    migrate:diff) ;;
    *) return 1 ;;
  esac
  while [[ $# -gt 0 ]]; do
    case $1 in *shadow* | *-migrations*) return 1 ;; esac
    shift
  done
}

# Whether a script of the nearest package.json that these words run could come to prisma.
function __nexus_env_scripted {
  local __nexus_env_found __nexus_env_text='' __nexus_env_word __nexus_env_tool=$1 __nexus_env_lines
  shift
  for __nexus_env_word; do
    case $__nexus_env_word in
      -w | -w=* | -ws | --ws | --workspace* | -F | -F=* | --filter* | -r | --recursive | -C | --dir* | --cwd* | --prefix* | workspace | workspaces)
        return 0 # the script stands in another package.json
        ;;
      it | cit | install-* | clean-install-*) return 0 ;;
    esac
  done
  __nexus_env_nearby package.json || return 1
  __nexus_env_slurp "$__nexus_env_found" || return 0
  case $__nexus_env_text in *'\u'*) return 0 ;; esac # an escape can hide a name
  case $__nexus_env_tool:${1-} in
    npm:t | npm:te | npm:tes | npm:tst | pnpm:t | pnpm:tst) set -- test ;;
    npm:st* | npm:rest*) set -- start stop restart ;;
    npm:run* | npm:ru* | npm:test | npm:exec | npm:x | pnpm:run | pnpm:exec | pnpm:test | yarn:run | bun:run) ;;
    npm:* | *: | *:-* | *:i | *:install | *:a | *:add | *:up* | *:rebuild | *:rb | *:link | *:ln | *:rm | *:remove)
      # Installing and publishing run scripts of their own.
      set -- "$@" install prepare publish prepublishOnly pack version uninstall dependencies
      ;;
  esac
  for __nexus_env_word; do
    __nexus_env_mentions "$__nexus_env_word" && return 0
    __nexus_env_mentions "pre$__nexus_env_word" && return 0
    __nexus_env_mentions "post$__nexus_env_word" && return 0
  done
  return 1
}

# Whether a line of __nexus_env_found, whose text is in __nexus_env_text, says `"NAME"` and something through which
# prisma can be reached. Line by line: `${…#*TEXT}` takes a time that grows with the square of where TEXT stands.
function __nexus_env_mentions {
  local __nexus_env_line
  [[ $__nexus_env_text == *"\"$1\""* ]] || return 1
  [[ -n ${__nexus_env_lines-} ]] || __nexus_env_split
  for __nexus_env_line in "${__nexus_env_lines[@]}"; do
    [[ $__nexus_env_line == *"\"$1\""* ]] || continue
    [[ ${#__nexus_env_line} -le 2000 ]] || return 0
    __nexus_env_line=${__nexus_env_line#*"\"$1\""}
    __nexus_env_reaches "$__nexus_env_line" && return 0
    case $__nexus_env_line in
      *--run* | *'$'* | *turbo* | *nx\ * | *lerna* | *wireit* | *zen* | *wasp* | *keystone* | *rws*) return 0 ;;
      *\"*) ;;
      *) return 0 ;; # its value stands on another line
    esac
  done
  return 1
}
