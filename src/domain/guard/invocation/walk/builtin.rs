//! What changes the shell itself: directories, variables, functions, files that it reads, text that it evaluates.

use super::{Found, Walk};
use crate::domain::guard::invocation::options::options;
use crate::domain::guard::invocation::{Invocation, Sure, Word, filter, mention, printer};
use crate::domain::guard::line::{self, Node, Piece, Written};
use crate::domain::guard::project::{Content, Files, env_file};
use crate::domain::guard::scope::{Exported, Fed, Named, Origin, Scope, Under, Value};
use crate::domain::guard::verdict::Effect;

/// Flags of `fc` that list the history, or read and write its file.
const LISTS: [char; 7] = ['l', 'p', 'P', 'A', 'I', 'R', 'W'];

impl<'a> Walk<'a> {
    /// What changes the shell itself, and what that runs. `None` where the words are none of it. `fed` is what stands behind
    /// the command itself: a file, a here-document.
    pub(super) fn builtin(
        &self,
        words: &[Word],
        written: &[Written],
        fed: Option<&Fed>,
        scope: &mut Scope<'a>,
    ) -> Option<Vec<Found<'a>>> {
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match texts.as_slice() {
            ["cd" | "pushd", rest @ ..] => {
                let to = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("~");
                scope.cwd = scope.path(to);
            }
            ["set", "-o", "allexport"] => scope.exports_all = Exported::Yes,
            ["set", "+o", "allexport"] | ["set", "+a"] => scope.exports_all = Exported::IfItWas,
            ["set", flags] if flags.starts_with('-') && flags.contains('a') => scope.exports_all = Exported::Yes,
            ["set", "--", arguments @ ..] => {
                scope.arguments = Some(arguments.iter().map(|text| (*text).to_owned()).collect());
            }
            // fish: `set -x NAME VALUE`, `set -e NAME`.
            ["set", flags, name, value @ ..] if flags.starts_with('-') && line::is_name(name) => {
                if flags.contains('e') {
                    scope.unset(name);
                } else {
                    let exported = if flags.contains('x') { Exported::Yes } else { Exported::IfItWas };
                    scope.assign(name, Value::text(value.join(" ")), exported);
                }
            }
            ["export" | "declare" | "typeset" | "local" | "readonly", ..] => {
                let exported =
                    texts[0] == "export" || texts.iter().any(|word| word.starts_with('-') && word.contains('x'));
                let exported = if exported { Exported::Yes } else { Exported::IfItWas };
                for word in &written[1..] {
                    match word.assignment() {
                        Some((name, written)) => self.assign(&name, &written, exported, scope),
                        None => self.export(word, scope),
                    }
                }
            }
            // An alias of git's that is a line of its own.
            ["git", "config", .., key, value] if key.starts_with("alias.") && value.starts_with('!') => {
                scope.name(&format!("git {}", &key["alias.".len()..]), Named::Alias(value[1..].to_owned()));
            }
            ["git", verb, ..] if scope.named.contains_key(&format!("git {verb}")) => {
                let name = format!("git {verb}");
                let named = scope.named.get(&name).cloned()?;
                return Some(self.named(named, &name, &words[2..], scope));
            }
            // bash remembers the program under this name.
            ["hash", "-p", path, name] => scope.name(name, Named::Alias((*path).to_owned())),
            ["unset", names @ ..] => names.iter().filter(|n| line::is_name(n)).for_each(|name| scope.unset(name)),
            ["alias", definitions @ ..] => {
                for (name, text) in definitions.iter().filter_map(|text| text.split_once('=')) {
                    scope.name(name, Named::Alias(text.to_owned()));
                }
            }
            ["source" | ".", file, ..] if scope.piped(file).is_some() => {
                return Some(match scope.piped(file).flatten() {
                    Some(text) => self.text(&text, scope),
                    None => {
                        scope.given_by("what the line computes", Under::Replaced);
                        let why = "what it runs is computed by the line";
                        vec![self.unknown("source", &words[..1], why, scope)]
                    }
                });
            }
            [printer::LOADS, environment] => scope.stored_by(environment),
            ["nexus-env", "use", ..] => {
                let options = options(&words[2..], &["--for"]);
                match options.rest.first().filter(|_| self.selects) {
                    Some(word) if word.sure == Sure::Yes => scope.stored_by(&word.text),
                    Some(_) => scope.given_by("nexus-env use", Under::Replaced),
                    None => {}
                }
                // Its own question is asked by itself.
                return None;
            }
            ["printf", "-v", name, _, ..] if line::is_name(name) => {
                let value = match words[3..].iter().all(|word| word.sure == Sure::Yes) {
                    true => Value::text(filter::printf(&words[3..])),
                    false => Value::Unknown("the line puts it together".to_owned()),
                };
                scope.assign(name, value, Exported::IfItWas);
            }
            ["read" | "mapfile" | "readarray", names @ ..] => {
                let line = match (texts[0], names, fed) {
                    ("read", [_] | ["-r", _], Some(Fed::Text(text))) => text.lines().next(),
                    // All of it: `read -r -d '' NAME <<'SQL'`.
                    ("read", ["-d", "", _] | ["-r", "-d", "", _] | ["-rd", "", _], Some(Fed::Text(text))) => {
                        Some(text.as_str())
                    }
                    _ => None,
                };
                for name in names.iter().filter(|name| line::is_name(name)) {
                    let unknown = || Value::Unknown("the line reads it".to_owned());
                    scope.assign(name, line.map_or_else(unknown, |line| Value::text(line.trim())), Exported::IfItWas);
                }
            }
            ["source" | ".", file, ..] if words[1].sure == Sure::No && !printer::is_set_up(words[1].base()) => {
                scope.given_by(file, Under::Replaced);
                let why = "the line computes which file it reads";
                return Some(vec![self.unknown("source", &words[..1], why, scope)]);
            }
            ["source" | ".", file, arguments @ ..] => return Some(self.source(file, arguments, scope)),
            // Without one of these flags it runs a line of the history, and so does zsh's `r` (zshbuiltins(1), bash(1)).
            ["fc", flags @ ..] if !flags.iter().any(|flag| flag.starts_with('-') && flag.contains(LISTS)) => {
                let why = "it runs a line of the history again";
                return Some(vec![self.unknown("fc", &words[..1], why, scope)]);
            }
            ["r"] => {
                return Some(vec![self.unknown("r", words, "it runs the last line of the history again", scope)]);
            }
            ["eval", ..] => {
                let text = texts[1..].join(" ");
                if printer::is_own(&text) {
                    return Some(Vec::new());
                }
                let found = self.text(&text, scope);
                let mut found = self.finish(found, scope.depth + 1);
                let is_known = words.iter().all(|word| word.sure == Sure::Yes);
                if !is_known && found.iter().all(|one| one.effect <= Effect::Unknown) {
                    found.retain(|one| one.effect == Effect::Safe);
                    // What a substitution prints is run, and may be what stands in it.
                    found.push(match mention::in_text(&text) {
                        true => Invocation::unreadable(scope),
                        false => Invocation::unknown(
                            self.reader, "eval", words, "what it runs is computed by the line", scope,
                        ),
                    });
                    if text.starts_with('$') || text.contains('`') || text.contains("$(") {
                        scope.given_by("what the line computes", Under::Replaced);
                    }
                }
                return Some(found.into_iter().map(Found::Is).collect());
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Programs that the line names in variables for another one: `EDITOR='psql -c …' crontab -e`. git has its own.
    pub(super) fn programs_given(&self, words: &[Word], scope: &Scope<'a>) -> Vec<Found<'a>> {
        const NAMES: &[&str] = &[
            "EDITOR", "VISUAL", "PAGER", "BROWSER", "SUDO_EDITOR", "SYSTEMD_EDITOR", "KUBE_EDITOR", "PSQL_EDITOR",
            "PSQL_PAGER", "MANPAGER", "FCEDIT", "LESSOPEN", "RSYNC_RSH", "SVN_SSH", "SSH_ASKPASS", "SUDO_ASKPASS",
        ];
        if words.first().is_none_or(|word| matches!(word.base(), "git" | "gh")) {
            return Vec::new();
        }
        let given = NAMES.iter().filter_map(|name| scope.given(name)).filter(|given| given.origin == Origin::Line);
        let texts: Vec<String> = given.filter_map(|setting| setting.value.as_text().map(str::to_owned)).collect();
        if texts.is_empty() {
            return Vec::new();
        }
        let mut inner = scope.clone();
        NAMES.iter().for_each(|name| inner.unset(name));
        texts.iter().flat_map(|text| self.text(text, &mut inner.clone())).collect()
    }

    /// `export NAME`, or `export $(grep -v '^#' .env | xargs)`.
    fn export(&self, word: &Written, scope: &mut Scope<'a>) {
        for piece in &word.0 {
            match piece {
                Piece::Substitution(line, _) => {
                    let file = line
                        .split_whitespace()
                        .find(|word| word.contains(".env"))
                        .map(|f| f.trim_matches(['\'', '"', '<']));
                    match file {
                        Some(file) => self.load(file, scope),
                        None => scope.given_by("what the line computes", Under::Replaced),
                    }
                }
                Piece::Text(name) if line::is_name(name) => scope.export(name),
                Piece::Text(_) | Piece::Quoted(_) | Piece::Variable(..) => {}
                Piece::Default(..) | Piece::Argument(..) | Piece::Opaque(_) => {}
            }
        }
    }

    /// `source FILE`: a script that runs in this shell; one that is a `.env` file by its name gives variables as well.
    fn source(&self, file: &str, arguments: &[&str], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let path = scope.path(file);
        self.reader.notes.ran(&path);
        let place = format!("source {}", path.display());
        let text = match self.reader.read(&path) {
            Content::Missing => {
                self.reader.notes.missed(&path);
                return Vec::new();
            }
            Content::Unreadable(why) => {
                scope.given_by(file, Under::Replaced);
                let named = format!("source {file}");
                return vec![self.unknown(&named, &[], &format!("{file}: {why}"), scope)];
            }
            Content::Text(_) if scope.is_running(&place) || printer::is_set_up(name) => return Vec::new(),
            Content::Text(text) => text,
        };
        self.reader.notes.allow_for_file(&path, &text);
        self.reader.notes.followed(&path);
        if name.contains(".env") || name == "env" {
            let found = self.text(&text, &mut scope.clone());
            self.load(file, scope);
            return found;
        }
        let (running, through) = (scope.running.clone(), scope.through.clone());
        scope.enter(&place, &format!("source {file}"));
        let given = (!arguments.is_empty()).then(|| arguments.iter().map(|text| (*text).to_owned()).collect());
        let before = scope.arguments.clone();
        scope.arguments = given.or_else(|| before.clone());
        let found = self.text(&text, scope);
        scope.arguments = before;
        (scope.running, scope.through) = (running, through);
        found
    }

    /// What the stages of a pipeline print is run by this shell.
    pub(super) fn sourced(&self, stages: &[Node], scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        let mut fed = scope.fed.clone();
        for stage in stages {
            let mut inner = scope.clone();
            inner.fed = fed;
            found.extend(self.node(stage, &mut inner));
            fed = self.printed(stage, &inner);
        }
        found.extend(self.sourced_text(fed, scope));
        found
    }

    /// A text that this shell runs, which it is fed.
    pub(super) fn sourced_text(&self, fed: Fed, scope: &mut Scope<'a>) -> Vec<Found<'a>> {
        let mut found = fed.text().map(|text| self.text(text, scope)).unwrap_or_default();
        if !matches!(fed, Fed::Text(_)) {
            scope.given_by("what the line computes", Under::Replaced);
            let why = "what it runs is computed by the line";
            found.push(self.unknown("source", &[], why, scope));
        }
        found
    }

    fn load(&self, file: &str, scope: &mut Scope<'a>) {
        match env_file(self.reader, &scope.path(file), scope) {
            Some(Ok(pairs)) => {
                for (name, value) in pairs {
                    scope.set(&name, value, Origin::File(file.to_owned()));
                }
            }
            Some(Err(_)) => scope.given_by(file, Under::Replaced),
            None => {}
        }
    }
}
