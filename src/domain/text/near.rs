//! Which of some known words was probably meant by one that is not known. Pure.

/// The known name that was probably meant.
pub fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let typed = typed.get(..64).unwrap_or(typed).to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&typed, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4 && *distance < name.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(nearest("defualt", ["id", "default", "env"]), Some("default"));
        assert_eq!(nearest("Protected", ["protected"]), Some("protected"));
        assert_eq!(nearest("promote-from", ["promote_from"]), Some("promote_from"));
        assert_eq!(nearest("banana", ["id", "default", "env"]), None);
        assert_eq!(nearest("x", ["id", "on"]), None);
    }
}
