//! Requests as people send them.

use super::*;

#[track_caller]
fn check(line: &str, expected: bool) {
    let words: Vec<Word> = shell_words::split(line).unwrap().iter().map(|word| Word::sure(word)).collect();
    let found = why_destructive(&words[0].text, &words[1..], &Fed::Nothing);
    assert_eq!(found.is_some(), expected, "{line}");
}

#[test]
fn what_deletes_a_database_is_told_from_what_deletes_a_row() {
    check("curl -X DELETE http://couch:5984/shop", true);
    check("curl -X DELETE http://couch:5984/shop/order-1?rev=3-a", false);
    check("curl -XDELETE es1:9200/orders", true);
    check("curl -XDELETE es1:9200/orders/_doc/7", false);
    check("curl -X DELETE https://x.supabase.co/rest/v1/orders?id=gt.0", true);
    check("curl -X DELETE https://x.supabase.co/rest/v1/orders?id=eq.7", false);
    check("http DELETE https://qdrant.prod:6333/collections/docs", true);
    check("xh delete https://api.turso.tech/v1/organizations/acme/databases/shop", true);
    check("wget --method=DELETE -qO- https://console.neon.tech/api/v2/projects/abc", true);
    check("wget --method DELETE http://es1:9200/orders", true);
    check("wget -q -O - --header 'a: b/c' --method DELETE http://es1:9200/orders", true);
    check("wget --method GET http://es1:9200/orders", false);
    check("curl -X DELETE es1:9200/_search/scroll", false);
    check("http https://x.upstash.io/flushall", true);
    check("xh --auth a:b https://x.upstash.io/flushall", true);
    check("http https://x.upstash.io/get/flushall/a", false);
    check("curl -X DELETE es1:9200/_search", false);
    check("curl -X DELETE es1:9200/api/v1/orders", true);
    check("curl -X DELETE es1:9200/orders/x/y", false);
    check("curl -X DELETE es1:9200/a/b/c/documents", true);
    check("curl -X POST es1:9200/orders/_delete_by_query", true);
    check("curl -X POST es1:9200/_snapshot/s/one/_restore", true);
    check("curl -X GET es1:9200/_snapshot/s/one/_restore", false);
    check("curl -X POST es1:9200/x/_restore", false);
    check("curl -X POST es1:9200/orders/truncate", true);
    check("curl -X PATCH es1:9200/orders/truncate", false);
    check("curl -X POST es1:9200/orders/reset", false);
    check("gh api -X DELETE /repos/o/r/git/refs/heads/drop-db", false);
}

#[test]
fn what_deletes_something_else_is_free() {
    check("curl -X DELETE http://localhost:3000/api/users/5", false);
    check("curl -X DELETE http://localhost:3000/databases/5", false);
    check("curl -X DELETE https://tienda.es/api/cart/5", false);
    check("curl -X DELETE https://registry.example.com/v2/db/manifests/sha256:a", false);
    check("xh delete https://api.acme.io/v1/carts/9", false);
}

#[test]
fn what_is_sent_is_read() {
    check(r#"curl -d '["FLUSHDB"]' https://x.upstash.io"#, true);
    check(r#"wget --post-data '{"query":"drop table a/b"}' https://x.upstash.io"#, true);
    check(r#"wget --body-data '["FLUSHALL"]' --method POST https://x.upstash.io"#, true);
    check(r#"curl -d '["GET","a"]' https://x.upstash.io"#, false);
    check("curl -G http://influx:8086/query --data-urlencode 'q=DROP DATABASE telegraf' -X POST", true);
    check(r#"curl https://hooks.slack.com/x -d '{"text":"drop table users"}'"#, false);
    check(
        "http POST https://backboard.railway.app/graphql/v2 query='mutation { volumeDelete(volumeId: \"a\") }'",
        true,
    );
    check("http POST https://api.acme.io/notes body='drop table users'", false);
    check(r#"http :8080/v2/query type=run_sql args:='{"sql":"DROP TABLE users"}'"#, true);
    check("xh :8931/mcp method=tools/call params[name]=query params[arguments][sql]='TRUNCATE users'", true);
    check("xh :8931/mcp method=tools/call params[name]=query params[arguments][sql]='select 1'", false);
    check(r#"curl :8080/v1/metadata -d '{"type": "clear_metadata", "args": {}}'"#, true);
    check(r#"curl :8080/v1/metadata -d '{"type": "export_metadata", "args": {}}'"#, false);
    check("gq http://h:8080/v1/graphql -q 'mutation { delete_users(where: {}) { affected_rows } }'", true);
    check("gq http://h:8080/v1/other -q 'mutation { delete_users(where: {}) { affected_rows } }'", false);
}

#[test]
fn a_file_that_is_sent_is_what_the_program_is_fed() {
    let fed = Fed::Text("TRUNCATE TABLE events".to_owned());
    let check = |line: &str, expected: bool| {
        let words: Vec<Word> = shell_words::split(line).unwrap().iter().map(|word| Word::sure(word)).collect();
        assert_eq!(why_destructive(&words[0].text, &words[1..], &fed).is_some(), expected, "{line}");
    };
    check("curl -d @q.sql http://ch:8123/", true);
    check("curl --data-urlencode query@q.sql http://ch:8123/", true);
    check("curl -T q.sql http://ch:8123/", true);
    check("wget --post-file=q.sql http://ch:8123/", true);
    check("http POST ch:8123 @q.sql", true);
    check("curl -T q.sql https://files.example.com/", false);
    check("curl -F f=@q.sql https://files.example.com/", false);
    check("http -f POST https://files.example.com/ f@q.sql", false);
}
