//! Percent-encoding (RFC 3986, section 2.1), both ways.

/// How the digits above nine are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Digits {
    Small,
    Capital,
}

/// Letters, digits and the bytes of `kept` stay as they are.
pub fn encoded(bytes: &[u8], kept: &[u8], digits: Digits) -> String {
    let one = |&byte: &u8| match digits {
        _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => char::from(byte).to_string(),
        Digits::Small => format!("%{byte:02x}"),
        Digits::Capital => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// What is no escape stays, and bytes that are no UTF-8 are replaced.
pub fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&read(text).0).into_owned()
}

/// `None` where a `%` begins no escape.
pub fn decoded_strictly(text: &str) -> Option<Vec<u8>> {
    let (bytes, is_whole) = read(text);
    is_whole.then_some(bytes)
}

/// The bytes, and whether every `%` began an escape.
fn read(text: &str) -> (Vec<u8>, bool) {
    let bytes = text.as_bytes();
    let (mut out, mut is_whole) = (Vec::with_capacity(bytes.len()), true);
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                is_whole &= bytes[at] != b'%';
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    (out, is_whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_escape_stays_or_is_none() {
        for (text, lossy, strict) in [
            ("p%40ss", "p@ss", Some(&b"p@ss"[..])),
            ("100%", "100%", None),
            ("%+1%4", "%+1%4", None),
            ("%c3%A4", "ä", Some("ä".as_bytes())),
            ("%ff", "\u{fffd}", Some(b"\xff")),
            ("%ä", "%ä", None),
        ] {
            assert_eq!(decoded(text), lossy, "{text}");
            assert_eq!(decoded_strictly(text).as_deref(), strict, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_back(bytes in any::<Vec<u8>>()) {
            for digits in [Digits::Small, Digits::Capital] {
                prop_assert_eq!(decoded_strictly(&encoded(&bytes, b"/._-", digits)), Some(bytes.clone()));
            }
        }
    }
}
