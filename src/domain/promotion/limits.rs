//! The URL of one deployment: with time-outs of its own, and with a name by which the server's administrator finds it.

use crate::domain::config::Deploy;
use crate::domain::target::url::DatabaseUrl;
use crate::domain::text::duration::Duration;

/// The name that the server shows for it, in `pg_stat_activity`.
pub const NAME: &str = "nexus-env";

/// The same database, with `lock_timeout` and, where there is one, `statement_timeout` in `options` (`-c name=value`,
/// manual 20.1.3), and with an `application_name`. Options that are there stay; a time-out of the person's own wins.
pub fn limited(url: &DatabaseUrl, deploy: &Deploy) -> DatabaseUrl {
    let given = url.parameter("options").unwrap_or_default();
    let setting = |name: &str, time: Duration| {
        (!given.contains(name)).then(|| format!("-c%20{name}%3D{}", time.seconds() * 1000))
    };
    let settings: Vec<String> = setting("lock_timeout", deploy.lock_timeout)
        .into_iter()
        .chain(deploy.statement_timeout.and_then(|time| setting("statement_timeout", time)))
        .collect();
    let text = url.expose();
    let (head, tail) = text.split_once('#').map_or((text, String::new()), |(head, tail)| (head, format!("#{tail}")));
    let (head, query) = head.split_once('?').unwrap_or((head, ""));
    let mut fields: Vec<String> = query.split('&').filter(|field| !field.is_empty()).map(str::to_owned).collect();
    let settings = settings.join("%20");
    match fields.iter_mut().rev().find(|field| field.starts_with("options=")) {
        _ if settings.is_empty() => {}
        Some(field) if field == "options=" => field.push_str(&settings),
        Some(field) => field.push_str(&format!("%20{settings}")),
        None => fields.push(format!("options={settings}")),
    }
    if url.parameter("application_name").is_none() {
        fields.push(format!("application_name={NAME}"));
    }
    DatabaseUrl::parse(&format!("{head}?{}{tail}", fields.join("&"))).unwrap_or_else(|| url.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let deploy = Deploy { lock_timeout: Duration::LOCK, statement_timeout: Duration::parse("2m").ok() };
        assert_eq!(limited(&DatabaseUrl::parse(url).unwrap(), &deploy).expose(), expected);
    }

    #[test]
    fn limits_stand_in_the_url_alone() {
        let limits = "-c%20lock_timeout%3D3000%20-c%20statement_timeout%3D120000";
        check("postgresql://a@h/d", &format!("postgresql://a@h/d?options={limits}&application_name=nexus-env"));
        check(
            "postgresql://a@h/d?schema=x&options=-c%20search_path%3Dx",
            &format!("postgresql://a@h/d?schema=x&options=-c%20search_path%3Dx%20{limits}&application_name=nexus-env"),
        );
        check(
            "postgresql://a@h/d?application_name=me&options=-c%20lock_timeout%3D1",
            "postgresql://a@h/d?application_name=me&options=-c%20lock_timeout%3D1%20-c%20statement_timeout%3D120000",
        );
    }
}
