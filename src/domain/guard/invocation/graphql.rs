//! Mutations in GraphQL that delete or change all rows of a table, as servers make them out of one: Hasura's, PostGraphile's,
//! pg_graphql's, Prisma's, Dgraph's. It goes by the names of the fields and by what narrows them.

use super::interface::arguments;

/// Arguments that narrow down.
const CONDITIONS: &[&str] = &["where:", "filter:", "condition:"];

/// Conditions that hold for every row, without blanks.
const ALWAYS: &[&str] = &[
    "_is_null:false", "_gt:0", "_gte:0", "_neq:0", "_neq:-1", "_neq:\"\"", "_gt:-1", "is:NOT_NULL", "gt:0", "gte:0",
    "not:null", "_or:[{}]", "_and:[]", "_not:{}", "has:id", "_like:\"%\"",
];

/// Whether the text is such a mutation.
pub(super) fn empties(text: &str) -> bool {
    let Some((_, fields)) = text.split_once("mutation") else { return false };
    let plain: String = fields.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    let starts = ["delete", "update", "truncate", "destroy"];
    starts.iter().any(|verb| {
        plain.match_indices(verb).any(|(at, _)| {
            let is_field = !plain[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let end = plain[at..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(plain.len(), |end| at + end);
            is_field && means_all(&plain[at..end], &plain[end..])
        })
    })
}

fn means_all(name: &str, behind: &str) -> bool {
    let inside = behind.strip_prefix('(').map_or("", arguments);
    let condition = CONDITIONS.iter().find_map(|key| inside.split_once(key)).map(|(_, value)| value);
    let of_many = ["deleteMany", "deleteAll", "delete_all", "truncate", "destroyAll"];
    match condition {
        Some(value) => {
            let value = value.strip_prefix('{').map_or(value, arguments);
            value.is_empty() || !value.contains(',') && ALWAYS.iter().any(|one| value.contains(one))
        }
        // The name itself says how much it is.
        None => {
            !inside.contains("id")
                && (of_many.iter().any(|many| name.starts_with(many))
                    || name.starts_with("deleteFrom") && name.ends_with("Collection"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(empties(text), expected, "{text}");
    }

    #[test]
    fn a_mutation_that_narrows_nothing_means_all_rows() {
        for text in [
            "mutation { delete_users(where: {}) { affected_rows } }",
            "mutation M { delete_users(where: {id: {_gt: 0}}) { x } }",
            "mutation { update_users(where: {}, _set: {a: 1}) { x } }",
            "mutation { deleteManyUser { count } }",
            "mutation { deleteFromUsersCollection(atMost: 9000) { affectedCount } }",
            "mutation { deleteUsers(filter: {}) { numUids } }",
        ] {
            check(text, true);
        }
        for text in [
            "mutation { delete_users(where: {id: {_eq: 5}}) { affected_rows } }",
            "mutation { deleteUser(id: 5) { id } }",
            "mutation { delete_users_by_pk(id: 5) { id } }",
            "query { users(where: {}) { id } }",
            "mutation { insert_users(objects: [{a: \"delete\"}]) { x } }",
            "mutation { deleteManyUser(ids: [1]) { count } }",
            "mutation { deleteUsers(filter: {id: {eq: 5}, old: {gt: 0}}) { numUids } }",
        ] {
            check(text, false);
        }
    }
}
