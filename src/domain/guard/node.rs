//! Which tool a script of Node's is, and whether Prisma's engine will be asked about it anyway. Pure.

use std::path::Path;

use super::invocation;
use super::project::{Files, prisma_major};
use crate::domain::session::ambient::Environ;
use crate::domain::session::layers::{ENGINE, ENGINE_LINK};
use crate::domain::text::pattern;

/// Programs that can destroy a database, as the preload looks for them in the path of a script: Prisma, and every tool that has
/// a row, since nobody can know which of them somebody wrote for Node.
pub fn tools() -> impl Iterator<Item = &'static str> {
    ["prisma", "prisma7"].into_iter().chain(invocation::tools())
}

/// What rules of the team's or the person's name and Node may run, beside the tools.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Named {
    /// Programs, as the paths of their scripts have them.
    pub programs: Vec<String>,
    /// Patterns of scripts, each with the program that its rule names before it, which is `node` or none.
    pub scripts: Vec<(String, String)>,
}

impl Named {
    pub fn by_rules<'a>(commands: impl Iterator<Item = &'a str>) -> Named {
        let mut named = Named::default();
        for command in commands {
            let words = pattern::words(command);
            match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                // A script is not told which flags Node was given.
                ["node" | "nodejs", flag, ..] if flag.starts_with('-') => {}
                [node @ ("node" | "nodejs"), rest @ ..] => {
                    let script = rest.first().copied().unwrap_or("*");
                    named.scripts.push(((*node).to_owned(), script.to_owned()));
                }
                [path, ..] if path.contains('/') => named.scripts.push((String::new(), (*path).to_owned())),
                [name, ..] if pattern::is_name(name) && !name.contains('+') => named.programs.push((*name).to_owned()),
                [..] => {}
            }
        }
        named
    }
}

/// The command's words from the words of its process: `/repo/node_modules/prisma/build/index.js db seed` is
/// `prisma db seed`. A path that does not begin at the root is what a rule names.
pub fn command(words: &[String]) -> Vec<String> {
    let Some((script, rest)) = words.split_first() else { return Vec::new() };
    std::iter::once(tool(script).to_owned()).chain(rest.iter().cloned()).collect()
}

/// The package, or the name of the program where there is no package around it.
fn tool(script: &str) -> &str {
    if !script.starts_with('/') {
        return script;
    }
    let base = script.rsplit('/').next().unwrap_or(script);
    let Some((_, inside)) = script.rsplit_once("/node_modules/") else { return base };
    match inside.split('/').collect::<Vec<_>>().as_slice() {
        [".bin", ..] => base,
        [scope, name, ..] if scope.starts_with('@') => &inside[..scope.len() + 1 + name.len()],
        [name, ..] => name,
        [] => base,
    }
}

/// Whether Prisma will start its engine for these words, so that the engine's layer sees the operation and the URL itself:
/// 5 to 7, unless a configuration of 6 connects by code of its own.
pub fn reaches_the_engine(words: &[String], variables: &Environ, files: &dyn Files, directory: &Path) -> bool {
    let ours = variables.text(ENGINE).is_some_and(|path| path.ends_with(ENGINE_LINK));
    let [tool, rest @ ..] = words else { return false };
    let named: Vec<&str> = rest.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let asked = match named.as_slice() {
        ["migrate", "dev" | "reset" | "deploy" | "resolve" | "status" | "diff", ..] => true,
        ["db", "push" | "execute" | "pull", ..] => true,
        [..] => false,
    };
    let known = prisma_major(files, directory).is_some_and(|major| (5..=7).contains(&major));
    ours && asked
        && known
        && matches!(tool.as_str(), "prisma" | "prisma7")
        && !connects_by_itself(rest, files, directory)
}

