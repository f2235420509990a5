//! PowerShell's commands, which say by their verb and their noun what they do: `Remove-DbaDatabase`, `Restore-SqlDatabase`. Upper
//! and lower case are one to it.

use super::options::options;
use super::{Invocation, Word, reach};
use crate::domain::guard::scope::Scope;
use crate::domain::guard::verdict::Effect;
use crate::domain::text::pattern;

/// What is a database, or a part of one or its backup: dbatools, SqlServer, and the modules of Azure and AWS.
const NOUNS: &str = "dbadatabase*|dbadbtable|dbadbdata|dbadbschema|dbadbsnapshot|dbabackup|dbaavailabilitygroup|\
                     dbaagdatabase|dbadbfilegroup|dbadbview|sqldatabase|sqlavailability*|azsqldatabase*|azsqlserver|\
                     azsqlinstance*|azsqlelasticpool|azpostgresql*server*|azmysql*server*|azmariadb*|azcosmosdb*|\
                     azrediscache|azredisenterprise*|azkusto*|azsynapse*|azresourcegroup|azdisk|azsnapshot|rdsdb*|ddbtable|\
                     ddbbackup|ecreplicationgroup|eccachecluster|rscluster*|docdb*|nptdb*|esdomain|ec2volume|\
                     ec2snapshot|mongodbatlas*|gcsqlinstance|gcsqldatabase|pgdatabase|mysqldatabase";

/// Parts of a noun that say that it is something beside: `azsqlserverfirewallrule`.
const BESIDE: &[&str] = &["rule", "tag", "setting", "policy", "alert", "lock", "role", "label", "parameter", "option"];

/// The command, if its name is one of these.
pub(super) fn read(name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Invocation> {
    let lower = name.to_ascii_lowercase();
    let (verb, noun) = lower.split_once('-')?;
    if !pattern::fits_any(NOUNS, noun) || BESIDE.iter().any(|part| noun.contains(part)) {
        return None;
    }
    let options = options(words, &["-sqlinstance", "-database", "-path"]);
    let has =
        |wanted: &[&str]| options.flags.iter().any(|(flag, _)| wanted.contains(&flag.to_ascii_lowercase().as_str()));
    if has(&["-whatif", "-wi", "-outputscriptonly", "-verifyonly"]) {
        return None;
    }
    let is = match verb {
        "remove" | "clear" => (Effect::Destructive, "delete from", "it deletes a database, a part of one or a backup"),
        "restore" if has(&["-withreplace", "-replacedatabase"]) || noun == "dbadbsnapshot" => {
            (Effect::Destructive, "replace", "it puts what a backup holds in the place of what is there")
        }
        "restore" => (Effect::Gated, "write to", "it writes what a backup holds"),
        _ => return None,
    };
    let uses = vec![reach::unknown("server", "it is what the command is given, or connected to")];
    Some(Invocation::of_a_tool(name.to_owned(), (name, words), is, uses, scope))
}
