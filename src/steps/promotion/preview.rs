//! What a person reads before a name is typed: what would be done, what the target has beside its own migrations, and in
//! which way it would be done. One page, whoever starts Prisma.

use super::case::{Case, Examined, Planned};
use super::drift;
use super::side::Side;
use crate::domain::text::safe_text;

/// Who starts Prisma.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    Own,
    /// Somebody else, with words of their own.
    Plain,
}

/// All of it; nothing where nothing waits.
pub fn page(case: &Case<'_>, found: &Examined<'_>, side: &Side<'_>, way: Way) -> String {
    let Some(Planned { text, way: own, plain_way }) = &found.plan else { return String::new() };
    let way = match way {
        Way::Own => own,
        Way::Plain => plain_way,
    };
    let note = |sentence: &String| format!("note     {}\n", safe_text::safe_text(sentence));
    let notes: String = found.reasons.iter().map(|reason| note(&reason.sentence)).collect();
    format!("{text}\n{}{way}{notes}", drift::told_of(case, side))
}

/// The same where something stands in the way, which is told behind it. Drift is a reason to look twice, so it belongs to
/// what a person decides by, as long as the target is proven to be the one that is meant.
pub fn refused(case: &Case<'_>, found: &Examined<'_>) -> Option<String> {
    let plan = found.plan.as_ref()?;
    let drift = match (&found.side, &found.proof) {
        (Some(side), Some(_)) => drift::told_of(case, side),
        (Some(_) | None, _) => String::new(),
    };
    Some(format!("{}\n{drift}{}", plan.text, plan.way))
}
