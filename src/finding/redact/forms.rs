//! Secrets that a single line gives away, by their form or by the name in front of them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{MASK, base64, manifest};

/// A form of secret. The group `keep` stays, then comes the mask, then the group `tail`.
struct Form {
    /// Bytes that must be there before the expression is worth running.
    hints: &'static [&'static str],
    regex: Regex,
}

#[expect(clippy::expect_used, reason = "the expressions are constants that a unit test compiles")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("constant pattern")
}

fn form(hints: &'static [&'static str], pattern: &str) -> Form {
    Form { hints, regex: regex(pattern) }
}

/// Names whose value is a secret, as the end of a longer name too: `RESTIC_PASSWORD`, `aws_secret_access_key`, `spec.saToken`.
const NAMES: &str = r"(?:pass(?:word|wd|phrase)|secret[_-]?(?:access[_-]?)?key|access[_-]?key(?:[_-]?id)?|client[_-]?secret|(?:shared[_-]?)?access[_-]?signature|token|api[_-]?key|account[_-]?key|storage[_-]?key|private[_-]?key|encryption[_-]?key|client-key-data|\.dockerc(?:onfigjson|fg)|psk)";

/// Words of which one is in each of these names.
const NAME_HINTS: &[&str] = &[
    "assw",
    "ASSW",
    "assphrase",
    "ASSPHRASE",
    "ecret",
    "ECRET",
    "oken",
    "OKEN",
    "apikey",
    "api_key",
    "api-key",
    "ApiKey",
    "API_KEY",
    "APIKEY",
    "apiKey",
    "rivate",
    "RIVATE",
    "ccount",
    "CCOUNT",
    "ccess",
    "CCESS",
    "ncryption",
    "NCRYPTION",
    "torage",
    "TORAGE",
    "client-key-data",
    ".dockerc",
    "psk",
    "PSK",
];

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    // What stands between a name and its value, in JSON inside of JSON as well; then a value in quotes, or one up to the next border.
    let sep = r#"(?:\\*["'])?\s*(?:=>|[:=]|%3[dDaA])\s*"#;
    let quoted = r#"(?:\\+"[^"\\]{4,}|"(?:[^"\\]|\\.){4,}|'[^']{4,})"#;
    let plain = r#"[^\s"'<>\[\](){},;|\\&][^\s"',;\\&]{5,}"#;
    vec![
        form(&["-----BEGIN"], r"(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----).+"),
        form(&["PRIVATE KEY"], r"(?P<keep>^.{0,4}?)[A-Za-z0-9+/=\\n\s]*-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"),
        form(
            &["uthorization", "UTHORIZATION"],
            r#"(?P<keep>(?i:authorization)["']?\s*[:=]\s*\[?["']?(?i:basic|token|digest|negotiate)\s+)[^\s"'\]]{6,}"#,
        ),
        form(&["earer ", "EARER "], r"(?P<keep>(?i:bearer)\s+)[A-Za-z0-9._~+/=-]{8,}"),
        form(&["eyJ"], r"(?P<keep>)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"),
        form(&["AKIA", "ASIA"], r"(?P<keep>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        form(&["AIza", "ya29.", "GOCSPX-"], r"(?P<keep>)\b(?:AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9._-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})"),
        form(
            &["gh", "glpat-", "xox"],
            r"(?P<keep>)\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{18,}|xox[abprs]-[A-Za-z0-9-]{10,})",
        ),
        form(&["sha256~"], r"(?P<keep>)sha256~[A-Za-z0-9_-]{16,}"),
        form(
            &["ignature", "redential", "ecurity-Token", "sig", "AccessKeyId", "AccessId"],
            r#"(?P<keep>(?:X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|X-Goog-Signature|X-Goog-Credential|AWSAccessKeyId|GoogleAccessId|\bSignature|(?:[?&;]|%3[fF]|%26)sig)(?:=|%3[dD]))[^&\s"'\\<>]+"#,
        ),
        // The user stays, for that is often the cause; the last `@` ends the password, which may hold others.
        form(&["://"], r"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:)[^\s/]+(?P<tail>@)"),
        form(&["\"auth\"", "\\\"auth\\"], r#"(?P<keep>\\*"auth\\*"\s*:\s*\\*")[A-Za-z0-9+/=]{8,}"#),
        form(NAME_HINTS, &format!(r"(?P<keep>(?i:{NAMES}){sep})(?:{quoted}|{plain})")),
        // A variable of a container on one line, as in an annotation, where quotes are escaped, or as Go prints it.
        form(&["value"], &format!(r#"(?P<keep>(?i:\\*"name\\*"\s*:\s*\\*"[\w.-]*{NAMES}\\*"\s*,\s*\\*"value\\*"\s*:\s*\\*"))[^"\\]+"#)),
        form(&["Value:"], &format!(r"(?P<keep>\bName:[\w.-]*(?i:{NAMES}),? Value:)[^\s{{}}\[\]]+")),
        form(&["</"], &format!(r"(?P<keep><(?i:[\w.-]*{NAMES}|signatureprovided|stringtosign)>)[^<]{{4,}}")),
        form(&["ookie"], r#"(?P<keep>(?i:\b(?:set-)?cookie)["']?\s*[:=]\s*).{6,}"#),
        form(
            &["$2", "$apr1$", "$5$", "$6$", "{SHA}", "{SSHA}"],
            r"(?P<keep>)(?:\$(?:2[aby]|apr1|5|6)\$[./A-Za-z0-9$=]{8,}|\{SS?HA\}[A-Za-z0-9+/=]{8,})",
        ),
        form(
            &["hooks.slack.com", "webhook.office.com"],
            r#"(?P<keep>(?:hooks\.slack\.com/(?:services|workflows)|webhook\.office\.com/webhookb2)/)[^\s"'<>]+"#,
        ),
        form(
            &["hvs.", "dckr_pat_", "npm_", "SG.", "sk_live_"],
            r"(?P<keep>)\b(?:hvs\.[A-Za-z0-9_-]{20,}|dckr_pat_[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|sk_live_[A-Za-z0-9]{16,})",
        ),
        // Of a Ceph keyring.
        form(&["AQ"], r"(?P<keep>)\bAQ[A-Za-z0-9+/]{36}=="),
        form(&["pwd=", "Pwd=", "PWD="], r#"(?P<keep>[;?&](?i:pwd)=)[^\s"';&]{4,}"#),
        form(
            &["mysql", "sshpass", "redis-cli"],
            r#"(?P<keep>\b(?:mysql(?:dump|admin)?\b.*?\s-p|sshpass\b.*?\s-p ?|redis-cli\b.*?\s-a[ =]))[^\s"']{4,}"#,
        ),
        form(
            &["password", "token", "passphrase", "secret-key"],
            r"(?P<keep>--?(?:[a-z]+-)?(?:password|passphrase|token|secret-key)\s+)[^\s-][^\s]{5,}",
        ),
        form(&["oc login", "podman login", "docker login", "skopeo login"], r#"(?P<keep>\blogin\b.*?\s-p[ =]?)[^\s"']{4,}"#),
        form(&["curl "], r"(?P<keep>\bcurl\b.*?\s(?:-u|--user)[ =]?[^\s:]+:)[^\s]{4,}"),
    ]
});

/// A line that is nothing but a piece of a key, with what the gather or a log writer put in front of it.
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?P<keep>\s*(?:\d{4}-\d\d-\d\dT\S{5,32}\s+)?(?:std(?:out|err) [FP] )?)(?P<body>[A-Za-z0-9+/]{60,76}={0,2}|[A-Za-z0-9+/]{20,75}={1,2})\s*$",
    )
});

