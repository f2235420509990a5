//! The kernel's keyring (keyrings(7), keyctl(2)): keys lie in the user's own ring, which all logins of that user share, and
//! vanish by themselves.

use std::ffi::{CString, c_int, c_long};
use std::io;

use zeroize::Zeroizing;

use super::LARGEST;
use crate::domain::text::clock::Now;

/// The numbers of `linux/keyctl.h`.
const PROCESS_RING: c_int = -2;
const USER_RING: c_int = -4;
const SETPERM: c_int = 5;
const DESCRIBE: c_int = 6;
const LINK: c_int = 8;
const SEARCH: c_int = 10;
const READ: c_int = 11;
const SET_TIMEOUT: c_int = 15;
const INVALIDATE: c_int = 21;

/// All for whoever possesses it, and view, read and search for the same user: a second login possesses other rings, and
/// would be refused otherwise.
const PERMISSIONS: u32 = 0x3f0b_0000;

/// The longest list of keys that is looked at: a user has 200 unless told otherwise (`/proc/sys/kernel/keys/maxkeys`).
const MANY: usize = 16 * 1024;

pub fn keep(name: &str, key: &[u8], seconds: u64, _now: Now) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: add_key(2) reads two strings that end in NUL and as many bytes as it is told.
    let made = unsafe {
        libc::syscall(
            libc::SYS_add_key,
            c"user".as_ptr(),
            name.as_ptr(),
            key.as_ptr(),
            key.len(),
            // It dies with this process until all of it is as it should be: no moment at which it has no end.
            PROCESS_RING,
        )
    };
    let made = checked(made)?;
    control(SETPERM, made, c_long::from(PERMISSIONS), 0, 0)?;
    control(SET_TIMEOUT, made, c_long::try_from(seconds).unwrap_or(c_long::MAX), 0, 0)?;
    // In place of one of the same name.
    control(LINK, made, c_long::from(USER_RING), 0, 0).map(drop)
}

pub fn read(name: &str, _now: Now) -> Option<Zeroizing<Vec<u8>>> {
    let key = find(name).ok()?;
    let mut content = Zeroizing::new(vec![0; LARGEST]);
    let room = c_long::try_from(content.len()).ok()?;
    // The whole length comes back, also of what has no room (keyctl_read(3)).
    let length = usize::try_from(control(READ, key, content.as_mut_ptr() as c_long, room, 0).ok()?).ok()?;
    (length <= content.len()).then(|| content.truncate(length))?;
    Some(content)
}

pub fn forget(name: &str) -> io::Result<bool> {
    match find(name) {
        Ok(key) => control(INVALIDATE, key, 0, 0, 0).map(|_| true),
        Err(_) => Ok(false),
    }
}

pub fn forget_all(begin: &str) -> io::Result<usize> {
    let mut ids = vec![0_i32; MANY];
    let room = c_long::try_from(std::mem::size_of_val(ids.as_slice())).unwrap_or(0);
    // Without a ring there is no key in it.
    let Ok(bytes) = control(READ, c_long::from(USER_RING), ids.as_mut_ptr() as c_long, room, 0) else { return Ok(0) };
    let count = usize::try_from(bytes).unwrap_or(0) / size_of::<i32>();
    let mut forgotten = 0;
    for &id in ids.iter().take(count) {
        if described(id.into()).is_some_and(|text| text.rsplit(';').next().is_some_and(|name| name.starts_with(begin)))
        {
            control(INVALIDATE, id.into(), 0, 0, 0)?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

/// `user;0;0;3f0b0000;NAME`.
fn described(key: c_long) -> Option<String> {
    let mut text = Zeroizing::new([0_u8; 512]);
    let length = control(DESCRIBE, key, text.as_mut_ptr() as c_long, 512, 0).ok()?;
    let text = text.get(..usize::try_from(length).ok()?)?.split(|&byte| byte == 0).next()?;
    String::from_utf8(text.to_vec()).ok()
}

fn find(name: &str) -> io::Result<c_long> {
    let name = CString::new(name)?;
    control(SEARCH, c_long::from(USER_RING), c"user".as_ptr() as c_long, name.as_ptr() as c_long, 0)
}

/// keyctl(2). What is passed as an address is good for as long as the call takes.
fn control(operation: c_int, a: c_long, b: c_long, c: c_long, d: c_long) -> io::Result<c_long> {
    // SAFETY: every caller above passes addresses of buffers with their length, or of strings that end in NUL.
    checked(unsafe { libc::syscall(libc::SYS_keyctl, operation, a, b, c, d) })
}

fn checked(returned: c_long) -> io::Result<c_long> {
    if returned == -1 { Err(io::Error::last_os_error()) } else { Ok(returned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(name: &str) -> Option<Vec<u8>> {
        read(name, Now::default()).map(|content| content.to_vec())
    }

    /// One test for all of it: the ring is the user's, and so every test's.
    #[test]
    fn a_key_is_there_for_its_time_in_every_login_and_gone_at_once_when_it_is_forgotten() {
        let own = format!("nexus-env-test-{}:", std::process::id());
        let [one, other] = ["one", "other"].map(|name| format!("{own}{name}"));
        assert_eq!(read_back(&one), None);
        keep(&one, &[1; 32], 600, Now::default()).unwrap();
        keep(&one, &[2; 32], 600, Now::default()).unwrap();
        keep(&other, &[3; 112], 600, Now::default()).unwrap();
        assert_eq!((read_back(&one), read_back(&other)), (Some(vec![2; 32]), Some(vec![3; 112])));
        let elsewhere = std::thread::scope(|scope| {
            let login = scope.spawn(|| {
                const JOIN_SESSION_RING: c_int = 1;
                // A thread has credentials of its own, and so a session's ring.
                control(JOIN_SESSION_RING, 0, 0, 0, 0).unwrap();
                read_back(&one)
            });
            login.join().unwrap()
        });
        assert_eq!(elsewhere, Some(vec![2; 32]));
        assert_eq!((forget(&one).unwrap(), read_back(&one), forget(&one).unwrap()), (true, None, false));
        assert_eq!((forget_all(&own).unwrap(), read_back(&other)), (1, None));
        // The kernel ends it by itself, and says when (keyrings(7), /proc/keys).
        // Longer than anything of ours.
        keep(&one, &[4; 300], 600, Now::default()).unwrap();
        assert_eq!(read_back(&one), None);
        let listed = std::fs::read_to_string("/proc/keys").unwrap();
        let line = listed.lines().find(|line| line.contains(&one)).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(["9m", "10m"].contains(&words[3]) && words[4] == "3f0b0000", "{line}");
        assert!(forget(&one).unwrap());
    }
}
