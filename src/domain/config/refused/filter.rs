//! Says of most names at once that no row of the table holds them: every secret is asked about at every load, and the
//! table is long. Built by the compiler from the table itself.

use super::table::{ORDINARY, OURS, REFUSED, Row, UNUSUAL};

/// The hashes of whole names, and of the first or last three letters of patterns, each in the first place from its own on
/// that was free. Two texts of one hash are possible and only cost a look at the table.
static HASHES: [u32; PLACES] = hashes();

/// More than twice as many as there are words, so that a free place is near.
const PLACES: usize = 2048;
const FREE: u32 = 0;

/// Whole names, what begins so, and what ends so.
#[derive(Clone, Copy)]
enum Part {
    Whole,
    Start,
    End,
}

const LETTERS: usize = 3;

/// Whether a row may hold this name. A no is certain.
pub(super) fn may_hold(name: &str) -> bool {
    let bytes = name.as_bytes();
    let is_set = |part, from, to| {
        let hash = hash(part, bytes, from, to);
        HASHES[place(&HASHES, hash)] == hash
    };
    let length = bytes.len();
    is_set(Part::Whole, 0, length)
        || (length >= LETTERS && (is_set(Part::Start, 0, LETTERS) || is_set(Part::End, length - LETTERS, length)))
}

/// Where a hash stands, or the free place where it would.
const fn place(hashes: &[u32; PLACES], hash: u32) -> usize {
    let mut place = hash as usize % PLACES;
    while hashes[place] != hash && hashes[place] != FREE {
        place = (place + 1) % PLACES;
    }
    place
}

/// FNV-1a (draft-eastlake-fnv) of one part of a text, patterns in upper case because they hold in any. Never [`FREE`].
const fn hash(part: Part, text: &[u8], mut at: usize, to: usize) -> u32 {
    let mut hash = 0x811c_9dc5_u32 ^ part as u32;
    while at < to {
        let byte = match part {
            Part::Whole => text[at],
            Part::Start | Part::End => text[at].to_ascii_uppercase(),
        };
        hash = (hash ^ byte as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    // The multiplication leaves the lower bits poor, and the place is taken from those.
    (hash ^ (hash >> 16)) | (1 << 31)
}

const fn hashes() -> [u32; PLACES] {
    let tables: [&[Row]; 4] = [ORDINARY, OURS, REFUSED, UNUSUAL];
    let mut hashes = [FREE; PLACES];
    let mut table = 0;
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            hashes = with_words(hashes, tables[table][row].names.as_bytes());
            hashes = with_words(hashes, tables[table][row].patterns.as_bytes());
            row += 1;
        }
        table += 1;
    }
    hashes
}

const fn with_words(mut hashes: [u32; PLACES], text: &[u8]) -> [u32; PLACES] {
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        if at == text.len() || text[at] == b' ' {
            if at > start {
                let hash = if text[start] == b'*' {
                    hash(Part::End, text, at - LETTERS, at)
                } else if text[at - 1] == b'*' {
                    hash(Part::Start, text, start, start + LETTERS)
                } else {
                    hash(Part::Whole, text, start, at)
                };
                hashes[place(&hashes, hash)] = hash;
            }
            start = at + 1;
        }
        at += 1;
    }
    hashes
}
