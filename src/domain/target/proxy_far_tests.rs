//! Where relays of other kinds than Google's proxies lead.

use super::tests::{check, check_with, process, tcp, told};
use super::*;

#[test]
fn ssh_leads_to_the_host_and_port_of_its_forward() {
    let far = "ssh to bastion → db:5432";
    check("ssh -L 5433:db:5432 bastion", 5433, &[far]);
    check("/usr/bin/ssh -fNL 5433:db:5432 me@bastion", 5433, &[far]);
    check("ssh -NTL5433:db:5432 -p 2222 -i key bastion", 5433, &[far]);
    check("ssh -o ServerAliveInterval=5 -oLocalForward='5433 db:5432' bastion", 5433, &[far]);
    check("ssh -o 'localforward 127.0.0.1:5433 db:5432' bastion", 5433, &[far]);
    check("ssh bastion -N -L 5433:db:5432", 5433, &[far]);
    check("ssh -N -L 5433:db:5432 ssh://me@bastion:2222", 5433, &[far]);
    check("ssh -J jump -L 127.0.0.1:5433:db:5432 bastion", 5433, &[far]);
    check("ssh -L localhost:5433:db:5432 bastion", 5433, &[far]);
    check("ssh -L '*:5433:db:5432' bastion", 5433, &[far]);
    check("ssh -L 5432:a:5432 -L 5433:db:5432 bastion", 5433, &[far]);
    check("ssh -L '[::1]:5433:db:5432' bastion", 5433, &[]);
    check_with("ssh -L '[::1]:5433:db:5432' bastion", &[], &tcp("::1", 5433), &[far]);
    check("ssh -L '5433:[2001:db8::1]:5432' bastion", 5433, &["ssh to bastion → [2001:db8::1]:5432"]);
    check("ssh -L 5433:localhost:5432 bastion", 5433, &["ssh to bastion → localhost:5432"]);
    check(
        "ssh -L 5433:/run/postgresql/.s.PGSQL.5432 bastion",
        5433,
        &["ssh to bastion → /run/postgresql/.s.PGSQL.5432"],
    );
    check("autossh -M 0 -f -N -L 5433:db:5432 bastion", 5433, &[far]);
    check("autossh -M 20000 -L 5433:db:5432 bastion", 5433, &[far]);
    check("ssh -D 5433 bastion", 5433, &[]);
    check("ssh -R 5433:db:5432 bastion", 5433, &[]);
    check("ssh bastion psql -L 5433:db:5432", 5433, &[]);
    check("sshd -L 5433:db:5432 bastion", 5433, &[]);
    check_with("ssh -L /tmp/s/.s.PGSQL.5432:db:5432 bastion", &[], &Door::Unix("/tmp/s/.s.PGSQL.5432".into()), &[far]);
    let shared = Process { argv: vec!["ssh: /home/me/.ssh/control [mux]".to_owned()], ..process("ssh", &[]) };
    assert_eq!(leads(&shared, None).unwrap(), Serves { known: vec![], more: More::Perhaps });
}

#[test]
fn what_a_machine_calls_itself_is_that_machine() {
    let place = |line: &str| {
        let far = leads(&process(line, &[]), None).unwrap().known[0].far.clone();
        (far.place.map(|place| shown(&place)).unwrap_or_default(), far.side)
    };
    assert_eq!(place("ssh -L 1:localhost:5432 me@db.prod"), ("db.prod:5432".to_owned(), Side::There));
    assert_eq!(place("ssh -L 1:127.0.0.1:5432 db.prod"), ("db.prod:5432".to_owned(), Side::There));
    assert_eq!(place("ssh -L 1:localhost:5432 localhost"), ("localhost:5432".to_owned(), Side::Here));
    assert_eq!(place("ssh -L 1:other:5432 db.prod"), ("other:5432".to_owned(), Side::There));
    assert_eq!(place("ssh -L 1:/run/s db.prod"), (String::new(), Side::There));
}

