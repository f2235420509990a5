//! `log`: what the audit log holds, newest last. It only reads.

use serde_json::{Value, json};

use crate::domain::page::audit_entry::{self, Line};
use crate::domain::session::ambient::Ambient;
use crate::domain::text::duration::Duration;
use crate::domain::text::safe_text;
use crate::edge::output::Form;
use crate::edge::{audit_log, clock, output, terminal};
use crate::error::{Failure, Result};

/// Which entries are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// At most so many of the newest.
    pub number: usize,
    pub since: Option<String>,
    pub environment: Option<String>,
}

/// The width that the table keeps to.
const WIDTH: usize = 80;

/// Prints the entries to stdout, and where they are kept to stderr.
///
/// # Errors
/// An audit log that cannot be read, an unknown name, and a page that cannot be written.
pub fn log(ambient: &Ambient, wanted: &Wanted, form: Form) -> Result<()> {
    let since = wanted.since.as_deref().map(Duration::parse).transpose()?;
    let (text, unread) = audit_log::read(ambient);
    let (mut lines, torn) = audit_entry::read(&text);
    let oldest = since.map(|since| ambient.now.seconds.saturating_sub_unsigned(since.seconds()));
    lines.retain(|line| oldest.is_none_or(|oldest| line.at >= oldest));
    lines.retain(|line| wanted.environment.is_none() || line.text("environment") == wanted.environment.as_deref());
    lines.sort_by_key(|line| line.at);
    let (all, shown) = (lines.len(), lines.len().min(wanted.number));
    let lines = &lines[all - shown..];
    let file = audit_log::path(ambient).map(|path| path.display().to_string()).unwrap_or_default();
    match form {
        Form::Json => {
            let entries: Vec<Value> = lines.iter().map(|line| Value::Object(line.object.clone())).collect();
            let object = json!({ "file": file, "torn": torn, "entries": entries });
            output::json(&serde_json::to_string_pretty(&object)?)?;
        }
        Form::Text => output::page(&table(lines, ambient.now.seconds.unsigned_abs()))?,
    }
    if torn > 0 {
        terminal::say_anyway(&format!("{torn} torn {} skipped", if torn == 1 { "line was" } else { "lines were" }));
    }
    if !unread.is_empty() {
        let hint = format!("ls -l {} shows what is in the way", safe_text::typed(&file));
        return Err(Failure::new(unread.join("; ")).hint(hint).into());
    }
    if form == Form::Text {
        terminal::say(
            ambient,
            &match all {
                0 => format!("the log has nothing to show: {file}"),
                _ => format!("{shown} of {all} {}: {file}", if all == 1 { "entry" } else { "entries" }),
            },
        );
    }
    Ok(())
}

/// Time, event and environment in columns; the rest as words, broken below its own column.
fn table(lines: &[Line], now: u64) -> String {
    let column = |key| lines.iter().map(|line| line.text(key).unwrap_or("-").chars().count()).max().unwrap_or(0);
    let (events, environments) = (column("event"), column("environment").min(16));
    let mut out = String::new();
    for line in lines {
        let (event, environment) = (line.text("event").unwrap_or("-"), line.text("environment").unwrap_or("-"));
        let time = clock::date_and_time(line.at.unsigned_abs(), now);
        let head = format!("{time:<12}  {event:<events$}  {environment:<environments$}  ");
        let indent = head.chars().count();
        out.push_str(&head);
        let mut at = indent;
        for (number, word) in words(line).split(' ').enumerate() {
            let width = word.chars().count();
            if number > 0 && at + 1 + width > WIDTH {
                out.push_str(&format!("\n{}", " ".repeat(indent)));
                at = indent;
            } else if number > 0 {
                out.push(' ');
                at += 1;
            }
            out.push_str(word);
            at += width;
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// `prisma migrate dev · protected, nexus:us-central1:nexusprod-v2 · in nexus-enterprise, pts/3`.
fn words(line: &Line) -> String {
    let repository = line.text("repository").and_then(|root| root.rsplit('/').next());
    let what = [line.text("command"), line.text("script"), line.text("detail")];
    let why = [line.text("reason"), line.text("target")];
    let place = repository.map(|name| format!("in {name}"));
    let who = line.text("agent").map(|agent| format!("by a coding agent ({agent})"));
    let through =
        line.text("through").filter(|through| *through != "shell").map(|through| format!("through {through}"));
    let join = |texts: &[Option<&str>]| texts.iter().flatten().copied().collect::<Vec<_>>().join(", ");
    let rest = join(&[place.as_deref(), through.as_deref(), who.as_deref()]);
    [join(&what), join(&why), rest].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::name::EnvironmentName;
    use crate::domain::page::audit_entry::{Entry, Event, Layer, Who};

    #[test]
    fn a_table_keeps_to_its_columns_and_to_eighty_of_them() {
        let prod = EnvironmentName::new("prod").unwrap();
        let who = |agent: Option<&str>| Who { uid: 1, pid: 2, tty: None, agent: agent.map(str::to_owned) };
        let now = 1_700_000_000;
        let base =
            || Entry::new(Event::Blocked).environment(&prod).repository(std::path::Path::new("/w/nexus-enterprise"));
        let text = [
            base()
                .command("prisma migrate dev")
                .reason("protected")
                .target("nexus-enterprise-480610:us-central1:nexusprod-v2")
                .through(Layer::Shell)
                .line(&who(None), now),
            Entry::new(Event::Blocked)
                .command("prisma db push")
                .through(Layer::Agent)
                .line(&who(Some("CLAUDECODE")), now),
        ]
        .join("\n");
        let table = table(&audit_entry::read(&text).0, now.unsigned_abs());
        let time = clock::date_and_time(now.unsigned_abs(), now.unsigned_abs());
        let expected = "\
TIME  blocked  prod  prisma migrate dev · protected,
                              nexus-enterprise-480610:us-central1:nexusprod-v2 ·
                              in nexus-enterprise
TIME  blocked  -     prisma db push · through agent, by a coding agent
                              (CLAUDECODE)
";
        assert_eq!(table.replace(&time, "TIME"), expected.replace("                              ", &" ".repeat(29)));
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    }
}
