//! What is said of an outcome, with all of its evidence and as JSON.

use super::tests::{TO_PROD, world};
use crate::domain::guard::report;

#[test]
fn explains_with_every_piece_of_evidence() {
    let text = world().proxy(TO_PROD).run("npx prisma migrate dev", report::explained);
    let expected = "blocked: prisma migrate dev would write to prod, although dev is selected
  class: destructive, since it applies pending migrations before it asks anything, and older versions offer to reset
  DATABASE_URL: postgresql://postgres:•••@127.0.0.1:5433/nexus_db (exported by nexus-env)
    listener says prod (protected): nexus-enterprise-480610:us-central1:nexusprod-v2 (cloud-sql-proxy, pid 4242, port 5433)
    stored says dev: dev (the URL stored for dev)
    selection says dev: dev (in this shell)
  instead: nexus-env proxy up -e dev --switch, which stops that tunnel and starts dev's
  instead: to apply committed migrations to prod: nexus-env migrate deploy -e prod
";
    assert_eq!(text, expected);
}

#[test]
fn answers_in_json() {
    let value = world().proxy(TO_PROD).run("npx prisma migrate dev", report::as_json);
    assert_eq!((&value["verdict"], &value["exit"]), (&"block".into(), &3.into()));
    assert_eq!(value["reason"], "disagreement");
    assert_eq!(value["environment"], "prod");
    let evidence = &value["commands"][0]["targets"][0]["evidence"][0];
    assert_eq!(evidence["source"], "listener");
    assert_eq!(evidence["environment"], "prod");
    assert_eq!(evidence["protected"], true);
}
