//! What one of Prisma's commands comes to: its effect, which the SQL that it is given may decide, and the databases that it will
//! use.

use super::{Aim, reach, read};
use crate::domain::guard::invocation::{Invocation, Reader, Tool, Word, client};
use crate::domain::guard::project::prisma_major;
use crate::domain::guard::scope::Scope;
use crate::domain::guard::verdict::Effect;

/// The words behind `prisma`, of this major version where its name tells.
pub fn invocation(reader: &Reader<'_>, words: &[Word], major: Option<u32>, scope: &Scope<'_>) -> Invocation {
    let mut operation = read(words, major.or_else(|| prisma_major(reader, &scope.cwd)));
    if operation.rule.words == ["db", "execute"] {
        operation.judge_sql(client::of_execute(reader, operation.file.as_ref(), scope));
    }
    let uses = reach::uses(reader, &operation, scope);
    let rule = operation.rule;
    // A comparison with migrations wipes a shadow database only where one is named.
    let effect = match (rule.aim, uses.is_empty()) {
        (Aim::ShadowOfMigrations, true) => Effect::Safe,
        (Aim::ShadowOfMigrations, false) | (Aim::Nothing | Aim::Main | Aim::MainAndShadow | Aim::Hosted, _) => {
            rule.effect
        }
    };
    let shown = format!("prisma {}", operation.name).trim_end().to_owned();
    let is = (effect, rule.does, rule.why);
    Invocation { tool: Tool::Prisma, ..Invocation::of_a_tool(shown, ("prisma", words), is, uses, scope) }
}
