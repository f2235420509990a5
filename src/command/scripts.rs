//! `guard scripts`: which scripts of the project's `package.json` files start a command that can lose data. For a
//! pre-commit hook and for CI: it needs no configuration, no environment and no database, and looks at none.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::config::Config;
use crate::domain::config::name::VariableName;
use crate::domain::guard::invocation::{self, Invocation, Notes, Reader};
use crate::domain::guard::project::Package;
use crate::domain::guard::rules;
use crate::domain::guard::scope::Fed;
use crate::domain::guard::verdict::Effect;
use crate::domain::session::ambient::Ambient;
use crate::domain::text::pattern;
use crate::domain::text::safe_text::safe_text;
use crate::edge::output::Form;
use crate::edge::project::Disk;
use crate::edge::{output, terminal, watchdog};
use crate::error::{Exit, Failure, Result, Status};
use crate::steps::load::{self, Configured};
use crate::steps::sentry;

/// Everything that `guard scripts --json` says, under these names.
#[derive(Debug, Serialize)]
struct Page {
    /// How many scripts were looked at.
    scripts: usize,
    found: Vec<Found>,
    /// What was not looked at, and why.
    unread: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Found {
    /// The directory of its `package.json`, below where the command was started.
    package: String,
    script: String,
    /// The command that it comes to, by name: `prisma migrate reset`.
    command: String,
    /// `destructive`, `gated`, or `unknown` where it cannot be followed to its end.
    effect: &'static str,
    /// Whether `--except` names it.
    excepted: bool,
}

/// Looks at the packages of the workspace, or at the nearest package. Ends with 3 where a script that is not excepted
/// is destructive.
///
/// # Errors
/// Where there is no `package.json`, and where a script cannot be followed to its end.
pub fn scripts(ambient: &Ambient, excepted: &[String], form: Form) -> Result<Status> {
    watchdog::arm(60, sentry::late(Exit::Failed));
    let cwd = ambient.cwd.clone().ok_or_else(|| Failure::new("the current directory is gone"))?;
    let packages = Package::workspace(&Disk, &cwd);
    if packages.is_empty() {
        return Err(Failure::new("there is no `package.json` here or above").into());
    }
    let config = match load::look(ambient).0 {
        Configured::Ready(loaded) => Some(loaded.config),
        Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => None,
    };
    let mut named = vec![false; excepted.len()];
    let mut page = Page { scripts: 0, found: Vec::new(), unread: Vec::new() };
    for package in packages {
        page.unread.extend(package.obstacle.clone());
        for script in package.scripts_like("*") {
            page.scripts += 1;
            let place = below(&package.directory, &cwd);
            let full = format!("{place}:{script}");
            let fits: Vec<bool> =
                excepted.iter().map(|one| pattern::fits(one, &script) || pattern::fits(one, &full)).collect();
            named.iter_mut().zip(&fits).for_each(|(named, fits)| *named |= fits);
            let all = started(ambient, config.as_ref(), &package, &script);
            let Some((effect, invocation)) = all.into_iter().max_by_key(|(effect, _)| *effect) else { continue };
            if effect == Effect::Safe {
                continue;
            }
            page.found.push(Found {
                excepted: fits.contains(&true),
                package: place,
                script,
                command: invocation.name,
                effect: effect.word(),
            });
        }
    }
    for (one, _) in excepted.iter().zip(named).filter(|(_, named)| !named) {
        terminal::say_anyway(&format!("--except {}: there is no such script here", safe_text(one)));
    }
    tell(ambient, &page, form)
}

/// Every command that a script comes to, each with what the strictest rule takes it for.
fn started(ambient: &Ambient, config: Option<&Config>, package: &Package, script: &str) -> Vec<(Effect, Invocation)> {
    let process = |name: &str| ambient.variables.get(name).map(|value| value.to_string_lossy().into_owned());
    let usual: Vec<VariableName> = VariableName::new("DATABASE_URL").into_iter().collect();
    let reader = Reader {
        files: &Disk,
        process: &process,
        database_variables: config.map_or(&usual, |config| &config.database_variables),
        cwd: &package.directory,
        root: &package.directory,
        prisma_directory: None,
        notes: Notes::default(),
    };
    let words = ["npm", "run", script].map(str::to_owned);
    let strictest = |invocation: &Invocation| {
        let rules = config.map(|config| rules::concerns(config, invocation)).unwrap_or_default();
        rules.iter().map(|concern| concern.effect).chain([invocation.effect]).max().unwrap_or(Effect::Safe)
    };
    invocation::of_words(&reader, &words, &Fed::Nothing)
        .into_iter()
        .map(|invocation| (strictest(&invocation), invocation))
        .collect()
}

fn below(directory: &Path, cwd: &Path) -> String {
    let relative: PathBuf = directory.strip_prefix(cwd).unwrap_or(directory).to_owned();
    if relative.as_os_str().is_empty() { ".".to_owned() } else { relative.display().to_string() }
}

fn tell(ambient: &Ambient, page: &Page, form: Form) -> Result<Status> {
    let wrong: Vec<&Found> =
        page.found.iter().filter(|found| found.effect == Effect::Destructive.word() && !found.excepted).collect();
    let unknown: Vec<&Found> =
        page.found.iter().filter(|found| found.effect == Effect::Unknown.word() && !found.excepted).collect();
    match form {
        Form::Json => output::json(&serde_json::to_string_pretty(page)?)?,
        Form::Text => {
            let width =
                |text: fn(&Found) -> &str| page.found.iter().map(|f| text(f).chars().count()).max().unwrap_or(0);
            let (packages, scripts) = (width(|f| &f.package), width(|f| &f.script));
            let lines: String = page
                .found
                .iter()
                .map(|Found { package, script, command, effect, excepted }| {
                    let note = if *excepted { ", excepted" } else { "" };
                    format!("{package:<packages$}  {script:<scripts$}  {command} ({effect}{note})\n")
                })
                .collect();
            output::page(&lines)?;
        }
    }
    let of = if page.scripts == 1 { "1 script".to_owned() } else { format!("{} scripts", page.scripts) };
    for why in &page.unread {
        terminal::say_anyway(&format!("not looked at: {why}"));
    }
    match wrong.first() {
        None if !unknown.is_empty() || !page.unread.is_empty() => Err(match unknown.first() {
            Some(first) => Failure::new(format!("{} of {of} cannot be followed to the end", unknown.len()))
                .hint(format!("where that is meant: nexus-env guard scripts --except {}", first.script)),
            None => Failure::new("not every package was looked at"),
        }
        .into()),
        None => {
            terminal::say(ambient, &format!("of {of} none starts a command that can lose data"));
            Ok(Status::DONE)
        }
        Some(first) => {
            let count = wrong.len();
            let verb = if count == 1 { "starts" } else { "start" };
            terminal::say_anyway(&format!(
                "of {of} {count} {verb} a command that can lose data\nhint: take it out, or say that it is meant: \
                 nexus-env guard scripts --except {}",
                first.script
            ));
            Ok(Status::from(Exit::Blocked as u8))
        }
    }
}
