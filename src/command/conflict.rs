//! Stores that git merges: the driver that it calls, `resolve` for what nobody can decide but a person, and the text that a
//! diff shows. Whatever happens, a merge holds nothing that no verified side holds, and no value is shown.

mod decision;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use self::decision::decide;
use crate::domain::config::Protection;
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::ambient::{Ambient, Terminal};
use crate::domain::store::sealed::outline::outline;
use crate::domain::store::sealed::seal::merge::Side;
use crate::domain::store::sealed::{Pin, Store, format, marked};
use crate::domain::text::safe_text;
use crate::edge::git::{Conflicted, Git};
use crate::edge::vault::{self, Merging, Texts};
use crate::edge::{output, repo, terminal, trust};
use crate::error::{Exit, Failure, Result, Status};
use crate::steps::load;

/// What git calls for a store that both sides changed: the three texts' files, and the store's path. The second file
/// becomes the merge. Nothing is asked: what needs a person ends with 1, both sides stay in the file, and git calls it a
/// conflict.
///
/// # Errors
/// Where a text cannot be read, and where the merge cannot be written. What only a person can decide is a status, not a
/// failure.
pub fn driver(ambient: &Ambient, words: &[OsString]) -> Result<Status> {
    let [base, ours, theirs, path] = words else {
        return Err(Failure::new("git calls this with three files and a path").exit(Exit::Usage).into());
    };
    let read = |file: &OsString| -> Result<Vec<u8>> { Ok(repo::content(Path::new(file))?.unwrap_or_default()) };
    let texts =
        Texts { base: Some(read(base)?).filter(|text| !text.is_empty()), ours: read(ours)?, theirs: read(theirs)? };
    let merged = environment_of(Path::new(path)).and_then(|environment| automatic(ambient, &environment, &texts));
    let (text, status) = match merged {
        Ok(merged) => (format::render(&merged).into_bytes(), Status::DONE),
        Err(error) => {
            terminal::complain(ambient, &error);
            (marked(&texts), Status::from(Exit::Failed as u8))
        }
    };
    repo::replace(Path::new(ours), &text)?;
    Ok(status)
}

/// Both sides as git leaves them, so that nothing loads one of them before it was decided.
fn marked(texts: &Texts) -> Vec<u8> {
    [b"<<<<<<< ours\n".as_slice(), &texts.ours, b"=======\n", &texts.theirs, b">>>>>>> theirs\n"].concat()
}

/// `.nexusenv.d/dev.toml`, wherever in the work tree.
fn environment_of(path: &Path) -> Result<EnvironmentName> {
    let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml")).and_then(EnvironmentName::new);
    name.ok_or_else(|| Failure::new(format!("`{}` is no store of secrets", safe_text::path(path))).into())
}

fn automatic(ambient: &Ambient, environment: &EnvironmentName, texts: &Texts) -> Result<Store> {
    let opened = opened(ambient, environment, texts, load::Asking::Nobody)?;
    let sides = opened.sides()?;
    let known = trust::pin(ambient, &sides.store(Side::Ours).repository, environment)?;
    for side in [Side::Ours, Side::Theirs] {
        if known.is_none_or(|pin| pin.fingerprint != opened.fingerprint(side)) {
            let message =
                format!("on {} of the merge, the secrets of {environment} have a key that is new here", side_of(side));
            return Err(Failure::new(message).hint("nexus-env resolve, which shows who reads it and asks").into());
        }
    }
    let plan = opened.plan()?;
    let claimed: Vec<&VariableName> = plan.claimed().collect();
    if !claimed.is_empty() {
        return Err(Failure::new(format!("{} changed on both sides of the merge", listed(&claimed, environment)))
            .hint("nexus-env resolve, which asks whose to keep")
            .into());
    }
    Ok(opened.merged(&plan, Side::Ours)?)
}

