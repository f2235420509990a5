//! Which sockets listened on the ports of a shell's database URLs when it was loaded, as the one word that the shell
//! keeps and hands to the guard: where it is another one now, what the shell holds is to be looked at anew. Pure.

use std::fmt;

/// The ports that were looked at, each with the kernel's numbers for the sockets that listen there. None means that
/// nothing was looked at, so that nothing can have changed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holders(Vec<(u16, Vec<u64>)>);

impl Holders {
    /// Each port once, in order.
    pub fn of(ports: impl IntoIterator<Item = u16>, sockets: impl Fn(u16) -> Vec<u64>) -> Self {
        let mut ports: Vec<u16> = ports.into_iter().collect();
        ports.sort_unstable();
        ports.dedup();
        let with_sockets = |port| {
            let mut sockets = sockets(port);
            sockets.sort_unstable();
            (port, sockets)
        };
        Holders(ports.into_iter().map(with_sockets).collect())
    }

    pub fn ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().map(|(port, _)| *port)
    }

    /// `None` for anything but what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let one = |part: &str| {
            let (port, sockets) = part.split_once('=')?;
            let sockets = sockets.split('+').filter(|socket| !socket.is_empty());
            Some((port.parse().ok()?, sockets.map(str::parse).collect::<Result<_, _>>().ok()?))
        };
        text.split(',').filter(|part| !part.is_empty()).map(one).collect::<Option<_>>().map(Holders)
    }
}

/// `5433=81234+81235,5434=`: digits and `=+,` only, so that no shell reads anything into it.
impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (port, sockets)) in self.0.iter().enumerate() {
            let sockets: Vec<String> = sockets.iter().map(u64::to_string).collect();
            write!(f, "{}{port}={}", if at == 0 { "" } else { "," }, sockets.join("+"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_keeps_reads_back_as_it_was() {
        let sockets = |port: u16| if port == 5433 { vec![9, 7] } else { Vec::new() };
        for (ports, written) in
            [(&[][..], ""), (&[5433], "5433=7+9"), (&[5434, 5433, 5434], "5433=7+9,5434="), (&[1], "1=")]
        {
            let holders = Holders::of(ports.iter().copied(), sockets);
            assert_eq!(holders.to_string(), written);
            assert_eq!(Holders::parse(written), Some(holders));
        }
        for damaged in ["5433", "x=1", "5433=a", "70000=1", "5433=1;5434=2"] {
            assert_eq!(Holders::parse(damaged), None, "{damaged}");
        }
    }
}
