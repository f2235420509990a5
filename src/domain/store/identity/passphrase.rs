//! Identity files behind a passphrase: opened, made, and a passphrase that nobody guesses. It asks nobody for one.

use age::secrecy::SecretString;
use age::stream::StreamReader;
use age::{DecryptError, Decryptor};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Unusable;
use crate::domain::text::secret::Secret;

/// 2^17: 128 MiB and a third of a second. age's own choice is measured on the machine, and has been seen to take 3.8 s.
const WORK_FACTOR: u8 = 17;
/// 2^20 needs 1 GiB.
const HIGHEST_WORK_FACTOR: u8 = 20;

const FIRST_LINE: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const LAST_LINE: &str = "-----END AGE ENCRYPTED FILE-----";

/// A passphrase that is shorter is found by trying, whatever the work factor.
pub const SHORTEST: usize = 10;

/// How many random bytes [`suggested`] takes.
pub const RANDOM: usize = 10;

/// The age file in a text that is armoured; `None` where the text is no such one.
pub(super) fn unarmoured(text: &str) -> Option<Result<Vec<u8>, Unusable>> {
    let body = text.trim().strip_prefix(FIRST_LINE)?.strip_suffix(LAST_LINE)?;
    let body: String = body.split_whitespace().collect();
    Some(STANDARD.decode(body).map_err(|_| Unusable::AgeFile))
}

/// An identity's text behind a passphrase, as `age --passphrase --armor` writes it. `None` where the system gave no random
/// bytes.
pub fn protected(text: &Secret, passphrase: &Secret) -> Option<String> {
    let mut recipient = age::scrypt::Recipient::new(secret_text(passphrase)?);
    recipient.set_work_factor(WORK_FACTOR);
    let file = STANDARD.encode(age::encrypt(&recipient, text.expose()).ok()?);
    let lines: Vec<&str> = file.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    Some(format!("{FIRST_LINE}\n{}\n{LAST_LINE}\n", lines.join("\n")))
}

/// Reads an age file's text to its end into a buffer that has room for all of it; `None` where it is not whole.
pub type ReadsToEnd = fn(StreamReader<&[u8]>, Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>>;

/// The text that a passphrase opens.
pub(super) fn opened(file: &[u8], passphrase: &Secret, read: ReadsToEnd) -> Result<Zeroizing<Vec<u8>>, Unusable> {
    let passphrase = secret_text(passphrase).ok_or(Unusable::WrongPassphrase)?;
    let decryptor = Decryptor::new_buffered(file).map_err(|_| Unusable::AgeFile)?;
    if !decryptor.is_scrypt() {
        return Err(Unusable::AgeFile);
    }
    let mut identity = age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(HIGHEST_WORK_FACTOR);
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        DecryptError::ExcessiveWork { .. } => Unusable::TooMuchWork,
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => Unusable::WrongPassphrase,
        // The enum is age's and may grow; whatever else went wrong, the file is not what it should be.
        _ => Unusable::AgeFile,
    })?;
    // Reserved at once, so that growing leaves no copies behind: plaintext is never longer than the file.
    read(reader, Zeroizing::new(Vec::with_capacity(file.len()))).ok_or(Unusable::AgeFile)
}

pub(super) fn secret_text(passphrase: &Secret) -> Option<SecretString> {
    Some(SecretString::from(std::str::from_utf8(passphrase.expose()).ok()?.to_owned()))
}

/// A passphrase of these random bytes that can be spoken and typed: for each two of them a word of five letters, consonants
/// of four bits and vowels of two ("proquints", <https://arxiv.org/html/0901.4016>). 80 bits are beyond trying.
pub fn suggested(random: &Zeroizing<[u8; RANDOM]>) -> Secret {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    let mut text = Zeroizing::new(Vec::with_capacity(RANDOM * 3));
    for pair in random.chunks_exact(2) {
        let word = u16::from_be_bytes([pair[0], pair[1]]);
        let bits = |from: u16, mask: u16| usize::from(word >> from & mask);
        if !text.is_empty() {
            text.push(b'-');
        }
        text.extend_from_slice(&[
            CONSONANTS[bits(12, 15)],
            VOWELS[bits(10, 3)],
            CONSONANTS[bits(6, 15)],
            VOWELS[bits(4, 3)],
            CONSONANTS[bits(0, 15)],
        ]);
    }
    Secret::new(std::mem::take(&mut *text))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn read(mut file: StreamReader<&[u8]>, mut text: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
        file.read_to_end(&mut text).ok()?;
        Some(text)
    }

    #[test]
    fn what_is_protected_opens_with_its_passphrase_alone() {
        let (text, passphrase) = (Secret::new("AGE-SECRET-KEY-1"), Secret::new("correct horse"));
        let file = protected(&text, &passphrase).unwrap();
        assert!(file.lines().all(|line| line.len() <= 64) && file.ends_with(&format!("{LAST_LINE}\n")), "{file}");
        let file = unarmoured(&file).unwrap().unwrap();
        assert!(file.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        let work = file.split(|byte| *byte == b'\n').nth(1).unwrap();
        assert!(work.ends_with(b" 17"), "{}", String::from_utf8_lossy(work));
        assert_eq!(*opened(&file, &passphrase, read).unwrap(), text.expose());
        assert_eq!(opened(&file, &Secret::new("correct horses"), read), Err(Unusable::WrongPassphrase));
        assert_eq!(opened(&file, &Secret::new(b"\xff".as_slice()), read), Err(Unusable::WrongPassphrase));
    }

    /// The examples of the paper are IPv4 addresses: 127.0.0.1, 63.84.220.193.
    #[test]
    fn suggests_words_that_can_be_spoken() {
        let random = Zeroizing::new([127, 0, 0, 1, 63, 84, 220, 193, 255, 255]);
        assert_eq!(suggested(&random), Secret::new("lusab-babad-gutih-tugad-zuzuz"));
    }
}