static NAME: LazyLock<Regex> = LazyLock::new(|| regex(&format!("(?i:{NAMES})$")));

pub(super) fn is_secret_name(name: &str) -> bool {
    NAME.is_match(name)
}

pub(super) fn mask(text: &str) -> (Cow<'_, str>, u32) {
    let mut out = Cow::Borrowed(text);
    let mut found = 0;
    if let Some(masked) = manifest::one_line(&out) {
        (out, found) = (Cow::Owned(masked), 1);
    }
    for form in FORMS.iter() {
        if !form.hints.iter().any(|hint| out.contains(hint)) {
            continue;
        }
        let replaced = form.regex.replace_all(&out, |captures: &Captures<'_>| {
            let keep = captures.name("keep").map_or("", |m| m.as_str());
            let whole = captures.get(0).map_or("", |m| m.as_str());
            let secret = whole.get(keep.len()..).unwrap_or_default();
            let quote = secret.trim_start_matches('\\').chars().next().filter(|c| matches!(c, '"' | '\''));
            let opening = quote.and_then(|quote| secret.find(quote)).map_or("", |at| &secret[..=at]);
            if is_no_secret(&secret[opening.len()..]) {
                return whole.to_owned();
            }
            found += 1;
            format!("{keep}{opening}{MASK}{}", captures.name("tail").map_or("", |m| m.as_str()))
        });
        if let Cow::Owned(replaced) = replaced {
            out = Cow::Owned(replaced);
        }
    }
    if let Some(captures) = BODY.captures(&out)
        && let (Some(keep), Some(body)) = (captures.name("keep"), captures.name("body"))
        && looks_random(body.as_str())
    {
        let masked = format!("{}{MASK}", keep.as_str());
        return (Cow::Owned(masked), found + 1);
    }
    if let Some(masked) = base64::mask(&out, |text| text.lines().any(|line| mask(line).1 > 0)) {
        return (Cow::Owned(masked), found + 1);
    }
    (out, found)
}

