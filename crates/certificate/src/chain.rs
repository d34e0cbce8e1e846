//! What a chain is: the certificates on it, how each step was decided, where it ends. `path_builder` finds it.

use super::x509::Certificate;

/// The ground on which a step was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The signature is good.
    Signature,
    /// The names fit, key identifiers do not contradict, and the signature could not be checked.
    Names,
}

/// The part that a certificate of the bundle plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The server's own.
    Leaf,
    /// An authority between leaf and root.
    Intermediate,
    /// A self-signed root on the chain.
    Root,
    /// Another way up (cross-signed), which the chain does not need.
    Alternative,
    /// An authority above a gap in the chain.
    BeyondGap,
    /// No part of the chain.
    Stray,
    /// A repetition of an earlier certificate, by position from 0.
    Duplicate(usize),
}

impl Role {
    /// Returns the word for it, stable for conditions of rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Leaf => "leaf",
            Role::Intermediate => "intermediate",
            Role::Root => "root",
            Role::Alternative => "alternative",
            Role::BeyondGap => "beyond-gap",
            Role::Stray => "stray",
            Role::Duplicate(_) => "duplicate",
        }
    }
}

/// The end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At a root in public use.
    PublicRoot,
    /// At a root that was given.
    GivenRoot,
    /// At a self-signed root in the bundle, which is not in public use.
    BundledRoot,
    /// The leaf signed itself.
    SelfSigned,
    /// At the leaf, whose issuer is not there.
    LeafAlone,
    /// Below a certificate that is missing, while others further up are there.
    Gap,
    /// At an intermediate whose issuer is not known.
    UnknownIssuer,
}

impl End {
    /// Says how good an end it is; 0 where the chain breaks off.
    pub(super) fn rank(self) -> u8 {
        match self {
            End::GivenRoot => 3,
            End::PublicRoot => 2,
            End::BundledRoot | End::SelfSigned => 1,
            _ => 0,
        }
    }
}

/// A chain: from the server's own certificate up to a root, or to where it breaks off.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Positions in the bundle, leaf first; the root last where it is in the bundle.
    pub path: Vec<usize>,
    /// The ground of each step: from the first to the second certificate, and so on; then the step to a root outside
    /// the bundle, if there is one.
    pub proofs: Vec<Proof>,
    /// The end.
    pub end: End,
    /// The part of each certificate of the bundle.
    pub roles: Vec<Role>,
    /// True where the bundle has the chain's certificates leaf first, each followed by its issuer.
    pub in_order: bool,
    /// Another certificate of an issuer's name stands before the one that leads to the root: clients that follow the first
    /// one they find (OpenSSL, and with it Node.js) do not come to the root.
    pub misleading: bool,
    /// A certificate of the missing issuer's name is in the bundle (by position from 0), and its key did not sign.
    pub namesake: Option<usize>,
}

impl Chain {
    /// Returns the leaf's position.
    pub fn leaf(&self) -> usize {
        self.path.first().copied().unwrap_or_default()
    }

    /// Returns the position of the last certificate of the chain that is in the bundle.
    pub fn last(&self) -> usize {
        self.path.last().copied().unwrap_or_default()
    }

    /// Tells whether every step was decided by a signature.
    pub fn by_signatures(&self) -> bool {
        self.proofs.iter().all(|proof| *proof == Proof::Signature)
    }
}

/// The input of a chain: certificates, roots and the time.
#[derive(Clone, Copy)]
pub struct Bundle<'a> {
    /// The certificates in the order of the file.
    pub certificates: &'a [Certificate],
    /// Roots of private authorities.
    pub given: &'a [Certificate],
    /// The time, in seconds since 1970; decides only between several ways up.
    pub now: Option<i64>,
}