/// Opens both sides. A coding agent merges nothing of a protected environment.
fn opened(ambient: &Ambient, environment: &EnvironmentName, texts: &Texts, asking: load::Asking) -> Result<Merging> {
    let parsed: Vec<Store> = [&texts.ours, &texts.theirs].into_iter().filter_map(|t| format::parse(t).ok()).collect();
    let claims = |store: &Store| store.protected == Some(Protection::Protected);
    if parsed.iter().any(claims) || environment.protected_by_default() {
        load::refuse_any_agent(ambient, &format!("merging the secrets of {environment}"))?;
    }
    let stores: Vec<&Store> = parsed.iter().collect();
    let identities = load::Opened::default().identities(ambient, environment, &stores, asking)?;
    vault::sides(texts, environment, &identities).map_err(|refused| {
        let (place, other) = (vault::place(environment), said(refused.side.other()));
        let failure = Failure::from(refused);
        let instead = format!(
            "git checkout --{other} -- {place} && git add {place} takes the one that is as it should be; git log -p --all \
             -- {place} shows who changed it"
        );
        Failure { hint: Some(instead), ..failure }.into()
    })
}

/// Whose to keep of what both sides changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keep {
    Asked,
    Of(Side),
}

/// `resolve`: merges each store of this work tree that git could not, asks what nobody else can decide, and tells git.
///
/// # Errors
/// A side that cannot be opened or whose seal does not hold; a question, and nobody to ask.
pub fn resolve(ambient: &Ambient, named: Option<&str>, keep: Keep) -> Result<()> {
    let git = ambient.cwd.as_deref().and_then(Git::around).ok_or_else(|| {
        Failure::new("there is no git work tree here").hint("cd to the repository whose merge is not finished")
    })?;
    let wanted = |path: &Path| {
        let environment = environment_of(path).ok().filter(|_| is_a_store(path));
        environment.is_some_and(|environment| named.is_none_or(|named| named == environment.as_str()))
    };
    let stores: Vec<Conflicted> = git.conflicted(&git.top).into_iter().filter(|it| wanted(&it.path)).collect();
    for store in &stores {
        let texts = texts(&git, store)?;
        one(ambient, &git, &store.path, &texts, keep)?;
    }
    let mut staged = git.index(&git.top).into_keys().map(PathBuf::from).filter(|path| wanted(path));
    let marked = staged.try_fold(0, |count, path| {
        let Some(texts) = from_marks(&git, &path)? else { return Ok::<_, anyhow::Error>(count) };
        one(ambient, &git, &path, &texts, keep).map_err(|error| long_ago(error, &path))?;
        Ok(count + 1)
    })?;
    let next = git.other_side().map(|reference| next(&reference));
    match (stores.len() + marked, next) {
        (0, _) => terminal::say(ambient, "git has no store of secrets in conflict here"),
        (_, Some(next)) => terminal::say(ambient, &format!("next: {next}")),
        (_, None) if marked > 0 => terminal::say(ambient, "next: git commit"),
        (_, None) => {}
    }
    Ok(())
}

/// What git has of a store that it could not merge.
fn texts(git: &Git, store: &Conflicted) -> Result<Texts> {
    let text = |id: &Option<String>| id.as_deref().and_then(|id| git.blob(id));
    let (Some(ours), Some(theirs)) = (text(&store.ours), text(&store.theirs)) else {
        let place = safe_text::path(&store.path);
        return Err(Failure::new(format!("`{place}` was removed on one side of the merge and changed on the other"))
            .hint(format!("git rm {place}, or git checkout --ours -- {place} (or --theirs) && git add {place}"))
            .into());
    };
    Ok(Texts { base: text(&store.base), ours, theirs })
}

/// git's ways out of a conflict are gone once the marks were committed.
fn long_ago(error: anyhow::Error, path: &Path) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) if failure.hint.as_deref().is_some_and(|hint| hint.starts_with("git ")) => {
            failure.hint(vault::earlier(&safe_text::path(path))).into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}

