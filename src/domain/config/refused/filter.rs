//! Says of most names at once that no row of the table holds them: every secret is asked about at every load, and the
//! table is long. Built by the compiler from the table itself.

use super::table::{ORDINARY, OURS, REFUSED, Row, UNUSUAL};

/// 4 KiB: of names that no row holds, one in a hundred is looked for in vain.
const WORDS: usize = 512;

/// Whole names, and the first or last three letters of patterns, each as two bits. Bits that are set may be other names'.
static BITS: [u64; WORDS] = bits();

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
    let is_set =
        |part, from, to| places(part, bytes, from, to).iter().all(|bit| BITS[bit / 64] & (1 << (bit % 64)) != 0);
    let length = bytes.len();
    is_set(Part::Whole, 0, length)
        || (length >= LETTERS && (is_set(Part::Start, 0, LETTERS) || is_set(Part::End, length - LETTERS, length)))
}

/// Two bits by FNV-1a (draft-eastlake-fnv) of one part of a text, patterns in upper case because they hold in any.
const fn places(part: Part, text: &[u8], mut at: usize, to: usize) -> [usize; 2] {
    let mut hash = 0x811c_9dc5_u32 ^ part as u32;
    while at < to {
        let byte = match part {
            Part::Whole => text[at],
            Part::Start | Part::End => text[at].to_ascii_uppercase(),
        };
        hash = (hash ^ byte as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    // The second one depends on all bits of the first (Knuth, The Art of Computer Programming 3, 6.4).
    [(hash ^ (hash >> 16)) as usize % (WORDS * 64), (hash.wrapping_mul(0x9e37_79b9) >> 16) as usize % (WORDS * 64)]
}

const fn bits() -> [u64; WORDS] {
    let tables: [&[Row]; 4] = [ORDINARY, OURS, REFUSED, UNUSUAL];
    let mut bits = [0; WORDS];
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

const fn with_words(mut bits: [u64; WORDS], text: &[u8]) -> [u64; WORDS] {
    let (mut start, mut at) = (0, 0);
    while at <= text.len() {
        if at == text.len() || text[at] == b' ' {
            if at > start {
                let [one, other] = if text[start] == b'*' {
                    places(Part::End, text, at - LETTERS, at)
                } else if text[at - 1] == b'*' {
                    places(Part::Start, text, start, start + LETTERS)
                } else {
                    places(Part::Whole, text, start, at)
                };
                bits[one / 64] |= 1 << (one % 64);
                bits[other / 64] |= 1 << (other % 64);
            }
            start = at + 1;
        }
        at += 1;
    }
    bits
}