/// Words that programs write where a value is missing, and what was masked already.
fn is_no_secret(value: &str) -> bool {
    let word = value.trim_matches(['"', '\'', '\\']);
    word.starts_with(MASK.trim_end_matches(']'))
        || word.starts_with("$(")
        || matches!(word, "false" | "invalid" | "missing" | "required" | "expired" | "rejected" | "undefined" | "default" | "default/" | "failed")
        || word.bytes().all(|byte| byte == b'*')
}

/// Both cases and digits, as keys have and as words and digests have not.
fn looks_random(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_their_names_stay() {
        for (text, secret) in [
            ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
            ("Authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
            ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJl.c2lnbmF0dXJl", "eyJhbGci"),
            ("aws_access_key_id=AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
            ("aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
            ("aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
            ("GET https://s3/b?X-Amz-Credential=AKIA%2F2026&X-Amz-Signature=deadbeef00", "deadbeef00"),
            ("https://user:hunter22@proxy.example.com/x", "hunter22"),
            ("https://user:hun@ter22@proxy.example.com/x", "ter22"),
            ("RESTIC_PASSWORD: static-passw0rd", "static-passw0rd"),
            ("saToken: c29tZXRva2Vu", "c29tZXRva2Vu"),
            ("oc login --token=sha256~abcdefghijklmnopqrstuv", "abcdefghijklmnop"),
            ("oc login -u admin -p Tr0ub4dor https://api", "Tr0ub4dor"),
            ("restic --password hunter2-and-more backup", "hunter2"),
            ("-----BEGIN RSA PRIVATE KEY-----MIIEow", "MIIEow"),
            (r#"{"password":"with \"quotes\" and spaces"}"#, "quotes"),
            (r#"msg="{\"password\":\"p(a)ss{w}ord\"}""#, "p(a)ss"),
            ("password='it has spaces'", "has spaces"),
            ("AccountKey=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4==;EndpointSuffix=core", "Zm9vYmFy"),
            (r#"{"auths":{"quay.io":{"auth":"dXNlcjpodW50ZXIy"}}}"#, "dXNlcjpodW50ZXIy"),
            ("https://x.blob.core.windows.net/c?sv=2020&sig=abc%2Bdef%3D&se=1", "abc%2Bdef"),
            (r#"{"env":[{"name":"DB_PASSWORD","value":"hunter22"},{"name":"A","value":"b"}]}"#, "hunter22"),
            (r#"x: "{\"name\":\"DB_PASSWORD\",\"value\":\"hun ter22\"}""#, "ter22"),
            ("Env:[{Name:RESTIC_PASSWORD Value:hunter22 ValueFrom:nil}]", "hunter22"),
            ("<SecretAccessKey>wJalrXUtnFEMIK7</SecretAccessKey>", "wJalrXUtn"),
            ("<AWSAccessKeyId>minio</AWSAccessKeyId><SignatureProvided>Zm9vYmFyYmF6</SignatureProvided>", "Zm9vYmFyYmF6"),
            ("Cookie: _oauth_proxy=abcdef0123456789; x=y", "abcdef0123456789"),
            ("admin:$2y$05$abcdefghijklmnopqrstuv", "abcdefghijkl"),
            ("admin:$apr1$hRY7OJWH$km1EYH.UIRjp6CzfZQz/g1", "km1EYH"),
            ("post to https://hooks.slack.com/services/T0/B0/abcdefgh", "abcdefgh"),
            ("vault said hvs.CAESIabcdefghijklmnopqrst", "CAESI"),
            ("[client.admin] key = AQBSdFhcAAAAABAAHcGpOUzzTxRF4NIIjL7o1w==", "AQBSdFhc"),
            ("jdbc:sqlserver://db;user=sa;pwd=hunter22;", "hunter22"),
            ("mysqldump -u root -phunter22 shop", "hunter22"),
            ("sshpass -p hunter22 ssh root@h", "hunter22"),
            ("X-Vault-Token: s.abcdefghijk", "s.abcdefghijk"),
            ("2021-05-12T08:00:00.123Z MIIEowIBAAKCAQEAx3VtJb0aMIIEowIBAAKCAQEAx3VtJb0aMIIEowIBAAKCAQ9a", "MIIEow"),
        ] {
            let (clean, count) = mask(text);
            assert!(!clean.contains(secret), "{clean}");
            assert!(count > 0, "{text}");
            assert_eq!(mask(&clean).0, clean, "masking twice changes nothing");
        }
    }

    #[test]
    fn ordinary_lines_pass_untouched() {
        for text in [
            "unable to open config file: Stat: The specified key does not exist.",
            "Cloud secret has propagated to Velero Pod on [2/2] clusters. Waiting.",
            "restic restore --repo=s3:http://minio.example.com/bucket --password-file=/tmp/credentials",
            "error getting token secret: not found",
            "image: quay.io/konveyor/velero@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
            "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
            "uid: 0c2a7d5e-3f61-4b5a-9a55-4e5a0a1b2c3d",
            "resourceVersion: \"479448400\"",
            "automountServiceAccountToken: true",
            "serviceAccountToken:",
            "secretName: builder-token-7hx2p",
            "claimName: pvc-0c2a7d5e-3f61-4b5a-9a55-4e5a0a1b2c3d",
            "RESTIC_PASSWORD: <set to the key 'repository-password' in secret 'velero-restic-credentials'>",
            "time=2021-05-12T08:00:00Z level=info msg=\"https://api.example.com:6443/apis returned 503\"",
            "the server could not find https://host:8443/a and mail admin@example.com",
            "/usr/bin/rsync --archive --password-file=/etc/rsync root@10.0.0.1::data",
            "volume.kubernetes.io/storage-provisioner: kubernetes.io/aws-ebs",
            r#"{"env":[{"name":"COLOUR","value":"green"},{"name":"TOKEN_FILE","value":"/var/run/x"}]}"#,
            "the cost is $5 and $6 at SG.eu-west",
            "mysql: ready for connections, port 3306, socket -p",
            "name: aws-secret-key-rotation value: none",
        ] {
            assert_eq!(mask(text).0, text);
        }
    }
}
