//! The table of variable names that a repository may not set, each row with who reads them, what they do there, and
//! where that is written down. Data alone: [`super::judge`] reads it, and README shows it.
//!
//! Beside the programs' own manuals, three lists were gathered in: the variables that sudo removes (`env_delete` in
//! sudoers(5), `initial_badenv_table` in its `plugins/sudoers/env.c`), those that OpenSSH names in ssh(1), and glibc's
//! `UNSECURE_ENVVARS` (`sysdeps/generic/unsecvars.h`), which ld.so(8) removes from programs with more rights.

/// Names with one reason in common.
#[derive(Debug)]
pub struct Row {
    /// Whole names, a space between, compared as they stand.
    pub names: &'static str,
    /// Beginnings (`GIT_*`) and ends (`*_ASKPASS`), a space between. They hold in upper and lower case alike, because
    /// npm, yarn and fish read theirs so.
    pub patterns: &'static str,
    /// Completes "`NAME` is refused from a repository: …".
    pub what: &'static str,
    /// Where it says so.
    pub source: &'static str,
}

/// What a row below would refuse or mark, although an ordinary team sets it.
pub(super) const ORDINARY: &[Row] = &[Row {
    names: "YARN_NPM_AUTH_TOKEN YARN_NPM_AUTH_IDENT CARGO_REGISTRY_TOKEN CARGO_TERM_COLOR CARGO_INCREMENTAL",
    patterns: "",
    what: "a credential, or a matter of taste",
    source: "yarn, cargo",
}];

/// Where this program's own files are, who it works for, and what it says of a session. No setting lifts these.
pub(super) const OURS: &[Row] = &[
    Row {
        names: "HOME",
        patterns: "XDG_*",
        what: "it decides where nexus-env's own files are, what was allowed and your identity among them",
        source: "XDG Base Directory Specification",
    },
    Row {
        names: "NEXUS_ENV",
        patterns: "NEXUS_ENV_* __nexus_env*",
        what: "nexus-env itself keeps it",
        source: "README",
    },
];

