//! Whether a text of SQL can lose data: `DROP`, `TRUNCATE`, `DELETE` and `UPDATE` without a condition. A reader of tokens, not a
//! parser: strings, comments and quoted names are left out, and what it cannot follow is unknown, never harmless.

mod alter;
mod calls;
mod restore;
pub mod script;

/// What a text would do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Danger {
    None,
    /// It is put together when it runs, or comes from somewhere else.
    Unknown,
    Destructive,
}

/// A text, and the files that psql would read with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    pub danger: Danger,
    pub files: Vec<String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Token {
    /// In capitals.
    Word(String),
    Symbol(char),
    Text(String),
    /// What stands between two `$tag$`.
    Body(String),
}

/// Reads a text as one that a client would send.
pub fn read(text: &str) -> Reading {
    let mut found = Reading { danger: Danger::None, files: Vec::new() };
    let sends_answers = text.contains("\\gexec");
    let text = without_metacommands(text, &mut found);
    let (statements, end) = statements(&text);
    for statement in &statements {
        found.danger = found.danger.max(danger(statement));
    }
    // What is prepared is put together before, in a variable or on the spot.
    if statements.iter().any(|statement| matches!(word(statement.first()), "PREPARE" | "EXECUTE" | "EXEC")) {
        let all: String = statements.iter().flat_map(|statement| calls::texts(statement)).collect();
        found.danger = found.danger.max(calls::loose(&all));
    }
    // psql sends what a query answers.
    if sends_answers {
        found.danger = found.danger.max(written(&statements).map_or(Danger::None, |_| Danger::Destructive));
    }
    // A quote that never ends hides what follows.
    if end == End::InsideQuotes {
        found.danger = found.danger.max(calls::loose(&text));
    }
    found
}

/// The servers that a text attaches: what `ATTACH` names, where it is a URL or a connection string.
pub fn attached(text: &str) -> Vec<String> {
    let of = |tokens: &Vec<Token>| match tokens.as_slice() {
        [Token::Word(verb), rest @ ..] if verb == "ATTACH" => rest.iter().find_map(|token| match token {
            Token::Text(text) => Some(text.clone()),
            Token::Word(_) | Token::Symbol(_) | Token::Body(_) => None,
        }),
        _ => None,
    };
    let names = statements(text).0.iter().filter_map(of).collect::<Vec<_>>();
    names
        .into_iter()
        .filter(|name| name.contains("://") || name.contains("host=") || name.contains("dbname="))
        .collect()
}

/// The statements that a text's queries put together and answer, where these can lose data: `select 'drop table ' || name`.
pub fn answered(text: &str) -> Option<String> {
    let mut reading = Reading { danger: Danger::None, files: Vec::new() };
    let text = without_metacommands(text, &mut reading);
    written(&statements(&text).0)
}

/// The strings of each query as one text, with a name where something is put in.
fn written(queries: &[Vec<Token>]) -> Option<String> {
    let string = |token: &Token| match token {
        Token::Text(text) | Token::Body(text) => Some(text.clone()),
        // MySQL's strings.
        Token::Word(word) if word.starts_with('"') && word.contains(' ') => Some(word.trim_matches('"').to_owned()),
        Token::Word(_) | Token::Symbol(_) => None,
    };
    let query = |tokens: &&Vec<Token>| matches!(word(tokens.first()), "SELECT" | "WITH" | "VALUES");
    let texts =
        queries.iter().filter(query).map(|tokens| tokens.iter().filter_map(string).collect::<Vec<_>>().join("x"));
    let destroys = |text: &String| {
        let (statements, end) = statements(text);
        let known = statements.iter().any(|statement| danger(statement) == Danger::Destructive);
        known || end == End::InsideQuotes && calls::loose(text) == Danger::Destructive
    };
    texts.filter(destroys).reduce(|all, text| format!("{all};\n{text}"))
}

