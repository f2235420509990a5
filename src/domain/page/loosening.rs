//! What a configuration no longer holds that the one allowed before it held, or that its names promise: for `allow`, which
//! says it first and then asks. Pure.

use crate::domain::config::name::EnvironmentName;
use crate::domain::config::{
    Access, Config, Environment, Export, GuardAction, GuardRule, Protection, Proxy, RuleOrigin,
};
use crate::domain::text::look_alike::marked;

/// A sentence each. `before` is what was allowed last at this place; without it, only what contradicts a name or a
/// protection counts, since nothing is known that could have been loosened.
pub fn loosened(before: Option<&Config>, now: &Config) -> Vec<String> {
    let mut said = Vec::new();
    for environment in &now.environments {
        let earlier = before.and_then(|before| before.environment(&environment.name));
        said.extend(of_environment(earlier, environment));
    }
    let Some(before) = before else { return said };
    for gone in before.environments.iter().filter(|environment| now.environment(&environment.name).is_none()) {
        if !gone.matches.is_empty() || gone.fingerprint.is_some() || gone.proxy.is_some() {
            said.push(format!("{} is gone, and with it all by which its database is known", gone.name));
        }
    }
    for name in before.database_variables.iter().filter(|name| !now.database_variables.contains(name)) {
        said.push(format!("`{name}` no longer counts as a database URL"));
    }
    said.extend(of_rules(before, now));
    said
}

fn of_environment(before: Option<&Environment>, now: &Environment) -> Vec<String> {
    let name = &now.name;
    let mut said = Vec::new();
    let was_protected = before.map_or(name.protected_by_default(), Environment::is_protected);
    if was_protected && now.protection == Protection::Open {
        said.push(format!("{name} is not protected here"));
    }
    let was_read_only = before.map_or(now.is_protected(), |before| before.access == Access::ReadOnly);
    if was_read_only && now.access == Access::ReadWrite {
        said.push(format!("{name} is read-write here: its database URLs can write without a question"));
    }
    let Some(before) = before else { return said };
    if before.export == Export::Command && now.export == Export::Shell {
        said.push(format!("{name} is exported into the shell, and was given to single commands alone"));
    }
    match (&before.fingerprint, &now.fingerprint) {
        (Some(_), None) => said.push(format!("{name} no longer says which database it is")),
        (Some(earlier), Some(later)) if earlier != later => said.push(format!("{name} is another database: {later}")),
        (Some(_) | None, _) => {}
    }
    match (&before.proxy, &now.proxy) {
        (Some(_), None) => said.push(format!("{name} no longer has a proxy by which it is known")),
        (Some(earlier), Some(later)) if (&earlier.instance, earlier.port) != (&later.instance, later.port) => {
            said.push(format!(
                "{name} is another instance or port: {} on port {}",
                marked(&later.instance),
                later.port
            ));
        }
        (Some(_) | None, _) => {}
    }
    let command = |environment: &Environment| environment.proxy.as_ref().map(|proxy| proxy.command.clone());
    let is_another = |later: &Vec<String>| *later != Proxy::COMMAND && command(before).as_ref() != Some(later);
    if let Some(later) = command(now).filter(is_another) {
        let earlier = command(before).map(|earlier| format!(", and was {}", words(&earlier))).unwrap_or_default();
        said.push(format!("`proxy up -e {name}` starts {}{earlier}", words(&later)));
    }
    let programs = |environment: &Environment| {
        environment
            .backup
            .iter()
            .flat_map(|b| std::iter::once(&b.command).chain(&b.verify))
            .cloned()
            .collect::<Vec<_>>()
    };
    if before.backup.is_some() && now.backup.is_none() {
        said.push(format!("no backup is made before a deployment to {name}"));
    }
    for later in programs(now).iter().filter(|later| !programs(before).contains(later)) {
        said.push(format!("before a deployment to {name} runs {}", words(later)));
    }
    let gone = before.matches.without(&now.matches);
    if !gone.is_empty() {
        said.push(format!("{name} is no longer known by {}", gone.join(", ")));
    } else if now.matches.narrows(&before.matches) {
        said.push(format!("{name} is known by less: {} must fit at once", now.matches.told().join(", ")));
    }
    said
}