/// What a repository may not set unless the person's own `allow_names` lifts it.
pub(super) const REFUSED: &[Row] = &[
    Row {
        names: "LDR_PRELOAD LDR_PRELOAD64 LIBPATH SHLIB_PATH",
        patterns: "LD_* DYLD_* _RLD*",
        what: "the dynamic loader runs what it names",
        source: "ld.so(8), dyld(1), sudo's env_delete",
    },
    Row {
        names: "GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES I18NPATH LOCALDOMAIN LOCPATH MALLOC_TRACE NIS_PATH \
                NLSPATH PATH_LOCALE RESOLV_ADD_TRIM_DOMAINS RESOLV_HOST_CONF RESOLV_MULTI \
                RESOLV_OVERRIDE_TRIM_DOMAINS RESOLV_REORDER RESOLV_SPOOF_CHECK RES_OPTIONS TZDIR",
        patterns: "",
        what: "the C library of every program reads something else, or finds other hosts",
        source: "glibc's unsecvars.h, resolv.conf(5), sudo's env_delete",
    },
    Row {
        names: "TMPDIR TMP TEMP TEMPDIR TMPPREFIX TMPSUFFIX",
        patterns: "",
        what: "it moves every program's temporary files",
        source: "environ(7), glibc's unsecvars.h, zshparam(1)",
    },
    Row {
        names: "PATH MANPATH INFOPATH CDPATH EXECIGNORE GLOBIGNORE FIGNORE IFS ENV FPATH MODULE_PATH MODULEPATH \
                MODULESHOME PROMPT_COMMAND PROMPT_DIRTRIM PS0 PS1 PS2 PS3 PS4 SHELL SHELLOPTS BASH BASHOPTS \
                POSIXLY_CORRECT POSIX_ME_HARDER INPUTRC FCEDIT MAIL MAILPATH MAILCHECK TMOUT auto_resume histchars \
                HISTCHARS HISTFILE HISTSIZE HISTFILESIZE HISTCONTROL HISTIGNORE HISTTIMEFORMAT HISTEDIT",
        patterns: "BASH_*",
        what: "a shell runs it, or finds programs, files or its history by it",
        source: "bash(1), ksh(1), POSIX `sh`, sudo's env_delete",
    },
    Row {
        names: "ZDOTDIR ZSH NULLCMD READNULLCMD STTY ARGV0 PROMPT PROMPT2 PROMPT3 PROMPT4 RPROMPT RPROMPT2 RPS1 RPS2 \
                SPROMPT PSVAR POSTEDIT TIMEFMT WATCHFMT WORDCHARS KEYBOARD_HACK HISTORY_IGNORE precmd_functions \
                preexec_functions chpwd_functions periodic_functions zshaddhistory_functions zshexit_functions",
        patterns: "ZSH_* POWERLEVEL9K_* P9K_*",
        what: "zsh runs it, or reads its files by it",
        source: "zshparam(1), zshmisc(1), sudo's env_delete",
    },
    Row {
        names: "BAUD COLUMNS DIRSTACKSIZE ERRNO FUNCNEST KEYTIMEOUT LINES LISTMAX LOGCHECK MENUMODE MENUSCROLL \
                OPTIND PERIOD RANDOM REPORTMEMORY REPORTTIME SAVEHIST SECONDS SELECTMAX SELECTMIN TRY_BLOCK_ERROR \
                TRY_BLOCK_INTERRUPT",
        patterns: "ZLE_*",
        what: "zsh evaluates it as arithmetic, in which a command can stand",
        source: "zshparam(1), zshmisc(1)",
    },
    Row {
        names: "PWD OLDPWD SHLVL UID EUID GID EGID GROUPS PPID TTY TTYIDLE LINENO HISTCMD ARGC BASHPID PIPESTATUS EPOCHSECONDS EPOCHREALTIME \
                SRANDOM REPLY OPTARG OPTERR FUNCNAME DIRSTACK COMP_WORDBREAKS COMPREPLY CMD_DURATION MATCH MBEGIN \
                MEND _ aliases argv builtins cdpath commands dirnext dirprev dirstack errnos fignore fpath \
                funcfiletrace funcsourcetrace funcstack functions functrace galiases functions_source history historywords hostname jobdirs \
                jobstates jobtexts keymaps langinfo mailpath manpath mapfile match mbegin mend module_path modules \
                nameddirs options parameters patchars path pipestatus prompt psvar reply reswords saliases signals \
                status status_generation sysparams termcap terminfo umask userdirs usergroups version watch widgets",
        patterns: "fish_* __fish* dis_*",
        what: "the shell itself keeps it",
        source: "bash(1), zshparam(1), zshmodules(1), fish-language(1)",
    },
    Row {
        names: "USER LOGNAME USERNAME",
        patterns: "SUDO_* DOAS_*",
        what: "programs take from it who you are",
        source: "environ(7), sudo(8), zshparam(1)",
    },
    Row {
        names: "EDITOR VISUAL BROWSER ALTERNATE_EDITOR KUBE_EDITOR GH_EDITOR HGEDITOR SVN_EDITOR CVSEDITOR P4EDITOR \
                JJ_EDITOR SOPS_EDITOR BUNDLER_EDITOR GEM_EDITOR REACT_EDITOR LAUNCH_EDITOR SQLCMDEDITOR \
                CSCOPE_EDITOR GH_BROWSER KUBECTL_EXTERNAL_DIFF PAGER MANPAGER GH_PAGER AWS_PAGER BAT_PAGER \
                DELTA_PAGER PERF_PAGER ACK_PAGER GLAB_PAGER",
        patterns: "SYSTEMD_* *_ASKPASS *_ASKPASS_REQUIRE *_PASSWORD_COMMAND *_PASSCOMMAND",
        what: "a program is started by it: an editor, a pager, a browser, what asks for a password",
        source: "environ(7), ssh(1), sudo(8), git(1), and the manual of each program",
    },
    Row {
        names: "LESS LESSOPEN LESSCLOSE LESSKEY LESSKEYIN LESSKEY_CONTENT LESSKEY_SYSTEM LESSKEYIN_SYSTEM \
                LESSHISTFILE LESSHISTSIZE LESSEDIT LESSECHO LESSMETACHARS LESSMETAESCAPE LESSSECURE LESSSECURE_ALLOW \
                LESSSEPARATOR LESSGLOBALTAGS LESSBINFMT LESSUTFBINFMT LESSANSIENDCHARS LESSANSIMIDCHARS LESSCHARSET \
                LESSCHARDEF MORE MANOPT MANLESS MANROFFOPT MANROFFSEQ MANSECT TERMINFO TERMINFO_DIRS TERMCAP \
                TERMPATH",
        patterns: "GROFF_* MOST_*",
        what: "less, man or the terminal's library runs or reads what it names",
        source: "less(1), man(1), ncurses(3), sudo's env_delete",
    },
    Row {
        names: "GCM_INTERACTIVE SSH_AUTH_SOCK SSH_AGENT_PID SSH_SK_PROVIDER SSH_SK_HELPER SSH_PKCS11_HELPER \
                RSYNC_RSH RSYNC_CONNECT_PROG RSYNC_PROXY RSYNC_OLD_ARGS CVS_RSH SVN_SSH RSH HG HGRCPATH HGMERGE \
                GH_CONFIG_DIR GH_PATH GLAB_CONFIG_DIR JJ_CONFIG TIGRC_USER TIGRC_SYSTEM LG_CONFIG_FILE GNUPGHOME \
                GPG_AGENT_INFO PINENTRY_USER_DATA PASSWORD_STORE_DIR PASSWORD_STORE_GPG_OPTS \
                PASSWORD_STORE_EXTENSIONS_DIR PASSWORD_STORE_ENABLE_EXTENSIONS SOPS_AGE_KEY_CMD SOPS_AGE_KEY_FILE \
                SOPS_AGE_SSH_PRIVATE_KEY_CMD BORG_RSH BORG_REMOTE_PATH RCLONE_CONFIG",
        patterns: "GIT_*",
        what: "git, ssh, or what keeps your keys, runs or trusts something else by it",
        source: "git(1), gitcredentials(7), ssh(1), ssh-agent(1), rsync(1), hg(1), gpg(1), pass(1), sops",
    },
    Row {
        names: "NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_REPL_HISTORY NODE_EXTRA_CA_CERTS \
                NODE_V8_COVERAGE NODE_REDIRECT_WARNINGS NODE_ICU_DATA NODE_COMPILE_CACHE NODE_CHANNEL_FD \
                NODE_PRESERVE_SYMLINKS NODE_PRESERVE_SYMLINKS_MAIN TS_NODE_COMPILER ELECTRON_RUN_AS_NODE \
                ELECTRON_EXEC_PATH ELECTRON_OVERRIDE_DIST_PATH ELECTRON_MIRROR ELECTRON_CUSTOM_DIR npm_execpath \
                npm_node_execpath PNPM_HOME ESBUILD_BINARY_PATH SASS_BINARY_PATH SASS_BINARY_SITE SASS_PATH \
                SWC_BINARY_PATH NAPI_RS_NATIVE_LIBRARY_PATH TURBO_BINARY_PATH BIOME_BINARY CHROME_BIN CHROME_PATH \
                PUPPETEER_EXECUTABLE_PATH PUPPETEER_CACHE_DIR PUPPETEER_DOWNLOAD_BASE_URL PLAYWRIGHT_BROWSERS_PATH \
                PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH PLAYWRIGHT_DOWNLOAD_HOST CYPRESS_RUN_BINARY \
                CYPRESS_INSTALL_BINARY CYPRESS_CACHE_FOLDER",
        patterns: "npm_config_* pnpm_config_* YARN_* COREPACK_* BUN_* NVM_* FNM_* VOLTA_* NODENV_*",
        what: "Node, its package managers or what they install run something else by it",
        source: "node(1), npm config(7), pnpm settings, yarn configuration, corepack, bun, nvm, esbuild, puppeteer, playwright",
    },
    Row {
        names: "DENO_DIR DENO_CERT DENO_TLS_CA_STORE DENO_INSTALL DENO_INSTALL_ROOT DENO_V8_FLAGS DENO_REPL_HISTORY \
                DENO_COVERAGE_DIR JSR_URL",
        patterns: "",
        what: "Deno runs, trusts or fetches something else by it",
        source: "deno manual, environment variables",
    },
    Row {
        names: "PRISMA_SCHEMA_ENGINE_BINARY PRISMA_MIGRATION_ENGINE_BINARY PRISMA_QUERY_ENGINE_BINARY \
                PRISMA_QUERY_ENGINE_LIBRARY PRISMA_INTROSPECTION_ENGINE_BINARY PRISMA_FMT_BINARY \
                PRISMA_ENGINES_MIRROR PRISMA_BINARIES_MIRROR PRISMA_ENGINES_CHECKSUM_IGNORE_MISSING \
                PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION",
        patterns: "",
        what: "Prisma runs another engine by it, or no longer asks",
        source: "Prisma, environment variables reference",
    },
    Row {
        names: "PYTEST_ADDOPTS PYTEST_PLUGINS MYPYPATH IPYTHONDIR JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH \
                JUPYTER_PATH MPLCONFIGDIR COVERAGE_PROCESS_START COVERAGE_RCFILE VIRTUAL_ENV POETRY_HOME \
                POETRY_CONFIG_DIR POETRY_DATA_DIR POETRY_CACHE_DIR POETRY_VIRTUALENVS_PATH UV UV_PYTHON \
                UV_CONFIG_FILE UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_OVERRIDE \
                UV_CONSTRAINT UV_CACHE_DIR UV_TOOL_DIR UV_TOOL_BIN_DIR UV_PYTHON_INSTALL_DIR \
                UV_PYTHON_INSTALL_MIRROR UV_PROJECT_ENVIRONMENT UV_INSECURE_HOST PDM_HOME",
        patterns: "PYTHON* PIP_* PIPX_* PIPENV_* PYENV_* VIRTUALENV_* CONDA_* MAMBA_*",
        what: "Python or its package managers run something else by it",
        source: "python(1), pytest, pip configuration, uv and poetry settings, sudo's env_delete",
    },
    Row {
        names: "",
        patterns: "PERL*",
        what: "Perl loads or runs what it names",
        source: "perlrun(1), sudo's env_delete",
    },
    Row {
        names: "GEM_HOME GEM_PATH GEM_SPEC_CACHE GEMRC BUNDLE_GEMFILE BUNDLE_PATH BUNDLE_BIN BUNDLE_BIN_PATH \
                BUNDLE_APP_CONFIG BUNDLE_USER_HOME BUNDLE_USER_CONFIG BUNDLE_USER_CACHE BUNDLE_USER_PLUGIN IRBRC \
                PRYRC RAKEOPT SPEC_OPTS TESTOPTS JRUBY_OPTS JRUBY_HOME TRUFFLERUBYOPT \
                DISABLE_DATABASE_ENVIRONMENT_CHECK",
        patterns: "RUBY* RBENV_* RVM_* BUNDLE_MIRROR_*",
        what: "Ruby, gem, bundler or rake load or run something else by it, or no longer ask",
        source: "ruby(1), gem, bundle-config(1), rspec, Rails, sudo's env_delete",
    },
    Row {
        names: "JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_JAVAC_OPTIONS IBM_JAVA_OPTIONS \
                OPENJ9_JAVA_OPTIONS JAVA_OPTS JAVA_OPTIONS JAVA_HOME JAVA_CMD JAVACMD JDK_HOME JRE_HOME JVM_OPTS \
                CLASSPATH MAVEN_OPTS MAVEN_ARGS MAVEN_HOME M2_HOME M2 MAVEN_PROJECTBASEDIR MVNW_REPOURL GRADLE_OPTS \
                GRADLE_HOME GRADLE_USER_HOME ANT_OPTS ANT_ARGS ANT_HOME SBT_OPTS SBT_HOME LEIN_HOME LEIN_JVM_OPTS \
                LEIN_JAVA_CMD CLJ_CONFIG BOOT_JVM_OPTIONS KOTLIN_HOME SCALA_HOME GROOVY_HOME GROOVY_CONF \
                CATALINA_OPTS CATALINA_HOME CATALINA_BASE COURSIER_REPOSITORIES SDKMAN_DIR JENV_ROOT LIQUIBASE_HOME \
                LIQUIBASE_CLASSPATH LIQUIBASE_DEFAULTS_FILE FLYWAY_JAR_DIRS FLYWAY_CONFIG_FILES",
        patterns: "",
        what: "Java or its build tools load or run something else by it",
        source: "java(1), the JVM Tool Interface, mvn(1), gradle, catalina.sh, liquibase, flyway, sudo's env_delete",
    },
    Row {
        names: "DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE DOTNET_ROOT DOTNET_ROOT_X64 \
                DOTNET_ROOT_X86 DOTNET_ROOT_ARM64 DOTNET_HOST_PATH DOTNET_CLI_HOME DOTNET_BUNDLE_EXTRACT_BASE_DIR \
                DOTNET_MSBUILD_SDK_RESOLVER_CLI_DIR DOTNET_ENABLE_PROFILING DOTNET_PROFILER DOTNET_PROFILER_PATH \
                ASPNETCORE_HOSTINGSTARTUPASSEMBLIES COR_PROFILER COR_PROFILER_PATH COR_ENABLE_PROFILING \
                MSBuildSDKsPath MSBUILD_EXE_PATH NUGET_PACKAGES NUGET_PLUGIN_PATHS NUGET_CREDENTIALPROVIDERS_PATH \
                MONO_PATH MONO_CONFIG MONO_CFG_DIR MONO_ENV_OPTIONS MONO_GAC_PREFIX PSModulePath",
        patterns: "CORECLR_* COMPlus_* POWERSHELL_*",
        what: ".NET or PowerShell load or run what it names",
        source: "dotnet environment variables, .NET profiling, mono(1), nuget, about_PSModulePath",
    },
    Row {
        names: "PHPRC PHP_INI_SCAN_DIR COMPOSER COMPOSER_HOME COMPOSER_BIN_DIR COMPOSER_VENDOR_DIR \
                COMPOSER_CACHE_DIR COMPOSER_MIRROR_PATH_REPOS LUAROCKS_CONFIG TCLLIBPATH TCL_LIBRARY TK_LIBRARY \
                R_HOME R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER R_LIBS R_LIBS_USER R_LIBS_SITE \
                R_DEFAULT_PACKAGES ELIXIR_ERL_OPTIONS MIX_HOME MIX_ARCHIVES MIX_EXS MIX_PATH MIX_DEPS_PATH \
                MIX_BUILD_PATH HEX_HOME HEX_MIRROR GHC_ENVIRONMENT GHC_PACKAGE_PATH GHCRTS CABAL_DIR CABAL_CONFIG \
                STACK_ROOT STACK_YAML STACK_CONFIG OCAMLPATH OCAMLLIB OCAMLRUNPARAM CAMLRUNPARAM \
                CAML_LD_LIBRARY_PATH OCAMLFIND_CONF VIMINIT EXINIT GVIMINIT VIM VIMRUNTIME MYVIMRC MYGVIMRC NVIM \
                AWKPATH AWKLIBPATH M4PATH BC_ENV_ARGS DC_ENV_ARGS PUB_CACHE PUB_HOSTED_URL FLUTTER_ROOT \
                FLUTTER_STORAGE_BASE_URL",
        patterns: "LUA_PATH* LUA_CPATH* LUA_INIT* JULIA_* ERL_* OPAM* GUILE_* EMACS* NVIM_*",
        what: "an interpreter, compiler or editor loads or runs what it names",
        source: "php(1), composer, lua(1), tclsh(1), R(1), julia(1), erl(1), mix, ghc, cabal, stack, ocaml(1), guile(1), emacs(1), vim(1), gawk(1), bc(1), dart",
    },
    Row {
        names: "MAKE MAKEFLAGS MFLAGS GNUMAKEFLAGS MAKEFILES MAKESHELL NINJAFLAGS CONFIG_SITE CONFIG_SHELL \
                PKG_CONFIG PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR PG_CONFIG MYSQL_CONFIG \
                LLVM_CONFIG_PATH LIBCLANG_PATH PROTOC CC CXX CPP LD AR AS NM RANLIB STRIP OBJCOPY LEX YACC FC \
                HOST_CC TARGET_CC HOST_CXX TARGET_CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LDLIBS GCC_EXEC_PREFIX \
                COMPILER_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH \
                DEPENDENCIES_OUTPUT SUNPRO_DEPENDENCIES COLLECT_GCC COLLECT_GCC_OPTIONS CCC_OVERRIDE_OPTIONS SDKROOT \
                DEVELOPER_DIR TOOLCHAINS ANDROID_HOME ANDROID_SDK_ROOT ANDROID_NDK_HOME",
        patterns: "RUSTC* RUSTDOC* RUSTFLAGS* RUSTUP_* CARGO* CMAKE_* CCACHE_* DISTCC_* JUST_*",
        what: "a build tool or compiler runs something else by it",
        source: "make(1), cargo and rustc, cmake, gcc(1), ccache(1), pkg-config(1), xcrun(1), just",
    },
    Row {
        names: "GOFLAGS GOROOT GOPATH GOBIN GOENV GOPROXY GONOSUMDB GONOSUMCHECK GONOPROXY GOINSECURE GOSUMDB \
                GOTOOLCHAIN GOTOOLDIR GOWORK GOCACHE GOMODCACHE GOTMPDIR GOAUTH GOVCS GOCACHEPROG GCCGO GOGCCFLAGS \
                CGO_CFLAGS CGO_CPPFLAGS CGO_CXXFLAGS CGO_LDFLAGS",
        patterns: "",
        what: "go runs, trusts or fetches something else by it",
        source: "go help environment",
    },
    Row {
        names: "TAR_OPTIONS TAPE ZIPOPT UNZIP UNZIPOPT ZIPINFO GZIP BZIP BZIP2 XZ_OPT XZ_DEFAULTS GREP_OPTIONS \
                PARALLEL PARALLEL_HOME PARALLEL_SHELL RIPGREP_CONFIG_PATH BAT_CONFIG_PATH BAT_CONFIG_DIR BAT_OPTS \
                ACKRC ACK_OPTIONS TASKRC TASKDATA MAILRC MAILCAPS NOTMUCH_CONFIG APT_CONFIG RPM_CONFIGDIR \
                DEBUGINFOD_URLS GDBHISTFILE VALGRIND_OPTS VALGRIND_LIB SCREENRC SYSSCREENRC SCREENDIR QUILTRC \
                LISTEN_FDS LISTEN_PID NOTIFY_SOCKET WSLENV",
        patterns: "TMUX* FZF_* SKIM_* ATUIN_* STARSHIP_* DIRENV_* MISE_* RTX_* ASDF_* NIX_* GUIX_* HOMEBREW_* VSCODE_*",
        what: "an everyday tool takes options, its configuration or a program to start from it",
        source: "tar(1), zip(1), gzip(1), xz(1), parallel(1), rg(1), bat(1), fzf(1), apt.conf(5), screen(1), tmux(1), nix.conf(5), direnv(1), mise, starship",
    },
    Row {
        names: "PSQLRC PSQL_EDITOR PSQL_EDITOR_LINENUMBER_ARG PSQL_HISTORY PSQL_PAGER PSQL_WATCH_PAGER PGHOSTADDR \
                PGPASSFILE PGSERVICEFILE PGSYSCONFDIR PGLOCALEDIR",
        patterns: "",
        what: "psql or libpq runs or reads what it names, or connects to another server than the URL says",
        source: "psql(1), libpq \"Environment Variables\"",
    },
    Row {
        names: "MYSQL_HOME MYSQL_TEST_LOGIN_FILE MYSQL_HISTFILE MYSQL_HISTIGNORE MYSQL_GROUP_SUFFIX MYSQL_DEBUG \
                LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN MARIADB_HOME MARIADB_HISTFILE \
                MARIADB_PLUGIN_DIR SQLITE_HISTORY SQLITE_TMPDIR TNS_ADMIN ORACLE_HOME ORACLE_PATH SQLPATH TWO_TASK \
                SQLCMDINI ODBCINI ODBCSYSINI ODBCINSTINI FREETDS FREETDSCONF TDSDUMP TDSDUMPCONFIG REDISCLI_RCFILE \
                REDISCLI_HISTFILE PGCLIRC",
        patterns: "USQL_*",
        what: "a database client runs or reads what it names",
        source: "mysql \"Environment Variables\", sqlite3(1), SQL*Plus, sqlcmd, unixODBC, FreeTDS, redis-cli",
    },
    Row {
        names: "OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_MODULES OPENSSL_ENGINES CTLOG_FILE RANDFILE QLOGDIR \
                SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE AWS_CA_BUNDLE \
                HTTPLIB2_CA_CERTS GRPC_DEFAULT_SSL_ROOTS_FILE_PATH GNUTLS_SYSTEM_PRIORITY_FILE SASL_PATH \
                SASL_CONF_PATH LDAPCONF LDAPRC LDAPNOINIT LDAPTLS_CACERT LDAPTLS_CACERTDIR LDAPTLS_REQCERT VAR_ACE \
                USR_ACE DLC_ACE AUTHSTATE",
        patterns: "KRB5* P11_KIT_*",
        what: "TLS, Kerberos or LDAP load modules, trust other certificates or give keys away by it",
        source: "openssl-env(7), SSL_CTX_set_keylog_callback(3), curl(1), requests, kerberos(7), ldap.conf(5), sudo's env_delete",
    },
    Row {
        names: "HTTP_PROXY HTTPS_PROXY ALL_PROXY FTP_PROXY http_proxy https_proxy all_proxy ftp_proxy CURL_HOME \
                NETRC WGETRC SYSTEM_WGETRC HTTPIE_CONFIG_DIR LYNX_CFG LYNX_LSS WWW_HOME",
        patterns: "GLOBAL_AGENT_*",
        what: "it leads every client's requests somewhere else",
        source: "curl(1), wget(1), lynx(1), httpie, global-agent",
    },
    Row {
        names: "DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS DOCKER_TLS_VERIFY \
                CONTAINER_HOST CONTAINER_CONNECTION CONTAINERS_CONF CONTAINERS_CONF_OVERRIDE CONTAINERS_STORAGE_CONF \
                CONTAINERS_REGISTRIES_CONF REGISTRY_AUTH_FILE BUILDKIT_HOST BUILDX_CONFIG BUILDX_BUILDER \
                CONTAINERD_ADDRESS NERDCTL_TOML KUBECONFIG KUBERC KREW_ROOT K9SCONFIG K9S_CONFIG_DIR HELM_PLUGINS \
                HELM_CONFIG_HOME HELM_DATA_HOME HELM_CACHE_HOME HELM_REPOSITORY_CONFIG HELM_REPOSITORY_CACHE \
                HELM_REGISTRY_CONFIG HELM_KUBEAPISERVER HELM_KUBECONTEXT HELM_KUBETOKEN TALOSCONFIG",
        patterns: "",
        what: "a container engine or cluster client works elsewhere, with other credentials or plug-ins",
        source: "docker CLI reference, podman(1), containers.conf(5), kubectl, helm",
    },
    Row {
        names: "TF_CLI_CONFIG_FILE TERRAFORM_CONFIG TF_PLUGIN_CACHE_DIR TF_DATA_DIR TF_LOG_PATH \
                TF_REATTACH_PROVIDERS PACKER_CONFIG PACKER_CONFIG_DIR PACKER_PLUGIN_PATH PULUMI_HOME AWS_CONFIG_FILE \
                AWS_SHARED_CREDENTIALS_FILE AWS_DATA_PATH BOTO_CONFIG CLOUDSDK_CONFIG CLOUDSDK_ROOT_DIR \
                CLOUDSDK_GSUTIL_PYTHON CLOUDSDK_BQ_PYTHON GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES \
                CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE AZURE_CONFIG_DIR AZURE_EXTENSION_DIR OCI_CLI_CONFIG_FILE \
                OCI_CLI_RC_FILE VAULT_CONFIG_PATH VAULT_CACERT VAULT_CAPATH GITHUB_ENV GITHUB_PATH GITHUB_OUTPUT \
                GITHUB_STATE",
        patterns: "TF_CLI_ARGS* ANSIBLE_* VAGRANT_* CLOUDSDK_PYTHON* CLOUDSDK_AUTH_* CLOUDSDK_PROXY_* CLOUDSDK_API_ENDPOINT_*",
        what: "a cloud or deployment tool runs, reads or reaches something else by it",
        source: "terraform, packer and vagrant CLI, AWS CLI (`credential_process`), gcloud topic configurations, az, ansible-config, GitHub Actions",
    },
    Row {
        names: "DISPLAY WAYLAND_DISPLAY XAUTHORITY ICEAUTHORITY SESSION_MANAGER XAPPLRESDIR XENVIRONMENT \
                XUSERFILESEARCHPATH XFILESEARCHPATH XLOCALEDIR GTK2_RC_FILES GIO_EXTRA_MODULES GIO_MODULE_DIR \
                GIO_LAUNCHED_DESKTOP_FILE GI_TYPELIB_PATH GST_PLUGIN_PATH GST_PLUGIN_PATH_1_0 GST_PLUGIN_SYSTEM_PATH \
                GST_PLUGIN_SCANNER GST_REGISTRY GDK_PIXBUF_MODULE_FILE GDK_PIXBUF_MODULEDIR QML_IMPORT_PATH \
                QML2_IMPORT_PATH VK_ICD_FILENAMES VK_DRIVER_FILES VK_LAYER_PATH VK_ADD_LAYER_PATH LIBGL_DRIVERS_PATH \
                LIBVA_DRIVERS_PATH OCL_ICD_VENDORS ALSA_CONFIG_PATH LADSPA_PATH SANE_CONFIG_DIR CUPS_SERVER \
                FONTCONFIG_FILE FONTCONFIG_PATH GS_LIB GS_OPTIONS TEXINPUTS SNMPCONFPATH MIBDIRS",
        patterns: "DBUS_* GTK_* QT_* MAGICK_* TEXMF* __EGL_*",
        what: "a program of the desktop loads what it names, or talks to another session",
        source: "X(7), dbus-daemon(1), GTK, GIO and Qt environment variables, Vulkan loader, ImageMagick, gs(1), fonts.conf(5)",
    },
    Row {
        names: "CLAUDE_CONFIG_DIR CODEX_HOME GEMINI_CLI_HOME GEMINI_CLI_SYSTEM_SETTINGS_PATH COPILOT_HOME \
                GOOSE_RECIPE_PATH",
        patterns: "AIDER_*",
        what: "a coding agent reads its settings, tools and permissions from it",
        source: "Claude Code, Codex, Gemini CLI, Copilot CLI, aider and goose settings",
    },
];

/// What is allowed, and marked in what `allow` shows.
pub(super) const UNUSUAL: &[Row] = &[
    Row {
        names: "PGOPTIONS PGSERVICE PGDATA",
        patterns: "",
        what: "it changes the session, or which server of your own is meant",
        source: "libpq \"Environment Variables\"",
    },
    Row {
        names: "NODE_TLS_REJECT_UNAUTHORIZED NO_PROXY no_proxy GODEBUG",
        patterns: "",
        what: "it can take the check of certificates off, or lead past a proxy",
        source: "node(1), go, curl(1)",
    },
    Row {
        names: "AWS_PROFILE AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS VAULT_ADDR ANTHROPIC_BASE_URL \
                OPENAI_BASE_URL TERM",
        patterns: "AWS_ENDPOINT_URL* CSQL_PROXY_*",
        what: "it decides whose credentials are used, or where requests go that carry yours",
        source: "AWS SDKs, Application Default Credentials, vault, cloud-sql-proxy",
    },
];
