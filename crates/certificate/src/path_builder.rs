//! The chain: from the leaf up to a root, or to where it breaks off.
//!
//! Who signed whom is decided by signatures where they can be checked, by names and key identifiers otherwise, and each
//! step says which. A name may have several certificates (a cross-signed authority): every way up is followed, and the
//! best one is the chain: one that ends at a root that is known, of certificates that are valid, in the order of the file.
//!
//! All work is bounded: [`MAX_DEPTH`] steps up, [`MAX_STEPS`] in all, [`MAX_CHECKS`] signatures.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::chain::{Bundle, Chain, End, Proof, Role};
use super::roots;
use super::signature::{Checked, check};
use super::x509::Certificate;

/// The longest chain that is followed (OpenSSL's own limit is 100; chains in use have at most 5).
pub(crate) const MAX_DEPTH: usize = 12;

/// Number of steps that are taken in all: cross-signed authorities can make the number of ways grow without bound.
pub(crate) const MAX_STEPS: usize = 4_000;

/// Number of signatures that are checked; what comes after is decided by names.
pub(crate) const MAX_CHECKS: usize = 300;

/// Builds the chain; `None` for no certificates. `is_key_of` says whose private key is there.
pub(crate) fn build(bundle: Bundle<'_>, is_key_of: impl Fn(&Certificate) -> bool) -> Option<Chain> {
    let search = Search {
        bundle,
        steps: Cell::new(0),
        checks: Cell::new(0),
        known: RefCell::default(),
        issuers: RefCell::default(),
        anchors: RefCell::default(),
    };
    let leaf = search.leaf(is_key_of)?;
    let mut best: Option<Candidate> = None;
    search.follow(&mut vec![leaf], &mut Vec::new(), &mut best);
    let best = best?;
    Some(search.chain(best))
}

/// One way up from the leaf.
struct Candidate {
    path: Vec<usize>,
    proofs: Vec<Proof>,
    end: End,
    /// Higher is better.
    score: (u8, usize, bool, usize),
}

struct Search<'a> {
    bundle: Bundle<'a>,
    steps: Cell<usize>,
    checks: Cell<usize>,
    /// Signatures looked at: child, issuer.
    known: RefCell<HashMap<(usize, usize), Checked>>,
    /// Issuers found in the bundle, and the root outside of it, by position.
    issuers: RefCell<HashMap<usize, Vec<(usize, Proof)>>>,
    anchors: RefCell<HashMap<usize, Anchor>>,
}

/// The root outside the bundle that a certificate leads to, and how that was decided (not at all where it is that root).
type Anchor = Option<(End, Option<Proof>)>;

