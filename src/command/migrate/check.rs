//! `migrate check`: what a branch does to the history of migrations, and what its SQL does. It needs no database, no secret
//! and no `.nexusenv`.

use crate::domain::promotion::base::{self, Sides, Texts};
use crate::domain::promotion::finding::{Finding, Harm, allowances};
use crate::domain::promotion::migration::Migration;
use crate::domain::promotion::models::Models;
use crate::domain::promotion::place::Place;
use crate::domain::promotion::review::Review;
use crate::domain::promotion::rules::{self, Circumstances};
use crate::domain::promotion::statement;
use crate::domain::session::ambient::Ambient;
use crate::domain::text::calendar;
use crate::domain::text::safe_text;
use crate::edge::git::Git;
use crate::edge::{migrations, output};
use crate::error::{Exit, Failure, Result, Status};
use crate::steps::load::{self, Configured};
use crate::steps::promotion::tree::{Tree, texts};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Text,
    Json,
    GitHub,
}

/// 0 where nothing was found, 1 where something was.
///
/// # Errors
/// Where there are no migrations, or the base cannot be found.
pub fn check(ambient: &Ambient, reference: Option<&str>, form: Form) -> Result<Status> {
    // Only where the folder is said to be matters of a configuration here, and one that is not allowed says nothing.
    let loaded = match load::look(ambient).0 {
        Configured::Ready(loaded) => Some(loaded),
        Configured::Nothing | Configured::Denied(_) | Configured::Unusable(..) => None,
    };
    let root = loaded.as_ref().map(|loaded| loaded.repository.root.as_path());
    let tree = Tree::around(ambient, root)?;
    let declared = loaded.as_ref().and_then(|loaded| loaded.config.prisma_directory.as_deref());
    let places = tree.places(declared)?;
    let against = match &tree.git {
        Some(git) => against(ambient, git, reference)?,
        None => None,
    };
    let mut review = Review { base: against.as_ref().map(|base| base.name.clone()), ..Review::default() };
    for place in &places {
        review.places.push(tree.shown(&place.migrations));
        of_place(ambient, &tree, place, against.as_ref(), &mut review)?;
    }
    match form {
        Form::Text => output::page(&review.text())?,
        Form::Json => output::json(&serde_json::to_string(&review)?)?,
        Form::GitHub => output::page(&review.github())?,
    }
    Ok(if review.findings.is_empty() { Status::DONE } else { Status::from(Exit::Failed as u8) })
}

/// What is compared with.
struct Base {
    name: String,
    commit: String,
    fork: Option<String>,
}

/// The base that was named, else the one that CI names, else the default branch. None where a repository has no such
/// branch, as a new one.
fn against(ambient: &Ambient, git: &Git, reference: Option<&str>) -> Result<Option<Base>> {
    let ci = ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
    let named = ci.iter().find_map(|name| ambient.variables.text(name).filter(|branch| !branch.is_empty()));
    let name = match (reference, named) {
        (Some(reference), _) => reference.to_owned(),
        (None, Some(branch)) => format!("origin/{branch}"),
        (None, None) => match git.default_branch() {
            Some(branch) => branch,
            None => return Ok(None),
        },
    };
    let Some(commit) = git.commit(&name) else {
        let shown = safe_text::cut(&name, 100);
        let hint = match shown.strip_prefix("origin/") {
            Some(branch) => format!("git fetch origin {branch}; in a workflow, fetch-depth: 0"),
            None => "git branch --all lists what there is".to_owned(),
        };
        return Err(Failure::new(format!("there is no commit `{shown}` here to compare with")).hint(hint).into());
    };
    let fork = git.fork("HEAD", &commit);
    Ok(Some(Base { name, commit, fork }))
}

fn of_place(ambient: &Ambient, tree: &Tree, place: &Place, base: Option<&Base>, review: &mut Review) -> Result<()> {
    let (all, hollow) = migrations::read(&place.migrations)?;
    let folder = tree.shown(&place.migrations);
    let file = |name: &str| format!("{folder}/{name}/migration.sql");
    let mut found: Vec<Finding> = Vec::new();
    let new: Vec<String> = match (&tree.git, base) {
        (Some(git), Some(base)) => {
            let of = |commit: &str| Ok::<_, anyhow::Error>(texts(git.tree(commit, &place.migrations)?, &folder));
            let (tip, fork) = (of(&base.commit)?, base.fork.as_deref().map(of).transpose()?);
            let files: Vec<_> = all.iter().map(|one| place.migrations.join(&one.name).join("migration.sql")).collect();
            let ours: Texts = all.iter().map(|one| one.name.clone()).zip(git.ids(&files)?).collect();
            let (differences, new) = base::compare(&Sides { base: &tip, fork: fork.as_ref(), ours: &ours });
            let now: String = calendar::rfc3339(ambient.now.seconds).chars().filter(char::is_ascii_digit).collect();
            found.extend(differences.iter().map(|difference| base::finding(difference, &file, &base.name, &now)));
            new
        }
        (Some(_) | None, _) => all.iter().map(|one| one.name.clone()).collect(),
    };
    found.retain(|finding| !is_allowed(finding, &all, &new));
    found.extend(hollow.iter().map(|name| Finding {
        rule: "migration-without-sql",
        harm: Harm::Fails,
        migration: name.clone(),
        file: format!("{folder}/{name}"),
        line: 1,
        sentence: "the folder has no migration.sql, and Prisma stops at it (P3015)".to_owned(),
        instead: format!("rmdir {folder}/{name}, or write its migration.sql"),
    }));
    let models = Models::read(&place.text);
    let circumstances = Circumstances { dialect: place.dialect, version: place.version, models: &models };
    for migration in all.iter().filter(|migration| new.contains(&migration.name)) {
        found.extend(rules::judge(migration, &file(&migration.name), &circumstances));
    }
    review.new.extend(new);
    review.findings.extend(found);
    Ok(())
}

/// Whether the migration itself allows what it does to the history, or, for one that is gone, a new one does: it says so
/// when it takes the place of those that were squashed.
fn is_allowed(finding: &Finding, all: &[Migration], new: &[String]) -> bool {
    let speaks = |migration: &&Migration| match finding.rule {
        "migration-deleted" => new.contains(&migration.name),
        _ => migration.name == finding.migration,
    };
    all.iter().filter(speaks).any(|migration| {
        let statements = statement::statements(&migration.text());
        let top = statements.first().map(|first| first.comments.clone()).unwrap_or_default();
        allowances(&top).iter().any(|one| one.rule == finding.rule && !one.reason.is_empty())
    })
}
