//! The table against names that must be refused and names that a team needs.

use super::*;

fn standing(text: &str, lifted: &[&str]) -> &'static str {
    let lifted: Vec<VariableName> = lifted.iter().map(|name| VariableName::new(name).unwrap()).collect();
    match judge(&VariableName::new(text).unwrap(), &lifted) {
        Standing::Ordinary => "ordinary",
        Standing::Unusual(_) => "unusual",
        Standing::Refused(_) => "refused",
    }
}

#[track_caller]
fn check(expected: &str, names: &str) {
    for name in names.split_whitespace() {
        assert_eq!(standing(name, &[]), expected, "{name}");
    }
}

#[test]
fn refuses_what_makes_a_program_run_or_read_something_else() {
    check(
        "refused",
        "PATH LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES GCONV_PATH LOCPATH NODE_OPTIONS BUN_OPTIONS NODE_EXTRA_CA_CERTS \
         PRISMA_SCHEMA_ENGINE_BINARY GIT_SSH_COMMAND GIT_CONFIG_COUNT PYTHONPATH PYTHONSTARTUP PERL5LIB PERLLIB RUBYOPT \
         npm_config_registry NPM_CONFIG_REGISTRY NPM_Config_Node_Options YARN_YARN_PATH COREPACK_NPM_REGISTRY PS4 BASH_ENV \
         ENV PROMPT_COMMAND ZDOTDIR fish_function_path FISH_X status PSQLRC PGHOSTADDR PGSERVICEFILE PGSYSCONFDIR \
         READNULLCMD MANPAGER KUBECONFIG JAVA_TOOL_OPTIONS MAKEFLAGS RUSTC_WRAPPER CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER \
         SUDO_ASKPASS X_ASKPASS RESTIC_PASSWORD_COMMAND BORG_PASSCOMMAND LESSOPEN TERMINFO TMPDIR HISTFILE INPUTRC DOCKER_HOST \
         OPENSSL_CONF SSLKEYLOGFILE LUA_INIT_5_4 DOTNET_STARTUP_HOOKS PHPRC MYSQL_HOME LIBMYSQL_PLUGIN_DIR HTTPS_PROXY \
         https_proxy BROWSER CC GOFLAGS AWS_CONFIG_FILE COLUMNS HISTSIZE USER",
    );
}

#[test]
fn takes_what_a_team_needs() {
    check(
        "ordinary",
        "DATABASE_URL DIRECT_URL NODE_ENV NODE_ENV_NAME PORT HOST HOSTNAME API_BASE LOG_LEVEL DEBUG CI TZ LANG LC_ALL \
         AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGSSLMODE PGSSLROOTCERT \
         PGAPPNAME MYSQL_HOST MYSQL_PWD REDIS_URL MONGODB_URI JWT_SECRET GITHUB_TOKEN NPM_TOKEN YARN_NPM_AUTH_TOKEN \
         CARGO_REGISTRY_TOKEN COMPOSE_PROJECT_NAME DOCKER_BUILDKIT KUBE_NAMESPACE HELM_NAMESPACE TF_VAR_region MAIL_FROM \
         SMTP_PASSWORD RAILS_ENV RACK_ENV DJANGO_SETTINGS_MODULE FLASK_APP MIX_ENV SPRING_DATASOURCE_URL ASPNETCORE_URLS \
         DOTNET_ENVIRONMENT RUST_LOG GOOS CGO_ENABLED GOPRIVATE NEXT_PUBLIC_API_URL VITE_API_URL STRIPE_SECRET_KEY SENTRY_DSN \
         OPENAI_API_KEY ANTHROPIC_API_KEY GEMINI_API_KEY LESSON_COUNT LDAP_URL PATHS HOME_PAGE ENVIRONMENT APP_VERSION \
         CURSOR_PAGE_SIZE NEXUS_ENVIRONMENT SSH_HOST TEMPLATE_DIR HISTORY_SIZE BROWSERSLIST VK_CLIENT_ID GST_RATE",
    );
    check("unusual", "PGOPTIONS NODE_TLS_REJECT_UNAUTHORIZED AWS_ENDPOINT_URL_S3 GOOGLE_APPLICATION_CREDENTIALS");
}

