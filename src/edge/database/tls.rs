//! TLS as a URL demands it: libpq's `sslmode` with its files, and Prisma's `sslaccept`. It sends nothing of the URL.

use std::io::{Read, Write};
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme, StreamOwned,
};

use super::wire::{Stream, Wire, silence};
use crate::domain::target::server::{Distrust, Silence};
use crate::domain::target::url::DatabaseUrl;

/// Whether there is to be TLS at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    Never,
    IfRefused,
    IfOffered,
    Always,
}

/// What is asked of the server's certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trust {
    Anyone,
    /// Somebody who is trusted vouches for it.
    Vouched,
    /// And it is for this host.
    Named,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Tls {
    pub demand: Demand,
    trust: Trust,
    /// The file of whoever vouches, and the parameter that names it; the system's own where there is none.
    roots: Option<(&'static str, String)>,
    /// The client's certificate and its key.
    own: Option<(String, String)>,
}

impl Tls {
    /// libpq's rules (manual, 34.19), then Prisma's: its `sslaccept=strict` checks all, and its `sslcert` is the file of
    /// whoever vouches, where libpq's is the client's own and comes with `sslkey`.
    pub fn of(url: &DatabaseUrl) -> Tls {
        let parameter = |name: &str| url.parameter(name).filter(|value| !value.is_empty());
        let (demand, mut trust) = match (parameter("sslmode").as_deref(), parameter("ssl").as_deref()) {
            (Some("disable"), _) => (Demand::Never, Trust::Anyone),
            (Some("allow"), _) => (Demand::IfRefused, Trust::Anyone),
            (Some("prefer"), _) => (Demand::IfOffered, Trust::Anyone),
            (Some("verify-ca"), _) => (Demand::Always, Trust::Vouched),
            (Some("verify-full"), _) => (Demand::Always, Trust::Named),
            // `require`, and the words of other clients that mean it.
            (Some(_), _) | (None, Some("true" | "1")) => (Demand::Always, Trust::Anyone),
            (None, _) => (Demand::IfOffered, Trust::Anyone),
        };
        let own = parameter("sslcert").zip(parameter("sslkey"));
        let roots = match (parameter("sslrootcert"), parameter("sslcert")) {
            (Some(file), _) => Some(("sslrootcert", file)),
            (None, Some(file)) if own.is_none() => Some(("sslcert", file)),
            (None, Some(_) | None) => None,
        };
        if trust == Trust::Anyone && demand == Demand::Always && parameter("sslrootcert").is_some() {
            trust = Trust::Vouched;
        }
        if parameter("sslaccept").as_deref() == Some("strict") {
            trust = Trust::Named;
        }
        let roots = roots.filter(|(_, file)| !(file == "system" && trust != Trust::Anyone));
        Tls { demand, trust, roots, own }
    }

    /// Asks for TLS and shakes hands. A server without it says so, which is enough where it was only hoped for.
    pub fn start(&self, mut wire: Wire, host: &str) -> Result<Box<dyn Stream>, Silence> {
        let mut bytes = BytesMut::new();
        frontend::ssl_request(&mut bytes);
        wire.write_all(&bytes).map_err(|error| silence(&error))?;
        let mut answer = [0];
        wire.read_exact(&mut answer).map_err(|error| silence(&error))?;
        match (answer, self.demand) {
            ([b'S'], _) => {}
            ([b'N'], Demand::IfOffered | Demand::IfRefused | Demand::Never) => return Ok(Box::new(wire)),
            ([b'N'], Demand::Always) => return Err(Silence::NoTls),
            (_, _) => return Err(Silence::NotPostgreSql),
        }
        let config = Arc::new(self.config()?);
        // Without a name that a certificate can have, none is checked and none is sent.
        let name = ServerName::try_from(host.to_owned());
        let name = match (name, self.trust) {
            (Ok(name), _) => name,
            (Err(_), Trust::Named) => return Err(Silence::TlsUntrusted(Distrust::Name)),
            (Err(_), Trust::Anyone | Trust::Vouched) => {
                ServerName::IpAddress(std::net::IpAddr::from([127, 0, 0, 1]).into())
            }
        };
        let connection = ClientConnection::new(config, name).map_err(|_| Silence::TlsBroken)?;
        let mut stream = StreamOwned::new(connection, wire);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| broken(&error))?;
        }
        Ok(Box::new(stream))
    }

    fn config(&self) -> Result<ClientConfig, Silence> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier { trust: self.trust, roots: Vec::new(), chain: None };
        let verifier = match self.trust {
            Trust::Anyone => verifier,
            Trust::Vouched | Trust::Named => {
                let roots = self.roots()?;
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(roots.iter().cloned());
                let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone()).build();
                let parameter = self.roots.as_ref().map_or("sslrootcert", |(parameter, _)| parameter);
                Verifier { roots, chain: Some(chain.map_err(|_| Silence::Unusable(parameter))?), ..verifier }
            }
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Silence::TlsBroken)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let Some((certificate, key)) = &self.own else { return Ok(config.with_no_client_auth()) };
        let chain = certificates(certificate).ok_or(Silence::Unusable("sslcert"))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|_| Silence::Unusable("sslkey"))?;
        config.with_client_auth_cert(chain, key).map_err(|_| Silence::Unusable("sslkey"))
    }

    fn roots(&self) -> Result<Vec<CertificateDer<'static>>, Silence> {
        // Where the systems keep them: Debian, Fedora, openSUSE, Alpine and macOS.
        const SYSTEM: &[&str] = &[
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ];
        match &self.roots {
            Some((parameter, file)) => certificates(file).ok_or(Silence::Unusable(parameter)),
            None => SYSTEM.iter().find_map(|file| certificates(file)).ok_or(Silence::Unusable("sslrootcert")),
        }
    }
}