fn connects_by_itself(words: &[String], files: &dyn Files, directory: &Path) -> bool {
    let named = words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--config") {
        Some("") => words.get(at + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let endings = ["ts", "js", "mjs", "cjs", "mts", "cts"];
    let usual = ["prisma.config", ".config/prisma"];
    let places = usual.iter().flat_map(|stem| endings.iter().map(move |ending| format!("{stem}.{ending}")));
    let mut texts = named.into_iter().chain(places).filter_map(|path| files.read(&directory.join(path)).text());
    texts.any(|text| {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        bare.contains("adapter") || ["\"js\"", "'js'", "`js`"].iter().any(|js| bare.contains(&format!("engine:{js}")))
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::guard::project::Content;

    #[track_caller]
    fn check(words: &str, expected: &str) {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(command(&words).join(" "), expected);
    }

    #[test]
    fn looks_for_every_tool_that_has_a_row() {
        let all: Vec<&str> = tools().collect();
        for name in
            ["prisma7", "drizzle-kit", "typeorm-extension", "@mikro-orm/cli", "kysely-ctl", "wrangler", "medusa"]
        {
            assert!(all.contains(&name), "{name}");
        }
        assert!(all.iter().all(|name| !name.contains(['|', '(', '\'', '\\'])), "the preload makes a pattern of them");
    }

    #[test]
    fn knows_a_tool_by_its_script() {
        check("/r/node_modules/.bin/prisma db seed", "prisma db seed");
        check("/r/node_modules/prisma/build/index.js db seed", "prisma db seed");
        check("/r/node_modules/.pnpm/prisma@6.1.0/node_modules/prisma/build/index.js studio", "prisma studio");
        check("/r/node_modules/@mikro-orm/cli/cli.js schema:drop", "@mikro-orm/cli schema:drop");
        check("/usr/local/bin/knex migrate:rollback", "knex migrate:rollback");
    }

    #[test]
    fn knows_a_script_that_a_rule_names() {
        check("./scripts/reset.js --all", "./scripts/reset.js --all");
        check("node scripts/import-x.js", "node scripts/import-x.js");
        let pair = |program: &str, script: &str| (program.to_owned(), script.to_owned());
        let rules =
            ["ts-node scripts/import-*", "node 'scripts/to prod.js'", "./reset.mjs --all", "node", "node --import x y"];
        let named = Named::by_rules(rules.iter().chain(&["make *", "*-reset", "", "g++ x"]).copied());
        assert_eq!(named.programs, ["ts-node", "make"]);
        assert_eq!(named.scripts, [pair("node", "scripts/to prod.js"), pair("", "./reset.mjs"), pair("node", "*")]);
    }

    struct Project(&'static str);

    impl Files for Project {
        fn read(&self, path: &Path) -> Content {
            match path.to_str() {
                Some("/r/node_modules/prisma/package.json") => Content::Text(r#"{"version":"6.19.3"}"#.to_owned()),
                Some("/r/prisma.config.ts") if !self.0.is_empty() => Content::Text(self.0.to_owned()),
                Some(_) | None => Content::Missing,
            }
        }

        fn names(&self, _: &Path) -> Vec<String> {
            Vec::new()
        }
    }

    #[track_caller]
    fn engine(words: &str, configuration: &'static str, expected: bool) {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let variables = Environ::new(vec![(ENGINE.into(), format!("/s/{ENGINE_LINK}").into())]);
        let directory = PathBuf::from("/r");
        assert_eq!(reaches_the_engine(&words, &variables, &Project(configuration), &directory), expected, "{words:?}");
        assert!(!reaches_the_engine(&words, &Environ::default(), &Project(configuration), &directory));
    }

    #[test]
    fn leaves_to_the_engine_what_prisma_asks_it() {
        engine("prisma migrate dev", "", true);
        engine("prisma migrate --config x dev", "", false);
        engine("prisma db push --force-reset", "export default {}", true);
        engine("prisma db seed", "", false);
        engine("prisma studio", "", false);
        engine("prisma migrate explode", "", false);
        engine("prisma migrate dev", "export default { adapter: async () => pg() }", false);
        engine("prisma migrate dev", "export default { engine: 'js', datasource }", false);
        engine("prisma migrate dev", "export default { engine: 'classic', datasource }", true);
        engine("knex migrate dev", "", false);
    }
}
