//! macOS: when a process began, from `proc_pidinfo` (libproc.h), which tells it of this user's processes, and what it
//! belongs to.

/// A text that differs after each start of the machine.
pub fn boot() -> String {
    let mut buffer = [0u8; 64];
    let mut size: libc::size_t = buffer.len();
    // SAFETY: the name ends in NUL, `buffer` holds `size` bytes, and the kernel writes at most that many.
    let result = unsafe {
        libc::sysctlbyname(
            c"kern.bootsessionuuid".as_ptr(),
            buffer.as_mut_ptr().cast(),
            &raw mut size,
            std::ptr::null_mut(),
            0,
        )
    };
    let text = buffer.get(..size).filter(|_| result == 0).unwrap_or_default();
    String::from_utf8_lossy(text).trim_end_matches('\0').to_owned()
}

/// The session of a process (getsid(2)).
pub fn session(pid: u32) -> Option<u32> {
    // SAFETY: it takes any number, and gives -1 where there is no such process.
    u32::try_from(unsafe { libc::getsid(libc::pid_t::try_from(pid).ok()?) }).ok()
}

/// Whether a process of this group is left.
pub fn has_members(group: u32) -> bool {
    /// `PROC_PGRP_ONLY` of sys/proc_info.h.
    const OF_GROUP: u32 = 2;
    let mut pids = [0 as libc::pid_t; 256];
    let Ok(size) = libc::c_int::try_from(size_of_val(&pids)) else { return false };
    // SAFETY: `pids` holds `size` bytes, and no more are written.
    let written = unsafe { libc::proc_listpids(OF_GROUP, group, pids.as_mut_ptr().cast(), size) };
    let count = usize::try_from(written).unwrap_or(0) / size_of::<libc::pid_t>();
    pids.iter().take(count).filter_map(|pid| u32::try_from(*pid).ok()).any(|pid| pid > 0 && birth(pid).is_some())
}

/// Seconds and microseconds since 1970; `None` for a process that has ended.
pub fn birth(pid: u32) -> Option<String> {
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = libc::c_int::try_from(size_of::<libc::proc_bsdinfo>()).ok()?;
    let pid = libc::c_int::try_from(pid).ok()?;
    // SAFETY: `info` has room for the structure that this flavour writes, and its size is passed along.
    let written = unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDTBSDINFO, 0, info.as_mut_ptr().cast(), size) };
    if written != size {
        return None;
    }
    // SAFETY: all of it was written.
    let info = unsafe { info.assume_init() };
    (info.pbi_status != libc::SZOMB).then(|| format!("{}.{:06}", info.pbi_start_tvsec, info.pbi_start_tvusec))
}
