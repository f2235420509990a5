//! Which tables and columns a Prisma schema still uses. A reader of its lines (Prisma's own formatter keeps one field on
//! each), not a parser.

use std::collections::BTreeMap;

/// Table names with the columns of each, as the database knows them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Models {
    tables: BTreeMap<String, Vec<String>>,
}

impl Models {
    /// Of a schema's text, or of several files' put together.
    pub fn read(text: &str) -> Models {
        let mut found = Models::default();
        let mut open: Option<(String, Vec<String>)> = None;
        // Fields whose type is another model are no columns, and models may come in any order.
        let names: Vec<&str> = text.lines().filter_map(model_name).collect();
        for line in text.lines() {
            let line = line.split("//").next().unwrap_or(line).trim();
            match &mut open {
                None => open = model_name(line).map(|name| (name.to_owned(), Vec::new())),
                Some((table, columns)) => {
                    if line.starts_with('}') {
                        found.tables.extend(open.take());
                    } else if let Some(mapped) = line.strip_prefix("@@map(") {
                        table.clone_from(&quoted(mapped).unwrap_or_default());
                    } else if !line.is_empty() && !line.starts_with('@') {
                        columns.extend(column(line, &names));
                    }
                }
            }
        }
        found
    }

    pub fn uses_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    pub fn uses_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|columns| columns.iter().any(|known| known == column))
    }
}

fn model_name(line: &str) -> Option<&str> {
    let (word, rest) = line.trim().split_once(char::is_whitespace)?;
    matches!(word, "model" | "view").then(|| rest.trim_end_matches('{').trim())
}

fn column(line: &str, models: &[&str]) -> Option<String> {
    let mut words = line.split_whitespace();
    let (name, kind) = (words.next()?, words.next()?);
    let kind = kind.trim_end_matches(['?', ']']).trim_end_matches('[');
    if models.contains(&kind) {
        return None;
    }
    let mapped = line.find("@map(").filter(|at| !line[..*at].ends_with('@'));
    Some(mapped.and_then(|at| quoted(&line[at..])).unwrap_or_else(|| name.to_owned()))
}

fn quoted(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('"')?;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables_and_columns_by_the_databases_names() {
        let models = Models::read(
            "// model Old {\nmodel User {\n  id Int @id\n  mail String? @map(\"e_mail\") // x\n  posts Post[]\n\n  @@map(\"users\")\n}\n\
             model Post {\n  id Int @id\n  author User @relation(fields: [authorId], references: [id])\n  authorId Int\n}\n\
             enum Role {\n  ADMIN\n}\n",
        );
        assert!(models.uses_table("users") && models.uses_table("Post"));
        assert!(!models.uses_table("User") && !models.uses_table("Old") && !models.uses_table("Role"));
        assert!(models.uses_column("users", "e_mail") && models.uses_column("Post", "authorId"));
        assert!(!models.uses_column("users", "posts") && !models.uses_column("Post", "author"));
        assert!(!models.uses_column("users", "mail"));
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in "((model|enum|A|\\{|\\}|\n|@@map\\(\"|\"\\)| |//|é){0,30})") {
            let _ = Models::read(&text);
        }
    }
}
