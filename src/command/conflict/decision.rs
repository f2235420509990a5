//! What a person decides of a merge: whose value a name keeps that both sides changed, and whether a key that is new here, and
//! what was written under the one before it, is taken. No value is shown.

use super::{Keep, ask, listed, said, side_of};
use crate::domain::config::name::{EnvironmentName, VariableName};
use crate::domain::session::ambient::Ambient;
use crate::domain::store::sealed::seal::merge::{Plan, Side, Sides};
use crate::edge::git::Git;
use crate::edge::vault::{self, Merging};
use crate::edge::{terminal, trust};
use crate::error::{Failure, Result};

/// What a merge is made of.
pub(super) struct Decided {
    pub plan: Plan,
    /// The side whose key stays.
    pub under: Side,
    /// Whether that key was not allowed here before this.
    pub is_new_here: bool,
    given: Vec<(VariableName, Side)>,
}

impl Decided {
    /// `: A is ours, B is theirs`, or nothing where nothing was asked.
    pub fn told(&self) -> String {
        let each: Vec<String> = self.given.iter().map(|(name, side)| format!("`{name}` is {}", said(*side))).collect();
        if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) }
    }
}

pub(super) fn decide(
    ambient: &Ambient,
    git: &Git,
    environment: &EnvironmentName,
    opened: &Merging,
    keep: Keep,
) -> Result<Decided> {
    let sides = opened.sides()?;
    let mut plan = opened.plan()?;
    let under = match (sides.share_a_key(), sides.renewed()) {
        (true, _) => Side::Ours,
        (false, Some(side)) => side,
        (false, None) => {
            let place = vault::place(environment);
            return Err(Failure::new(format!("each side of the merge has a key of its own for {environment}, and one can stay"))
                .hint(format!(
                    "git checkout --ours -- {place} && git add {place} (or --theirs), then set again what only the other one had"
                ))
                .into());
        }
    };
    let known = trust::pin(ambient, &sides.store(Side::Ours).repository, environment)?;
    let is_new_here = known.is_none_or(|pin| pin.fingerprint != opened.fingerprint(under));
    if is_new_here {
        accept(ambient, environment, opened, &sides, under)?;
    }
    if !sides.share_a_key() {
        older(ambient, &sides, &mut plan, under)?;
    }
    let given = claimed(ambient, git, environment, &mut plan, keep)?;
    Ok(Decided { plan, under, is_new_here, given })
}

/// Takes a key that is new here, as `allow` would.
fn accept(
    ambient: &Ambient,
    environment: &EnvironmentName,
    opened: &Merging,
    sides: &Sides<'_>,
    under: Side,
) -> Result<()> {
    let fingerprint: String = opened.fingerprint(under).iter().map(|byte| format!("{byte:02x}")).collect();
    let readers = sides.store(under).readers();
    let question = format!(
        "on {} of the merge, the secrets of {environment} have a key that is new here: readable by {readers}, under the key \
         {fingerprint}; take it? [y/N]",
        side_of(under)
    );
    yes(ambient, &question)
}

/// What was written under a key that was replaced may come from whoever was removed with it.
fn older(ambient: &Ambient, sides: &Sides<'_>, plan: &mut Plan, under: Side) -> Result<()> {
    let old = under.other();
    let names: Vec<VariableName> = plan.taken_from(old).cloned().collect();
    let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let left = sides.store(old).recipients.iter().filter(|reader| !sides.store(under).recipients.contains(reader));
    let left: Vec<&str> = left.map(|reader| reader.name.as_str()).collect();
    if !left.is_empty() {
        terminal::say(ambient, &format!("no readers under the new key: {}", left.join(", ")));
    }
    if names.is_empty() {
        return Ok(());
    }
    let question = format!("{} changed under the key that was replaced; take that too? [y/N]", all.join(", "));
    if !matches!(ask(ambient, &question)?.to_lowercase().as_str(), "y" | "yes") {
        names.iter().for_each(|name| plan.give(name, under));
    }
    Ok(())
}

/// Gives each name that both sides changed to one of them.
fn claimed(
    ambient: &Ambient,
    git: &Git,
    environment: &EnvironmentName,
    plan: &mut Plan,
    keep: Keep,
) -> Result<Vec<(VariableName, Side)>> {
    let names: Vec<VariableName> = plan.claimed().cloned().collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if keep == Keep::Asked {
        let all: Vec<&VariableName> = names.iter().collect();
        let mut page = format!("{} changed on both sides of the merge", listed(&all, environment));
        let commits = [("ours", git.described("HEAD")), ("theirs", git.other_side().and_then(|it| git.described(&it)))];
        for (whose, commit) in commits {
            page.push_str(&commit.map(|commit| format!("\n  {whose:6}  {commit}")).unwrap_or_default());
        }
        terminal::say_anyway(&page);
    }
    let mut given = Vec::with_capacity(names.len());
    for name in names {
        let side = match keep {
            Keep::Of(side) => side,
            Keep::Asked => match ask(ambient, &format!("`{name}`: ours or theirs? [o/t]"))?.to_lowercase().as_str() {
                "o" | "ours" => Side::Ours,
                "t" | "theirs" => Side::Theirs,
                _ => {
                    return Err(Failure::new(format!("nobody decided about `{name}`, nothing changed"))
                        .hint("nexus-env resolve asks again")
                        .into());
                }
            },
        };
        plan.give(&name, side);
        given.push((name, side));
    }
    Ok(given)
}

fn yes(ambient: &Ambient, question: &str) -> Result<()> {
    match ask(ambient, question)?.to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("nothing was merged").hint("git merge --abort, or nexus-env resolve once more").into()),
    }
}