#[test]
fn kubectl_leads_to_an_object_that_is_certain_with_its_context_alone() {
    check("kubectl port-forward svc/pg 5433:5432", 5433, &["kubectl to svc/pg:5432"]);
    check("kubectl port-forward -n data service/pg 5433:5432", 5433, &["kubectl to data/svc/pg:5432"]);
    check("kubectl --context=prod -ndata port-forward pg-0 5433:5432", 5433, &["kubectl to prod/data/pod/pg-0:5432"]);
    check("kubectl port-forward pods/pg-0 5432", 5432, &["kubectl to pod/pg-0:5432"]);
    check("kubectl port-forward svc/pg :5432", 41234, &["kubectl to svc/pg:5432"]);
    check("kubectl port-forward svc/pg 1:2 5433:5432", 5433, &["kubectl to svc/pg:5432"]);
    check("oc port-forward --address 10.0.0.9,localhost svc/pg 5433:5432", 5433, &["kubectl to svc/pg:5432"]);
    check("minikube kubectl -- port-forward svc/pg 5433:5432", 5433, &["kubectl to svc/pg:5432"]);
    check(
        "kubectl --kubeconfig k port-forward --pod-running-timeout 1m svc/pg 5433:pg",
        5433,
        &["kubectl to svc/pg:pg"],
    );
    check("kubectl get pods 5433:5432", 5433, &[]);
    let far = |line: &str| leads(&process(line, &[]), None).unwrap().known[0].far.clone();
    let without = far("kubectl -n data port-forward svc/pg 5433:5432");
    assert_eq!(without.names, [""; 0]);
    assert_eq!(without.perhaps, ["data/svc/pg:5432", "data/svc/pg", "svc/pg:5432", "svc/pg"]);
    let with = far("kubectl --context prod -n data port-forward svc/pg 5433:5432");
    assert_eq!(with.names, ["prod/data/svc/pg:5432", "prod/data/svc/pg"]);
}

#[test]
fn other_relays_name_what_they_lead_to() {
    let iap = "python3 /opt/google-cloud-sdk/lib/gcloud.py compute start-iap-tunnel db-1 5432 --zone z";
    check(&format!("{iap} --local-host-port=localhost:5433"), 5433, &["iap tunnel to db-1:5432"]);
    check(&format!("{iap} --project x --local-host-port=:5433"), 5433, &["iap tunnel to x:db-1:5432"]);
    check("gcloud --project=x compute start-iap-tunnel db-1 5432", 41234, &["iap tunnel to x:db-1:5432"]);
    check("gcloud sql connect db-1", 9470, &[]);
    check("fly proxy 5433:5432 -a app-db", 5433, &["fly to app-db:5432"]);
    check("flyctl proxy -a=app-db 5433:5432 db.internal", 5433, &["fly to app-db/db.internal:5432"]);
    check("fly proxy 5433:5432", 5433, &[]);
    check("socat TCP-LISTEN:5433,fork,reuseaddr TCP:db.prod:5432", 5433, &["socat to db.prod:5432"]);
    check("socat -d -d tcp4-l:5433,bind=127.0.0.1 tcp-connect:db.prod:5432", 5433, &["socat to db.prod:5432"]);
    check("socat TCP6-LISTEN:5433,fork TCP6:[2001:db8::1]:5432", 5433, &["socat to [2001:db8::1]:5432"]);
    check("socat TCP-LISTEN:5433,fork UNIX-CONNECT:/run/s", 5433, &["socat to /run/s"]);
    check("socat TCP-LISTEN:5433,fork EXEC:'ssh prod nc db 5432'", 5433, &[]);
    check("socat UDP-LISTEN:5433 TCP:x:1", 5433, &[]);
}

#[test]
fn a_session_of_aws_ssm_names_its_target_and_never_its_token() {
    let plugin = |parameters: &str| {
        let argv =
            ["session-manager-plugin", r#"{"SessionId":"s","TokenValue":"s3cr3t"}"#, "eu-west-1", "StartSession", ""];
        let mut argv = argv.map(str::to_owned).to_vec();
        argv.push(parameters.to_owned());
        argv.push("https://ssm.eu-west-1.amazonaws.com".to_owned());
        Process { program: "session-manager-plugin".to_owned(), argv, ..Process::default() }
    };
    let remote = plugin(
        r#"{"Target":"i-0abc","DocumentName":"AWS-StartPortForwardingSessionToRemoteHost","Parameters":{"host":["db.prod"],"portNumber":["5432"],"localPortNumber":["5433"]}}"#,
    );
    let serves = leads(&remote, None).unwrap();
    assert_eq!(told(&serves, &tcp("127.0.0.1", 5433)), ["aws ssm to i-0abc → db.prod:5432"]);
    let own = plugin(r#"{"Target":"i-0abc","Parameters":{"portNumber":["5432"],"localPortNumber":["5433"]}}"#);
    let serves = leads(&own, None).unwrap();
    assert_eq!(told(&serves, &tcp("127.0.0.1", 5433)), ["aws ssm to i-0abc:5432"]);
    assert!(!format!("{serves:?}").contains("s3cr3t"));
    assert_eq!(leads(&plugin("{}"), None).unwrap().more, More::Perhaps);
}