/// A store that was committed, or staged, with the marks of a conflict: git forgot its sides, and the text has them. What
/// they come from is known where the commit that has the marks is a merge of these two.
fn from_marks(git: &Git, path: &Path) -> Result<Option<Texts>> {
    let Some(text) = repo::content(&git.top.join(path))? else { return Ok(None) };
    if !matches!(format::parse(&text), Err(format::Malformed::Conflict { .. })) {
        return Ok(None);
    }
    let Some(marked::Marked { ours, theirs }) = marked::sides(&text) else {
        let place = safe_text::path(path);
        return Err(Failure::new(format!("`{place}` has marks of a merge conflict, and not both sides any more"))
            .hint(vault::earlier(&place))
            .into());
    };
    // A text that is no store says that nobody knows which side changed what.
    let base = git.origin_of_merge(path, &ours, &theirs).unwrap_or_default();
    Ok(Some(Texts { base: Some(base), ours, theirs }))
}

fn is_a_store(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|name| name == ".nexusenv.d")
}

fn next(reference: &str) -> &'static str {
    match reference {
        "REBASE_HEAD" => "git rebase --continue",
        "CHERRY_PICK_HEAD" => "git cherry-pick --continue",
        "REVERT_HEAD" => "git revert --continue",
        _ => "git commit",
    }
}

fn one(ambient: &Ambient, git: &Git, store: &Path, texts: &Texts, keep: Keep) -> Result<()> {
    let environment = environment_of(store)?;
    let place = safe_text::path(store);
    let opened = opened(ambient, &environment, texts, load::Asking::Person)?;
    let decided = decide(ambient, git, &environment, &opened, keep)?;
    let merged = opened.merged(&decided.plan, decided.under)?;
    let path: PathBuf = git.top.join(store);
    repo::replace(&path, format::render(&merged).as_bytes())?;
    if decided.is_new_here {
        trust::forget(ambient, &merged.repository, &environment)?;
        let pin = Pin {
            fingerprint: opened.fingerprint(decided.under),
            revision: merged.revision,
            protection: merged.protected.unwrap_or(Protection::Open),
            seal: Some(merged.seal),
        };
        trust::remember(ambient, &merged.repository, &environment, pin, &merged.recipients)?;
    }
    if !git.stage(&path) {
        return Err(Failure::new(format!("git did not take `{place}`")).hint(format!("git add {place}")).into());
    }
    terminal::say(ambient, &format!("merged the secrets of {environment}{}", decided.told()));
    Ok(())
}

/// The text of a store that a diff shows, for git: names and readers, never a value.
///
/// # Errors
/// Where the file cannot be read or is no store, and where the text cannot be written.
pub fn names(words: &[OsString]) -> Result<Status> {
    let [file] = words else {
        return Err(Failure::new("git calls this with one file").exit(Exit::Usage).into());
    };
    let text = repo::content(Path::new(file))?.unwrap_or_default();
    let shown = match format::parse(&text) {
        Ok(store) => outline(&store),
        // What stands there may be anything; what it is not is said, and nothing of it shown.
        Err(_) => format!("no store of secrets: {} bytes\n", text.len()),
    };
    output::write(shown.as_bytes())?;
    Ok(Status::DONE)
}

/// As git's own options call it.
fn said(side: Side) -> &'static str {
    match side {
        Side::Ours => "ours",
        Side::Theirs => "theirs",
    }
}

fn side_of(side: Side) -> &'static str {
    match side {
        Side::Ours => "this side",
        Side::Theirs => "the other side",
    }
}

fn listed(names: &[&VariableName], environment: &EnvironmentName) -> String {
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if all.len() == 1 { "was" } else { "were" };
    format!("{} of {environment} {verb}", all.join(", "))
}

/// A question needs somebody to answer it.
fn ask(ambient: &Ambient, question: &str) -> Result<String> {
    if ambient.terminal == Terminal::Absent {
        return Err(Failure::new("this needs an answer, and there is no terminal to ask on")
            .hint("nexus-env resolve, in a terminal of your own")
            .into());
    }
    crate::edge::consent::typed(&format!("nexus-env: {question} "))
}
