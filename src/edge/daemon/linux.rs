//! Linux: when a process began and what it belongs to, from `/proc/PID/stat` (proc_pid_stat(5)), which anybody may read.

use std::fs;

/// A text that differs after each start of the machine.
pub fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// Clock ticks since the machine started; `None` for a process that has ended.
pub fn birth(pid: u32) -> Option<String> {
    began(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The session of a process (field 6); 0 where its leader is outside of our PID namespace, as in a container that a
/// terminal outside was given to.
pub fn session(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(3)?.parse().ok()
}

/// Whether a process of this group is left (field 5).
pub fn has_members(group: u32) -> bool {
    let group = group.to_string();
    let stats = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        fs::read_to_string(entry.path().join("stat")).ok()
    });
    let mut alive = stats.filter(|stat| began(stat).is_some());
    alive.any(|stat| stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(2)) == Some(&group))
}

/// Field 22, unless field 3 says that the process has ended. The name in field 2 may hold spaces and parentheses. The
/// first thread of a process may have ended while others (field 20) still hold its files.
fn began(stat: &str) -> Option<String> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    let threads: u32 = fields.nth(16)?.parse().ok()?;
    let began = fields.nth(1)?;
    let ended = matches!(state, "X" | "x") || state == "Z" && threads <= 1;
    (!ended).then(|| began.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_pass_for_other_fields() {
        let after = "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 1 21 777 23";
        assert_eq!(began(&format!("42 (a) Z 9) S {after}")), Some("777".to_owned()));
        assert_eq!(began(&format!("42 (a) Z {after}")), None);
        assert_eq!(began(&format!("42 (a) Z {}", after.replace(" 19 1 ", " 19 3 "))), Some("777".to_owned()));
        assert_eq!(began("42 (a) S 1"), None);
        assert_eq!(began(""), None);
    }
}