/// A command as it would be typed, safe to look at.
pub fn words(command: &[String]) -> String {
    marked(&shell_words::join(command))
}

fn of_rules(before: &Config, now: &Config) -> Vec<String> {
    // The person's own rules are not the configuration's.
    let theirs = |config: &Config| -> Vec<(GuardRule, Vec<EnvironmentName>)> {
        let rules = config.guard.iter().filter(|rule| rule.origin != RuleOrigin::Person);
        rules.map(|rule| (rule.clone(), holds_on(rule, config))).collect()
    };
    let (before, later) = (theirs(before), theirs(now));
    let mut said = Vec::new();
    for (rule, on) in before.iter().filter(|(rule, _)| rule.action != GuardAction::Allow) {
        let mut same = later.iter().filter(|(later, _)| later.command == rule.command).peekable();
        let command = marked(&rule.command);
        if same.peek().is_none() {
            said.push(format!("the rule about `{command}` is gone"));
        } else if !same.any(|(later, held)| {
            let there = |name: &&EnvironmentName| now.environment(name).is_some();
            strength(later.action) >= strength(rule.action) && on.iter().filter(there).all(|name| held.contains(name))
        }) {
            said.push(format!("the rule about `{command}` is weaker"));
        }
    }
    for (rule, _) in later.iter().filter(|(rule, _)| rule.action == GuardAction::Allow) {
        if before.iter().all(|(earlier, _)| earlier != rule) {
            said.push(format!("a new rule lets `{}` pass", marked(&rule.command)));
        }
    }
    let lets_pass = later.iter().any(|(rule, _)| rule.action == GuardAction::Allow);
    let in_both = |rules: &[(GuardRule, Vec<EnvironmentName>)], others: &[(GuardRule, Vec<EnvironmentName>)]| {
        let kept = rules.iter().filter(|(rule, _)| others.iter().any(|(other, _)| other == rule));
        kept.map(|(rule, _)| rule.clone()).collect::<Vec<_>>()
    };
    if lets_pass && in_both(&before, &later) != in_both(&later, &before) {
        said.push("the rules stand in another order, and the first that fits decides".to_owned());
    }
    said
}

/// The environments on which a rule holds: those that it names, else the protected ones.
fn holds_on(rule: &GuardRule, config: &Config) -> Vec<EnvironmentName> {
    match rule.on.as_slice() {
        [] => config.environments.iter().filter(|e| e.is_protected()).map(|e| e.name.clone()).collect(),
        named => named.to_vec(),
    }
}