impl<'a> Search<'a> {
    fn get(&self, position: usize) -> Option<&'a Certificate> {
        self.bundle.certificates.get(position)
    }

    fn all(&self) -> impl Iterator<Item = (usize, &'a Certificate)> {
        self.bundle.certificates.iter().enumerate()
    }

    /// Finds an earlier, identical certificate.
    fn duplicate_of(&self, position: usize) -> Option<usize> {
        let own = self.get(position)?;
        self.all()
            .take(position)
            .find(|(_, other)| own.same(other))
            .map(|(earlier, _)| earlier)
    }

    /// Finds the server's own certificate: the one whose private key is there, else the first that is no authority's, else the
    /// first that signed no other.
    fn leaf(&self, is_key_of: impl Fn(&Certificate) -> bool) -> Option<usize> {
        let signs_another = |position: usize, certificate: &Certificate| {
            self.all().any(|(other, child)| {
                other != position
                    && !child.same(certificate)
                    && child.issuer.same(&certificate.subject)
            })
        };
        let server = |position: usize, certificate: &Certificate| {
            certificate.authority != Some(true) && !signs_another(position, certificate)
        };
        let mut servers = self
            .all()
            .filter(|(position, certificate)| server(*position, certificate))
            .peekable();
        if let Some((first, _)) = servers.peek().copied() {
            let with_key = servers.find(|(_, certificate)| is_key_of(certificate));
            return Some(with_key.map_or(first, |(position, _)| position));
        }
        let with_key = self.all().find(|(_, certificate)| is_key_of(certificate));
        let lowest = self
            .all()
            .find(|(position, certificate)| !signs_another(*position, certificate));
        with_key
            .or(lowest)
            .or(self.all().next())
            .map(|(position, _)| position)
    }

    /// Checks whether the key of one certificate signed another; names must fit already.
    fn signed(&self, child: usize, issuer: usize) -> Checked {
        if let Some(known) = self.known.borrow().get(&(child, issuer)) {
            return *known;
        }
        let checked = match (self.get(child), self.get(issuer)) {
            (Some(child), Some(issuer)) => self.check(child, issuer),
            _ => Checked::Unchecked,
        };
        self.known.borrow_mut().insert((child, issuer), checked);
        checked
    }

    fn check(&self, child: &Certificate, issuer: &Certificate) -> Checked {
        if self.checks.get() >= MAX_CHECKS {
            return Checked::Unchecked;
        }
        self.checks.set(self.checks.get() + 1);
        check(child, &issuer.key)
    }

    /// Finds the certificates of the bundle that issued one, each with how that was decided.
    fn issuers(&self, child: usize) -> Vec<(usize, Proof)> {
        if let Some(known) = self.issuers.borrow().get(&child) {
            return known.clone();
        }
        let found = self.find_issuers(child);
        self.issuers.borrow_mut().insert(child, found.clone());
        found
    }

    fn find_issuers(&self, child: usize) -> Vec<(usize, Proof)> {
        let Some(certificate) = self.get(child) else {
            return Vec::new();
        };
        self.all()
            .filter(|(position, issuer)| {
                *position != child
                    && self.duplicate_of(*position).is_none()
                    && certificate.issuer.same(&issuer.subject)
                    && issuer.may_issue()
                    && !issuer.same(certificate)
            })
            .filter_map(|(position, issuer)| match self.signed(child, position) {
                Checked::Good => Some((position, Proof::Signature)),
                Checked::Unchecked if identifiers_agree(certificate, issuer) => {
                    Some((position, Proof::Names))
                }
                _ => None,
            })
            .collect()
    }

    /// Tells whether a certificate signed itself.
    fn is_self_signed(&self, position: usize) -> bool {
        self.get(position).is_some_and(|certificate| {
            certificate.names_itself() && self.signed(position, position) != Checked::Bad
        })
    }

    /// Finds the root outside the bundle that a certificate leads to, or that it is itself.
    fn anchor(&self, position: usize) -> Anchor {
        if let Some(known) = self.anchors.borrow().get(&position) {
            return *known;
        }
        let found = self.find_anchor(position);
        self.anchors.borrow_mut().insert(position, found);
        found
    }

    fn find_anchor(&self, position: usize) -> Anchor {
        let certificate = self.get(position)?;
        let mut by_names = None;
        for root in self.bundle.given {
            let is_it = root.subject.same(&certificate.subject) && root.key.same(&certificate.key);
            if is_it {
                return Some((End::GivenRoot, None));
            }
            if !certificate.issuer.same(&root.subject) || !root.may_issue() {
                continue;
            }
            match self.check(certificate, root) {
                Checked::Good => return Some((End::GivenRoot, Some(Proof::Signature))),
                Checked::Unchecked if identifiers_agree(certificate, root) => {
                    by_names = Some((End::GivenRoot, Some(Proof::Names)));
                }
                _ => {}
            }
        }
        if by_names.is_some() {
            return by_names;
        }
        if roots::is_root(certificate) {
            return Some((End::PublicRoot, None));
        }
        roots::issuer_of(certificate).map(|proof| (End::PublicRoot, Some(proof)))
    }

    /// Follows every way up from the last certificate of `path`, and keeps the best.
    fn follow(&self, path: &mut Vec<usize>, proofs: &mut Vec<Proof>, best: &mut Option<Candidate>) {
        let Some(&last) = path.last() else { return };
        self.steps.set(self.steps.get() + 1);
        if let Some((end, proof)) = self.anchor(last) {
            let mut proofs = proofs.clone();
            proofs.extend(proof);
            self.keep(path.clone(), proofs, end, best);
        } else if self.is_self_signed(last) {
            let end = if path.len() == 1 {
                End::SelfSigned
            } else {
                End::BundledRoot
            };
            self.keep(path.clone(), proofs.clone(), end, best);
        }
        let mut is_end = true;
        if path.len() < MAX_DEPTH {
            for (issuer, proof) in self.issuers(last) {
                if path.contains(&issuer) || self.steps.get() >= MAX_STEPS {
                    continue;
                }
                is_end = false;
                path.push(issuer);
                proofs.push(proof);
                self.follow(path, proofs, best);
                path.pop();
                proofs.pop();
            }
        }
        if is_end {
            let end = if path.len() == 1 {
                End::LeafAlone
            } else {
                End::UnknownIssuer
            };
            self.keep(path.clone(), proofs.clone(), end, best);
        }
    }

    fn keep(&self, path: Vec<usize>, proofs: Vec<Proof>, end: End, best: &mut Option<Candidate>) {
        let invalid = path
            .iter()
            .filter(|position| !self.is_valid(**position))
            .count();
        let ordered = path.is_sorted();
        // Without a root the longest way explains most; to a root the shortest is the one that clients take.
        let length = if end.rank() == 0 {
            path.len()
        } else {
            usize::MAX - path.len()
        };
        let score = (end.rank(), usize::MAX - invalid, ordered, length);
        if best.as_ref().is_none_or(|best| score > best.score) {
            *best = Some(Candidate {
                path,
                proofs,
                end,
                score,
            });
        }
    }

    fn chain(&self, best: Candidate) -> Chain {
        let Candidate {
            mut path,
            mut proofs,
            mut end,
            ..
        } = best;
        // The root may stand in the bundle although clients have it.
        let root = path.last().and_then(|last| {
            self.issuers(*last)
                .into_iter()
                .find(|(issuer, _)| self.is_self_signed(*issuer) && !path.contains(issuer))
        });
        if let Some((root, proof)) = root {
            proofs.truncate(path.len() - 1);
            path.push(root);
            proofs.push(proof);
        }
        let reachable = self.reachable(&path);
        let complete = end.rank() > 0;
        let mut roles: Vec<Role> = Vec::new();
        for (position, certificate) in self.all() {
            let place = path.iter().position(|at| *at == position);
            let role = match (place, self.duplicate_of(position)) {
                (Some(0), _) => Role::Leaf,
                (Some(_), _) if self.is_self_signed(position) => Role::Root,
                (Some(_), _) => Role::Intermediate,
                (None, Some(earlier)) => Role::Duplicate(earlier),
                (None, None) if reachable.contains(&position) => Role::Alternative,
                (None, None) if !complete && certificate.may_issue() && self.leads_up(position) => {
                    Role::BeyondGap
                }
                (None, None) => Role::Stray,
            };
            roles.push(role);
        }
        if end == End::UnknownIssuer && roles.contains(&Role::BeyondGap) {
            end = End::Gap;
        }
        let missing_issuer_of = (!complete)
            .then(|| path.last().and_then(|last| self.get(*last)))
            .flatten();
        let namesake = missing_issuer_of.and_then(|certificate| {
            self.all()
                .find(|(_, other)| {
                    certificate.issuer.same(&other.subject) && !other.same(certificate)
                })
                .map(|(position, _)| position)
        });
        // Duplicates and strays between the chain's certificates are findings of their own.
        let misleading = complete
            && path
                .first()
                .is_some_and(|leaf| !self.first_way_ends_well(*leaf));
        let in_order = path.is_sorted() && path.first() == Some(&0) && !misleading;
        Chain {
            path,
            proofs,
            end,
            roles,
            in_order,
            misleading,
            namesake,
        }
    }

    /// Tells whether OpenSSL's way up comes to a root: of several issuers it takes the first that is valid, and does not go back
    /// (crypto/x509/x509_vfy.c, `find_issuer`).
    fn first_way_ends_well(&self, leaf: usize) -> bool {
        let mut candidate = vec![leaf];
        while let Some(&last) = candidate.last() {
            if self.anchor(last).is_some() || self.is_self_signed(last) {
                return true;
            }
            let issuers: Vec<usize> = self
                .issuers(last)
                .into_iter()
                .map(|(issuer, _)| issuer)
                .filter(|issuer| !candidate.contains(issuer))
                .collect();
            let end_of = |position: usize| self.get(position).map(|issuer| issuer.not_after);
            let valid = issuers
                .iter()
                .find(|issuer| self.is_valid(**issuer))
                .or_else(|| issuers.iter().max_by_key(|issuer| end_of(**issuer)));
            match valid {
                Some(issuer) if candidate.len() < MAX_DEPTH => candidate.push(*issuer),
                _ => return false,
            }
        }
        false
    }

    /// Tells whether a certificate is valid now; it is where the time is not known.
    fn is_valid(&self, position: usize) -> bool {
        match (self.bundle.now, self.get(position)) {
            (Some(now), Some(certificate)) => {
                certificate.not_before <= now && now <= certificate.not_after
            }
            _ => true,
        }
    }

    /// Collects every certificate that a way up from those of `path` comes to.
    fn reachable(&self, path: &[usize]) -> Vec<usize> {
        let mut seen = path.to_vec();
        let mut next = 0;
        while let Some(at) = seen.get(next).copied() {
            for (issuer, _) in self.issuers(at) {
                if !seen.contains(&issuer) {
                    seen.push(issuer);
                }
            }
            next += 1;
        }
        seen
    }

    /// Tells whether a certificate leads to a root.
    fn leads_up(&self, position: usize) -> bool {
        self.reachable(&[position])
            .iter()
            .any(|at| self.is_self_signed(*at) || self.anchor(*at).is_some())
    }
}

/// Tells whether the child's authority key identifier may be the issuer's subject key identifier.
fn identifiers_agree(child: &Certificate, issuer: &Certificate) -> bool {
    match (&child.authority_key_id, &issuer.subject_key_id) {
        (Some(wanted), Some(own)) => wanted == own,
        _ => true,
    }
}