/// psql's own commands, and the rows behind `COPY … FROM stdin`.
fn without_metacommands(text: &str, found: &mut Reading) -> String {
    let mut kept = String::new();
    let mut rows = Rows::No;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if rows == Rows::Yes {
            if trimmed == "\\." {
                rows = Rows::No;
            }
            continue;
        }
        if let Some(command) = trimmed.strip_prefix('\\') {
            let mut words = command.split_whitespace();
            match words.next() {
                Some("i" | "ir" | "include" | "include_relative") => {
                    found.files.extend(words.next().map(|file| file.trim_matches('\'').to_owned()));
                }
                // What looks at this machine alone.
                Some("!")
                    if matches!(
                        words.next(),
                        Some("date" | "ls" | "pwd" | "echo" | "clear" | "whoami" | "hostname")
                    ) => {}
                Some("gexec" | "!") => found.danger = found.danger.max(Danger::Unknown),
                // Into a program, not into a file.
                Some("o" | "out" | "w" | "write" | "g" | "gx")
                    if words.next().is_some_and(|to| to.starts_with('|')) =>
                {
                    found.danger = found.danger.max(Danger::Unknown);
                }
                Some(_) | None => {}
            }
            continue;
        }
        // sqlite3's.
        if let Some(command) =
            trimmed.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            let danger = match command.split_whitespace().next() {
                Some("restore") => Danger::Destructive,
                Some("shell" | "system" | "load") => Danger::Unknown,
                Some(_) | None => Danger::None,
            };
            found.danger = found.danger.max(danger);
            continue;
        }
        if line.contains("\\gexec") {
            found.danger = found.danger.max(Danger::Unknown);
        }
        // SQL Server's clients send what they have at a line of its own.
        if trimmed.trim_end().eq_ignore_ascii_case("go") {
            kept.push_str(";\n");
            continue;
        }
        let upper = trimmed.to_ascii_uppercase();
        if upper.starts_with("COPY ") && upper.contains("FROM STDIN") {
            rows = Rows::Yes;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Rows {
    Yes,
    No,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum End {
    Clean,
    InsideQuotes,
}

fn statements(text: &str) -> (Vec<Vec<Token>>, End) {
    let mut all = vec![Vec::new()];
    let mut rest = text;
    let mut end = End::Clean;
    let mut at_line_start = true;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        let token = match c {
            ';' => {
                all.push(Vec::new());
                None
            }
            '-' if rest.starts_with("--") => {
                length = rest.find('\n').unwrap_or(rest.len());
                None
            }
            '#' if at_line_start => {
                length = rest.find('\n').unwrap_or(rest.len());
                None
            }
            // MySQL runs what stands in `/*!…*/`, MariaDB also what stands in `/*M!…*/`.
            '/' if rest.starts_with("/*!") || rest.starts_with("/*M!") => {
                let opens = if rest.starts_with("/*!") { 3 } else { 4 };
                length = opens + rest[opens..].bytes().take_while(u8::is_ascii_digit).count();
                None
            }
            '/' if rest.starts_with("/*") => {
                length = comment(rest);
                None
            }
            '\'' => {
                let escapes =
                    matches!(all.last().and_then(|tokens| tokens.last()), Some(Token::Word(word)) if word == "E");
                let (inside, consumed, ended) = quoted(&rest[1..], '\'', escapes);
                length = consumed + 1;
                end = if ended { end } else { End::InsideQuotes };
                Some(Token::Text(inside))
            }
            '"' | '`' => {
                let (inside, consumed, ended) = quoted(&rest[1..], c, false);
                length = consumed + 1;
                end = if ended { end } else { End::InsideQuotes };
                Some(Token::Word(format!("\"{inside}\"")))
            }
            '$' => match dollar(rest) {
                Some((body, consumed)) => {
                    length = consumed;
                    Some(Token::Body(body.to_owned()))
                }
                None => Some(Token::Symbol('$')),
            },
            c if c.is_alphabetic() || c == '_' => {
                length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                Some(Token::Word(rest[..length].to_ascii_uppercase()))
            }
            c if c.is_ascii_digit() => {
                length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                Some(Token::Text(rest[..length].to_owned()))
            }
            c if c.is_whitespace() => None,
            c => Some(Token::Symbol(c)),
        };
        at_line_start = c == '\n' || at_line_start && c.is_whitespace();
        if let (Some(token), Some(tokens)) = (token, all.last_mut()) {
            tokens.push(token);
        }
        rest = rest.get(length.min(rest.len())..).unwrap_or("");
    }
    (all, end)
}

fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The text up to the closing quote, how much that consumed, and whether it ended at all. A doubled quote is one.
fn quoted(text: &str, quote: char, escapes: bool) -> (String, usize, bool) {
    let mut inside = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == quote {
            if rest.next_if(|(_, next)| *next == quote).is_none() {
                return (inside, at + 1, true);
            }
            inside.push(c);
        } else if c == '\\' && escapes {
            inside.extend(rest.next().map(|(_, c)| c));
        } else {
            inside.push(c);
        }
    }
    (inside, text.len(), false)
}

