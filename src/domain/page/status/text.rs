//! The page of `status` for people: lines of words, wrapped to a width, that need no colour. Pure; it paints nothing.

use super::{Database, Fact, Guard, Health, Page, Paused, Proxy, Served, Service, shown};
use crate::domain::target::evidence::Source;
use crate::domain::text::duration::Duration;

/// How a line is meant, for whoever paints it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    Plain,
    /// The beginning of a part.
    Heading,
    /// What must not be overlooked.
    Alarm,
    /// What can be.
    Detail,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    pub text: String,
    pub tone: Tone,
}

/// Where the text of a labelled line begins.
const LABEL: usize = 13;

struct Sheet {
    lines: Vec<Line>,
    width: usize,
}

impl Sheet {
    fn blank(&mut self) {
        self.lines.push(Line { text: String::new(), tone: Tone::Plain });
    }

    /// `head` and then `text`, broken at spaces so that no line is longer than the sheet is wide, unless one word is. What
    /// goes on begins at `indent`.
    fn put(&mut self, tone: Tone, head: &str, indent: usize, text: &str) {
        let mut line = format!("{head:<indent$}");
        let mut empty = true;
        for word in text.split(' ') {
            let length = line.chars().count() + usize::from(!empty) + word.chars().count();
            if !empty && length > self.width {
                self.lines.push(Line { text: line.trim_end().to_owned(), tone });
                line = " ".repeat(indent);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.lines.push(Line { text: line.trim_end().to_owned(), tone });
    }

    fn labelled(&mut self, tone: Tone, label: &str, text: &str) {
        self.put(tone, label, LABEL, text);
    }
}

/// The whole page. `width` is how many columns there are.
pub fn lines(page: &Page, width: usize) -> Vec<Line> {
    let mut sheet = Sheet { lines: Vec::new(), width: width.clamp(40, 120) };
    head(&mut sheet, page);
    for database in &page.databases {
        sheet.blank();
        database_lines(&mut sheet, database);
    }
    if !page.proxies.is_empty() {
        sheet.blank();
        sheet.put(Tone::Heading, "", 0, "proxies");
        let names = longest(page.proxies.iter().map(|proxy| proxy.name.as_str()));
        page.proxies.iter().for_each(|proxy| proxy_line(&mut sheet, proxy, names));
    }
    if !page.services.is_empty() {
        sheet.blank();
        sheet.put(Tone::Heading, "", 0, "services");
        let names = longest(page.services.iter().map(|service| service.name.as_str()));
        page.services.iter().for_each(|service| service_lines(&mut sheet, service, names));
    }
    if let Some(guard) = &page.guard {
        sheet.blank();
        for Paused { environment, left, .. } in &page.paused {
            let left = Duration::short(*left);
            let text = format!("PAUSED on {environment} · {left} left · nexus-env guard resume ends it");
            sheet.labelled(Tone::Alarm, "guard", &text);
        }
        guard_lines(&mut sheet, guard);
    }
    sheet.lines
}

fn longest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0)
}

fn head(sheet: &mut Sheet, page: &Page) {
    let Some(environment) = &page.environment else {
        sheet.labelled(Tone::Heading, "environment", "none");
        if let Some(repository) = &page.repository {
            sheet.labelled(Tone::Plain, "repository", repository);
        }
        let why = page.why.as_deref().unwrap_or_default();
        // What changed in a configuration stands in lines of its own.
        for (at, line) in why.lines().enumerate() {
            sheet.labelled(Tone::Plain, if at == 0 { "because" } else { "" }, line);
        }
        if let Some(hint) = &page.hint {
            sheet.labelled(Tone::Plain, "hint", hint);
        }
        if page.trust == "unusable" {
            let text = "commands that a rule names are BLOCKED until this is mended";
            sheet.labelled(Tone::Alarm, "guard", text);
        }
        return;
    };
    let mut words = vec![environment.clone()];
    words.extend(page.protected.then(|| "PROTECTED".to_owned()));
    words.extend(page.left.map(|left| format!("{} left", Duration::short(left))));
    words.extend(page.access.clone());
    sheet.labelled(Tone::Heading, "environment", &words.join(" · "));
    match &page.expired {
        Some(expired) => {
            let text = format!("EXPIRED: this process was given {expired}, and its time is over");
            sheet.labelled(Tone::Alarm, "", &text);
        }
        None if !page.loaded => sheet.labelled(Tone::Plain, "", "(the default; nothing is loaded in this process)"),
        None => {}
    }
    for warning in &page.warnings {
        sheet.labelled(Tone::Alarm, "WARNING", warning);
    }
    let repository = page.repository.as_deref().unwrap_or_default();
    sheet.labelled(Tone::Plain, "repository", &format!("{repository} · configuration allowed"));
    if let Some(why) = &page.secrets {
        sheet.labelled(Tone::Alarm, "secrets", &format!("cannot be opened: {why}"));
    }
    if !page.variables.is_empty() {
        sheet.labelled(Tone::Plain, "variables", &page.variables.join(" "));
    }
}

