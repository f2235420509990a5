//! What the person's account is called, where nothing in the environment says it: a container's first process, a job of CI, a
//! service. Asked only when the name is about to be shown or written, never by a load.

use std::process::{Command, Stdio};

/// The login name of a user: from the machine's own list, else as id(1) knows it, which asks a directory service too.
pub fn login(uid: u32) -> Option<String> {
    let list = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    named(&list, uid).or_else(|| asked(uid))
}

/// passwd(5): name, password, number, and what else there is, with colons between.
fn named(list: &str, uid: u32) -> Option<String> {
    let name = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn asked(uid: u32) -> Option<String> {
    let id =
        Command::new("id").args(["-un", &uid.to_string()]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let name = String::from_utf8(id.stdout).ok()?;
    let name = name.trim();
    (id.status.success() && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_account_of_that_number_counts() {
        let list = "root:x:0:0:root:/root:/bin/sh\n# 7\n\nada:x:1000:1000::/home/ada:/bin/sh\ntoor:x:0:0::/:\n:x:5::\n";
        assert_eq!(named(list, 0).as_deref(), Some("root"));
        assert_eq!(named(list, 1000).as_deref(), Some("ada"));
        assert_eq!((named(list, 5), named(list, 7), named("", 0)), (None, None, None));
    }
}
