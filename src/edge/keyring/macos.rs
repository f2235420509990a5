//! The login Keychain of macOS, as `Security.framework` has it in C. It ends nothing by itself, so the end is kept beside
//! the key, by both clocks, and what is over is removed when it is seen. Reading never opens a window: a Keychain that
//! would ask has no key for us.

use std::ffi::{c_char, c_void};
use std::io;
use std::ptr::{null, null_mut};

use zeroize::Zeroizing;

use super::LARGEST;
use crate::domain::text::clock::{End, Now, Uptime, whole_number};

/// `errSecItemNotFound`.
const NOT_FOUND: i32 = -25300;
/// What every item of ours is filed under; its account is the name.
const SERVICE: &[u8] = b"nexus-env";

type Item = *mut c_void;

#[link(name = "Security", kind = "framework")]
unsafe extern "C" {
    fn SecKeychainSetUserInteractionAllowed(state: u8) -> i32;
    fn SecKeychainAddGenericPassword(
        keychain: *const c_void,
        service_length: u32,
        service: *const c_char,
        account_length: u32,
        account: *const c_char,
        length: u32,
        data: *const c_void,
        item: *mut Item,
    ) -> i32;
    fn SecKeychainFindGenericPassword(
        keychain: *const c_void,
        service_length: u32,
        service: *const c_char,
        account_length: u32,
        account: *const c_char,
        length: *mut u32,
        data: *mut *mut c_void,
        item: *mut Item,
    ) -> i32;
    fn SecKeychainItemFreeContent(attributes: *mut c_void, data: *mut c_void) -> i32;
    fn SecKeychainItemDelete(item: Item) -> i32;
}

#[link(name = "CoreFoundation", kind = "framework")]
unsafe extern "C" {
    fn CFRelease(object: *const c_void);
}

pub fn keep(name: &str, key: &[u8], seconds: u64, now: Now) -> io::Result<()> {
    forget(name)?;
    let end = End::after(now, seconds);
    // One line with the end, then the key.
    let mut content = Zeroizing::new(Vec::with_capacity(128 + key.len()));
    content.extend_from_slice(end.at.to_string().as_bytes());
    if let Some(uptime) = end.uptime {
        content.extend_from_slice(format!(" {uptime}").as_bytes());
    }
    content.push(b'\n');
    content.extend_from_slice(key);
    // SAFETY: lengths and addresses belong together, and nothing is kept of them.
    checked(unsafe {
        SecKeychainAddGenericPassword(
            null(),
            length(SERVICE)?,
            SERVICE.as_ptr().cast(),
            length(name.as_bytes())?,
            name.as_ptr().cast(),
            length(&content)?,
            content.as_ptr().cast(),
            null_mut(),
        )
    })
}

pub fn read(name: &str, now: Now) -> Option<Zeroizing<Vec<u8>>> {
    let (content, item) = find(Some(name)).ok()??;
    let line = content.iter().position(|&byte| byte == b'\n')?;
    let mut words = std::str::from_utf8(&content[..line]).ok()?.splitn(2, ' ');
    let end = End { at: whole_number(words.next()?)?, uptime: words.next().and_then(Uptime::parse) };
    if end.is_over_or_of_another_start(now) {
        delete(item).ok()?;
        return None;
    }
    // SAFETY: it came with a reference that is ours.
    unsafe { CFRelease(item) };
    let key = &content[line + 1..];
    (key.len() <= LARGEST).then(|| Zeroizing::new(key.to_vec()))
}

pub fn forget(name: &str) -> io::Result<bool> {
    match find(Some(name))? {
        Some((_, item)) => delete(item).map(|()| true),
        None => Ok(false),
    }
}

pub fn forget_all(_begin: &str) -> io::Result<usize> {
    let mut forgotten = 0;
    while let Some((_, item)) = find(None)? {
        delete(item)?;
        forgotten += 1;
    }
    Ok(forgotten)
}

/// An item of ours: the one of that name, or any.
fn find(name: Option<&str>) -> io::Result<Option<(Zeroizing<Vec<u8>>, Item)>> {
    let account = name.unwrap_or_default();
    let (mut size, mut data, mut item) = (0, null_mut(), null_mut());
    // SAFETY: lengths and addresses belong together; a null account of no length is any (SecKeychain.h). What comes back is
    // copied, then given back.
    unsafe {
        SecKeychainSetUserInteractionAllowed(0);
        let status = SecKeychainFindGenericPassword(
            null(),
            length(SERVICE)?,
            SERVICE.as_ptr().cast(),
            length(account.as_bytes())?,
            if name.is_some() { account.as_ptr().cast() } else { null() },
            &raw mut size,
            &raw mut data,
            &raw mut item,
        );
        if status == NOT_FOUND {
            return Ok(None);
        }
        checked(status)?;
        let content = std::slice::from_raw_parts(data.cast::<u8>(), usize::try_from(size).unwrap_or(0)).to_vec();
        SecKeychainItemFreeContent(null_mut(), data);
        Ok(Some((Zeroizing::new(content), item)))
    }
}

/// Removes an item, and gives back the reference to it.
fn delete(item: Item) -> io::Result<()> {
    // SAFETY: it came from `find`, and is used no more.
    let status = unsafe {
        let status = SecKeychainItemDelete(item);
        CFRelease(item);
        status
    };
    checked(status)
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(io::Error::other)
}

fn checked(status: i32) -> io::Result<()> {
    if status == 0 { Ok(()) } else { Err(io::Error::other(format!("the Keychain answers {status}"))) }
}
