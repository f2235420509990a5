//! What people write where a value would stand: a reference to another store of secrets, a ciphertext, a placeholder. None of
//! them is the value, and stored as one it would be handed to a program that cannot use it.

/// What it is, after "it is"; `None` for what may be a value.
pub fn named(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let begins = |row: &&(&str, &'static str)| text.starts_with(row.0);
    if let Some((_, what)) = BEGINNINGS.iter().find(begins) {
        return Some(what);
    }
    let within = |open: &str, close: &str| text.len() > open.len() && text.starts_with(open) && text.ends_with(close);
    let ours = |rest: &str| rest.len() >= 40 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    let a_word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- .".contains(&b));
    match text {
        _ if text.strip_prefix("v1:").is_some_and(ours) => Some("a ciphertext of nexus-env's"),
        _ if within("$(", ")") || within("`", "`") => Some("a command that a shell would run"),
        _ if within("${", "}") => Some("a reference to another variable"),
        _ if within("{{", "}}") => Some("a place in a template"),
        _ if within("<", ">") && a_word(&text[1..text.len() - 1]) => Some("a placeholder"),
        _ => None,
    }
}

/// How each begins, as the documentation of the tool has it.
const BEGINNINGS: &[(&str, &str)] = &[
    ("op://", "a reference to 1Password"),
    ("vault:", "a reference to Vault, or a ciphertext of it"),
    ("ref+", "a reference of vals"),
    ("secretref+", "a reference of vals"),
    ("bws://", "a reference to Bitwarden"),
    ("infisical://", "a reference to Infisical"),
    ("doppler://", "a reference to Doppler"),
    ("keyring://", "a reference to a keyring"),
    ("awssm://", "a reference to AWS Secrets Manager"),
    ("aws-sm://", "a reference to AWS Secrets Manager"),
    ("gcpsm://", "a reference to Google's Secret Manager"),
    ("sm://", "a reference to Google's Secret Manager"),
    ("secretref:", "a reference to Azure Container Apps' secrets"),
    ("@Microsoft.KeyVault(", "a reference to Azure Key Vault"),
    ("${{", "an expression of GitHub Actions"),
    ("ENC[", "a ciphertext of sops"),
    ("encrypted:", "a ciphertext of dotenvx"),
    ("age-encryption.org/v1", "a ciphertext of age"),
    ("-----BEGIN AGE ENCRYPTED FILE-----", "a ciphertext of age"),
    ("-----BEGIN PGP MESSAGE-----", "a ciphertext of OpenPGP"),
    ("$ANSIBLE_VAULT;", "a ciphertext of Ansible Vault"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: Option<&str>) {
        assert_eq!(named(value.as_bytes()), expected, "{value:?}");
    }

    #[test]
    fn references_and_ciphertexts_are_no_values() {
        check("op://team/prod/url", Some("a reference to 1Password"));
        check("vault:secret/data/app#url", Some("a reference to Vault, or a ciphertext of it"));
        check("ref+awsssm://prod/url", Some("a reference of vals"));
        check("ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]", Some("a ciphertext of sops"));
        check("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", Some("a ciphertext of age"));
        check(&format!("v1:{}", "Qq0+".repeat(12)), Some("a ciphertext of nexus-env's"));
        check("$(pass show url)", Some("a command that a shell would run"));
        check("${PROD_URL}", Some("a reference to another variable"));
        check("<PROD_PASSWORD>", Some("a placeholder"));
        check("${{ secrets.URL }}", Some("an expression of GitHub Actions"));
    }

    #[test]
    fn values_that_look_a_little_like_one_are_values() {
        for value in
            ["", "v1:short", "$ecret", "postgresql://u:${P}@h/db", "<a href=\"x\">", "{\"a\": 1}", "enc", "reference"]
        {
            check(value, None);
        }
    }
}