/// The certificates of a PEM file; `None` where there is none.
fn certificates(file: &str) -> Option<Vec<CertificateDer<'static>>> {
    let all: Vec<_> = CertificateDer::pem_file_iter(file).ok()?.filter_map(Result::ok).collect();
    (!all.is_empty()).then_some(all)
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    roots: Vec<CertificateDer<'static>>,
    /// `None` where anyone is trusted.
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        // A server's own self-made certificate as the root: OpenSSL, and so libpq, takes it.
        if self.roots.iter().any(|root| root == certificate) {
            return match self.trust {
                Trust::Anyone | Trust::Vouched => Ok(ServerCertVerified::assertion()),
                Trust::Named => verify_server_name(&ParsedCertificate::try_from(certificate)?, name)
                    .map(|()| ServerCertVerified::assertion()),
            };
        }
        match (chain.verify_server_cert(certificate, between, name, ocsp, now), self.trust) {
            // The name is looked at last, when all else is well.
            (Err(Error::InvalidCertificate(CertificateError::NotValidForName)), Trust::Vouched)
            | (Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. })), Trust::Vouched) => {
                Ok(ServerCertVerified::assertion())
            }
            (other, _) => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &self.chain {
            Some(chain) => chain.verify_tls12_signature(message, certificate, signed),
            None => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &self.chain {
            Some(chain) => chain.verify_tls13_signature(message, certificate, signed),
            None => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider_schemes(&ring::default_provider())
    }
}

fn provider_schemes(provider: &CryptoProvider) -> Vec<SignatureScheme> {
    provider.signature_verification_algorithms.supported_schemes()
}

/// What a failed handshake means.
fn broken(error: &std::io::Error) -> Silence {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return match silence(error) {
            Silence::HungUp => Silence::TlsBroken,
            other => other,
        };
    };
    match tls {
        Error::InvalidCertificate(why) => Silence::TlsUntrusted(match why {
            CertificateError::UnknownIssuer => Distrust::Issuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Distrust::Name,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Distrust::Time,
            _ => Distrust::Other,
        }),
        Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate) => {
            Silence::CertificateWanted
        }
        _ => Silence::TlsBroken,
    }
}