#[test]
fn a_person_lifts_a_name_for_themselves_but_never_what_is_ours() {
    for name in ["KUBECONFIG", "PATH", "npm_config_registry"] {
        assert_eq!(standing(name, &[name]), "ordinary", "{name}");
        assert_eq!(standing(name, &["OTHER"]), "refused", "{name}");
    }
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME", "NEXUS_ENV", "NEXUS_ENV_ROOT", "CLAUDECODE", "AI_AGENT"] {
        assert_eq!(standing(name, &[name]), "refused", "{name}");
    }
    for name in ["CLAUDE_CODE_USE_BEDROCK", "CODEX_SANDBOX_X", "REPLIT_SESSION", "__nexus_env_state"] {
        assert_eq!(standing(name, &[name]), "refused", "{name}");
    }
}

#[test]
fn no_name_stands_twice_and_each_row_says_where_it_is_from() {
    let all: Vec<&Row> = [ORDINARY, OURS, REFUSED, UNUSUAL].into_iter().flatten().collect();
    let mut seen = std::collections::BTreeSet::new();
    for row in &all {
        assert!(!row.what.is_empty() && !row.source.is_empty());
        for word in words(row.names).chain(words(row.patterns)) {
            // What the filter looks at.
            assert!(!word.contains('*') || word.len() > 3, "{word} is too short");
            assert!(seen.insert(word), "{word} stands twice");
            assert_eq!(word.contains('*'), words(row.patterns).any(|pattern| pattern == word), "{word}");
        }
    }
    for row in REFUSED.iter().chain(UNUSUAL) {
        let by_pattern = |name: &&str| all.iter().any(|other| words(other.patterns).any(|pattern| fits(pattern, name)));
        assert_eq!(words(row.names).find(by_pattern), None, "a pattern has it already");
    }
}

#[test]
fn the_filter_lets_through_all_that_the_table_holds_and_little_else() {
    for row in [ORDINARY, OURS, REFUSED, UNUSUAL].into_iter().flatten() {
        for word in words(row.names).chain(words(row.patterns)) {
            for name in [word.replace('*', "A_LONGER_NAME"), word.replace('*', "")] {
                assert!(filter::may_hold(&name), "{name}");
            }
            if word.contains('*') {
                assert!(filter::may_hold(&word.replace('*', "x").to_lowercase()), "{word}");
            }
        }
    }
    let through = (0..1000).filter(|number| filter::may_hold(&format!("{number}_SECRET"))).count();
    assert!(through < 30, "{through} of 1000");
}

/// The table as README has it.
fn rendered() -> String {
    let markers = marker::MARKERS.iter().chain([&"REPLIT_SESSION"]).copied().collect::<Vec<_>>().join(" ");
    let line = |names: &str, row: &Row| {
        let names: Vec<String> = names.split_whitespace().map(|name| format!("`{name}`")).collect();
        format!("| {} | {} | {} |\n", names.join(" "), row.what, row.source)
    };
    let part = |title: &str, rows: &'static [Row]| {
        let lines: String = rows.iter().map(|row| line(&format!("{} {}", row.names, row.patterns), row)).collect();
        format!("| {title} | why | written down in |\n|---|---|---|\n{lines}")
    };
    let ours = part("never, whatever your settings say", OURS);
    let refused = part("unless your own `allow_names` has it", REFUSED);
    let unusual = part("taken, and marked in `allow`", UNUSUAL);
    format!("{ours}{}\n{refused}\n{unusual}", line(&markers, MARKERS))
}

#[test]
fn readme_has_the_whole_table() {
    let readme = include_str!("../../../../README.md");
    let rendered = rendered();
    assert!(readme.contains(&rendered), "README needs:\n{rendered}");
}
