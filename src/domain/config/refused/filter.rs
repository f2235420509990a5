//! Says of most names at once that no row of the table holds them: every secret is asked about at every load, and the
//! table is long. Built by the compiler from the table itself.

use super::table::{ORDINARY, OURS, REFUSED, Row, UNUSUAL};

/// Whole names, and the first or last three letters of patterns, each as one bit. A bit that is set may be another name's.
static BITS: [u64; 256] = bits();

/// Where patterns leave their bits: what begins so, and what ends so.
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
        let bit = hash(part, bytes, from, to);
        BITS[bit / 64] & (1 << (bit % 64)) != 0
    };
    let length = bytes.len();
    is_set(Part::Whole, 0, length)
        || (length >= LETTERS && (is_set(Part::Start, 0, LETTERS) || is_set(Part::End, length - LETTERS, length)))
}

/// FNV-1a (draft-eastlake-fnv) of one part of a text, patterns in upper case because they hold in any.
const fn hash(part: Part, text: &[u8], mut at: usize, to: usize) -> usize {
    let mut hash = 0x811c_9dc5_u32 ^ part as u32;
    while at < to {
        let byte = match part {
            Part::Whole => text[at],
            Part::Start | Part::End => text[at].to_ascii_uppercase(),
        };
        hash = (hash ^ byte as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 16)) as usize % (256 * 64)
}

const fn bits() -> [u64; 256] {
    let tables: [&[Row]; 4] = [ORDINARY, OURS, REFUSED, UNUSUAL];
    let mut bits = [0; 256];
    let mut table = 0;
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            bits = with_words(bits, tables[table][row].names.as_bytes());
            bits = with_words(bits, tables[table][row].patterns.as_bytes());
            row += 1;
        }
        table += 1;
    }
    bits
}

const fn with_words(mut bits: [u64; 256], text: &[u8]) -> [u64; 256] {
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        if at == text.len() || text[at] == b' ' {
            if at > start {
                let bit = if text[start] == b'*' {
                    hash(Part::End, text, at - LETTERS, at)
                } else if text[at - 1] == b'*' {
                    hash(Part::Start, text, start, start + LETTERS)
                } else {
                    hash(Part::Whole, text, start, at)
                };
                bits[bit / 64] |= 1 << (bit % 64);
            }
            start = at + 1;
        }
        at += 1;
    }
    bits
}