fn strength(action: GuardAction) -> u8 {
    match action {
        GuardAction::Allow => 0,
        GuardAction::Confirm => 1,
        GuardAction::Block => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::repository::{AllowedText, AllowedTexts};
    use crate::domain::config::schema;

    const ID: &str = "id = \"9f3k2v7m4q8x1c5b\"\n[env.dev]\n";

    fn config(text: &str) -> Config {
        let main = AllowedText { file: ".nexusenv", text: format!("{ID}{text}") };
        schema::parse(&AllowedTexts { main, local: None }, &[]).unwrap()
    }

    #[track_caller]
    fn check(before: Option<&str>, now: &str, expected: &[&str]) {
        assert_eq!(loosened(before.map(config).as_ref(), &config(now)), expected);
    }

    #[test]
    fn the_first_time_what_contradicts_a_name_or_a_protection() {
        check(None, "[env.prod]\n[[guard]]\ncommand = \"x\"\n", &[]);
        check(None, "[env.Production]\nprotected = false\n", &["Production is not protected here"]);
        let write = "prod is read-write here: its database URLs can write without a question";
        check(None, "[env.prod]\naccess = \"read-write\"\n", &[write]);
        check(None, "[env.dev.proxy]\ninstance = \"a\"\nport = 1\ncommand = [\"x\"]\n", &[]);
    }

    #[test]
    fn later_whatever_no_longer_holds() {
        let one = |before: &str, now: &str, expected: &str| check(Some(before), now, &[expected]);
        one("[env.eu]\nprotected = true\naccess = \"read-write\"\n", "[env.eu]\n", "eu is not protected here");
        check(Some("[env.prod]\nprotected = false\n"), "[env.prod]\nprotected = false\n", &[]);
        one(
            "[env.dev.vars]\n[env.eu]\naccess = \"read-only\"\n",
            "[env.eu]\n",
            "eu is read-write here: its database URLs can write without a question",
        );
        one(
            "[env.prod]\nexport = \"command\"\n",
            "[env.prod]\n",
            "prod is exported into the shell, and was given to single commands alone",
        );
        one(
            "[env.prod]\nfingerprint = \"1/a\"\n", "[env.prod]\nfingerprint = \"2/a\"\n",
            "prod is another database: 2/a",
        );
        one("[env.prod]\nfingerprint = \"1/a\"\n", "[env.prod]\n", "prod no longer says which database it is");
        one("[env.prod]\nfingerprint = \"1/a\"\n", "", "prod is gone, and with it all by which its database is known");
        check(Some("[env.prod]\n"), "", &[]);
        one(
            "[env.prod.match]\nhosts = [\"a\", \"b\"]\nports = [1]\n",
            "[env.prod.match]\nhosts = [\"b\", \"c\"]\n",
            "prod is no longer known by host a, port 1",
        );
        one(
            "[env.prod.match]\nhosts = [\"a\"]\n",
            "[env.prod.match]\nhosts = [\"a\"]\nports = [1]\n",
            "prod is known by less: host a, port 1 must fit at once",
        );
    }

    #[test]
    fn a_proxy_that_is_another() {
        let proxy = |rest: &str| format!("[env.prod.proxy]\ninstance = \"a:b:c\"\n{rest}");
        check(
            Some(&proxy("port = 1\n")),
            &proxy("port = 1\ncommand = [\"evil\", \"a b\"]\n"),
            &["`proxy up -e prod` starts evil 'a b', and was cloud-sql-proxy '--port={port}' {instance}"],
        );
        check(Some("[env.prod]\n"), &proxy("port = 1\ncommand = [\"x\"]\n"), &["`proxy up -e prod` starts x"]);
        check(Some(&proxy("port = 1\n")), &proxy("port = 2\n"), &["prod is another instance or port: a:b:c on port 2"]);
        check(Some(&proxy("port = 1\n")), "[env.prod]\n", &["prod no longer has a proxy by which it is known"]);
    }

    #[test]
    fn a_backup_that_is_gone_or_another() {
        let backup = |command: &str| format!("[env.prod.backup]\ncommand = [\"{command}\"]\n");
        check(Some(&backup("a")), "[env.prod]\n", &["no backup is made before a deployment to prod"]);
        check(Some(&backup("a")), &backup("b"), &["before a deployment to prod runs b"]);
        check(Some("[env.prod]\n"), &backup("b"), &["before a deployment to prod runs b"]);
        check(None, &backup("b"), &[]);
    }

    #[test]
    fn rules_that_are_gone_weaker_or_let_pass() {
        let rule = |command: &str, rest: &str| format!("[env.prod]\n[[guard]]\ncommand = \"{command}\"\n{rest}");
        let check = |before: &str, now: &str, expected: &[&str]| check(Some(before), now, expected);
        check(&rule("a", ""), "[env.prod]\n", &["the rule about `a` is gone"]);
        check(&rule("a", ""), &rule("a", "action = \"confirm\"\n"), &["the rule about `a` is weaker"]);
        check(&rule("a", ""), &rule("a", "on = [\"dev\"]\n"), &["the rule about `a` is weaker"]);
        check(&rule("a", ""), &rule("a", "on = [\"prod\"]\n"), &[]);
        check(&rule("a", "on = [\"prod\"]\n"), &rule("a", ""), &[]);
        check(&rule("a", "action = \"confirm\"\n"), &rule("a", "reason = \"r\"\n"), &[]);
        check("[env.prod]\n", &rule("a", "action = \"allow\"\n"), &["a new rule lets `a` pass"]);
    }

    #[test]
    fn database_variables_that_no_longer_count() {
        let now = config("");
        let mut before = config("");
        before.database_variables.push(crate::domain::config::name::VariableName::new("OTHER").unwrap());
        assert_eq!(loosened(Some(&before), &now), ["`OTHER` no longer counts as a database URL"]);
    }
}