/// `$$…$$` or `$tag$…$tag$`.
fn dollar(text: &str) -> Option<(&str, usize)> {
    let tag = text[1..].find('$').map(|end| &text[..end + 2])?;
    if !tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let body = &text[tag.len()..];
    let end = body.find(tag)?;
    Some((&body[..end], tag.len() * 2 + end))
}

fn word(token: Option<&Token>) -> &str {
    match token {
        Some(Token::Word(word)) => word,
        Some(Token::Symbol(_) | Token::Text(_) | Token::Body(_)) | None => "",
    }
}

fn danger(tokens: &[Token]) -> Danger {
    match word(tokens.first()) {
        "DROP" | "TRUNCATE" => Danger::Destructive,
        "DELETE" | "UPDATE" => unconditional(tokens),
        "ALTER" => alter::danger(tokens),
        // `OR REPLACE` drops a table that is there; an event runs later what it holds.
        "CREATE" if alter::replaces_a_table(tokens) => Danger::Destructive,
        "CREATE" if tokens.iter().take(6).any(|token| word(Some(token)) == "EVENT") => anywhere(tokens),
        "SELECT" if restore::drops(tokens) => Danger::Destructive,
        "SELECT" | "PERFORM" => calls::danger(tokens),
        "DO" | "EXECUTE" | "EXEC" | "CALL" => calls::texts(tokens).map(calls::loose).max().unwrap_or(Danger::None),
        "EXPLAIN" => match tokens.iter().take(6).any(|token| word(Some(token)) == "ANALYZE") {
            true => anywhere(tokens),
            false => Danger::None,
        },
        "WITH" | "PREPARE" | "COPY" => anywhere(tokens),
        "INSERT" | "LOAD" | "IMPORT" | "DBCC" | "CLONE" | "VACUUM" if restore::replaces(tokens) => Danger::Destructive,
        "RESTORE" | "FLASHBACK" | "PURGE" | "RESET" if restore::brings_back(tokens) => Danger::Destructive,
        // SQL Server's statements and SQL*Plus's commands need nothing between them.
        "SET" | "USE" | "WHENEVER" | "BEGIN" | "IF" | "WHILE" | "ELSE" | "DECLARE" | "PRINT" | "END" | "COMMIT"
        | "WAITFOR" | "ROLLBACK" | "START"
            if restore::goes_on(tokens) =>
        {
            Danger::Destructive
        }
        "" => match tokens.first() {
            Some(Token::Symbol('$' | ':' | '{' | '%')) => Danger::Unknown,
            Some(Token::Symbol('(')) => danger(&tokens[1..]),
            Some(Token::Symbol(_) | Token::Text(_) | Token::Body(_) | Token::Word(_)) | None => Danger::None,
        },
        _ => Danger::None,
    }
}

/// `DELETE` or `UPDATE` up to the end of its own parentheses: destructive without a `WHERE` that says something.
fn unconditional(tokens: &[Token]) -> Danger {
    let mut depth = 0i32;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            Token::Word(word) if word == "WHERE" && depth == 0 => {
                let rest = &tokens[at + 1..];
                let always = matches!(rest, [Token::Word(word) | Token::Text(word)] if word == "TRUE" || word == "1")
                    || matches!(rest, [Token::Text(a), Token::Symbol('='), Token::Text(b)] if a == b);
                return if always { Danger::Destructive } else { Danger::None };
            }
            Token::Word(_) | Token::Symbol(_) | Token::Text(_) | Token::Body(_) => {}
        }
        if depth < 0 {
            break;
        }
    }
    let acts = match word(tokens.first()) {
        "UPDATE" => tokens.iter().any(|token| word(Some(token)) == "SET"),
        _ => tokens.len() > 1,
    };
    if acts { Danger::Destructive } else { Danger::None }
}

/// A statement inside of another.
fn anywhere(tokens: &[Token]) -> Danger {
    let inner = (1..tokens.len()).map(|at| {
        let before = word(tokens.get(at - 1));
        match word(tokens.get(at)) {
            "DELETE" if word(tokens.get(at + 1)) == "FROM" => unconditional(&tokens[at..]),
            "UPDATE" if !matches!(before, "FOR" | "DO" | "ON" | "OR" | "KEY") => unconditional(&tokens[at..]),
            // A number's function has the same name.
            "TRUNCATE" if tokens.get(at + 1) != Some(&Token::Symbol('(')) => Danger::Destructive,
            _ => Danger::None,
        }
    });
    inner.max().unwrap_or(Danger::None)
}

#[cfg(test)]
#[path = "sql_tests.rs"]
mod tests;