fn database_lines(sheet: &mut Sheet, database: &Database) {
    let tone = if database.reaches.reaches_protected == Some(true) { Tone::Alarm } else { Tone::Heading };
    sheet.put(tone, "", 0, &format!("{} → {}", database.variable, database.reaches.conclusion));
    sheet.put(Tone::Plain, "", 2, &format!("{} ({})", database.shown, database.origin));
    for Fact { source, says, seen, how } in &database.evidence {
        let text = if how.is_empty() { seen.clone() } else { format!("{seen} ({how})") };
        sheet.put(Tone::Detail, &format!("  {:<11}  {says:<8}", Source::told(source)), 24, &text);
    }
    if database.evidence.is_empty() {
        sheet.put(Tone::Detail, "", 2, "nothing tells which environment this is");
    }
}

fn proxy_line(sheet: &mut Sheet, proxy: &Proxy, names: usize) {
    let tone = match proxy.state {
        "taken" | "unknown" => Tone::Alarm,
        _ => Tone::Plain,
    };
    let head = format!("  {:<names$}  port {:<5}  ", proxy.name, proxy.port);
    let reaches = match (proxy.state, &proxy.reaches) {
        ("running" | "taken", Some(instance)) => format!(", to {instance}"),
        _ => String::new(),
    };
    sheet.put(tone, &head, head.chars().count(), &format!("{}{reaches}", proxy.told));
}

fn service_lines(sheet: &mut Sheet, service: &Service, names: usize) {
    let head = format!("  {:<names$}  port {:<5}  ", service.name, service.port);
    let indent = head.chars().count();
    let mut text = service.listener.clone().unwrap_or_else(|| "nobody listens".to_owned());
    if let Some(Health { path, status, why }) = &service.health {
        text.push_str(&match (status, why) {
            (Some(status), _) => format!(" · {path} says {status}"),
            (None, Some(why)) => format!(" · {path} {why}"),
            (None, None) => format!(" · {path} does not answer"),
        });
    }
    sheet.put(Tone::Plain, &head, indent, &text);
    for served in &service.databases {
        let protected = served.reaches.reaches_protected == Some(true);
        let tone = if protected { Tone::Alarm } else { Tone::Plain };
        sheet.put(tone, "", indent, &served_line(served));
    }
    if let Some(unknown) = &service.unknown {
        sheet.put(Tone::Plain, "", indent, unknown);
    }
}

fn served_line(served: &Served) -> String {
    let Served { variable, reaches, access, held_by, pid, .. } = served;
    let holder = match *held_by {
        "itself" => String::new(),
        other => format!("its {other} (pid {pid}) was "),
    };
    let name = shown(reaches);
    // What a parent has, its child need not have got.
    let writes = reaches.reaches_protected == Some(true) && *access != "read-only" && *held_by != "parent";
    if served.was_moved() {
        let with = served.started_with.as_ref().map_or(String::new(), |name| format!("{name}'s "));
        let since = served.since.as_ref().map_or(String::new(), |since| format!(", since {since}"));
        let does = match (*access, writes) {
            ("read-only", _) => ", read-only".to_owned(),
            (_, true) => format!(": it WRITES TO {name}"),
            (_, false) => String::new(),
        };
        return format!("{holder}started with {with}{variable}, which reaches {name} now{since}{does}");
    }
    match (&reaches.reaches, *access, writes) {
        (None, _, _) => format!("{holder}started with {variable} → {}", reaches.conclusion),
        (Some(_), "read-only", _) => format!("{holder}started with {name}'s {variable}, read-only"),
        (Some(_), _, true) => format!("{holder}started with {name}'s {variable}: it still WRITES TO {name}"),
        (Some(_), _, false) => format!("{holder}started with {name}'s {variable}"),
    }
}

fn guard_lines(sheet: &mut Sheet, guard: &Guard) {
    let told = |word: &str| match word {
        "run" => "run",
        "ask" => "ask first",
        _ => "are BLOCKED",
    };
    let tone = if guard.destructive == "run" { Tone::Plain } else { Tone::Alarm };
    let destructive = format!("destructive commands {}: {}", told(guard.destructive), guard.reason);
    sheet.labelled(tone, "guard", &destructive);
    sheet.labelled(Tone::Plain, "", &format!("gated ones (migrate deploy, db seed, studio …) {}", told(guard.gated)));
    if guard.rules > 0 {
        let rules = if guard.rules == 1 { "one [[guard]] rule" } else { "[[guard]] rules" };
        let count = if guard.rules == 1 { String::new() } else { format!("{} ", guard.rules) };
        sheet.labelled(Tone::Plain, "", &format!("{count}{rules} on top"));
    }
    let layer = |name: &str, is_there: bool| if is_there { name.to_owned() } else { format!("no {name}") };
    let layers = [
        layer("line", guard.line),
        layer("shell", guard.shell),
        layer("engine", guard.engine),
        layer("node", guard.node),
    ];
    sheet.labelled(Tone::Detail, "layers", &layers.join(" · "));
}
