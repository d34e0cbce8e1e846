//! Holds judgements on certificates against OpenSSL's.
//!
//! Chains are made with the `openssl` that is installed, in a folder of their own that goes when the test ends, and judged
//! twice: by `openssl verify`, `openssl x509 -checkhost` and `openssl pkey`, and by Portolan. Where there is no `openssl`, the
//! test says so and does nothing. All keys are made for each run and thrown away.

// Without the feature nothing is proved by signatures, and that is what is compared here.
#![cfg(feature = "verify")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use portolan_certificate::chain::{End, Role};
use portolan_certificate::encoding::Encoding;
use portolan_certificate::x509::Certificate;
use portolan_certificate::{InspectOptions, Inspection, inspect, inspect_key, read_certificates};

/// 2027-01-15, as in the rules' examples.
const NOW: i64 = 1_799_971_200;

/// Figures of the keys that `openssl genpkey` is asked for, each with the hash that signs.
const KINDS: [(&str, &[&str], &str); 8] = [
    ("rsa2048", &["RSA", "rsa_keygen_bits:2048"], "sha256"),
    ("rsa3072", &["RSA", "rsa_keygen_bits:3072"], "sha384"),
    ("rsa4096", &["RSA", "rsa_keygen_bits:4096"], "sha512"),
    ("p256", &["EC", "ec_paramgen_curve:P-256"], "sha256"),
    ("p384", &["EC", "ec_paramgen_curve:P-384"], "sha384"),
    ("p521", &["EC", "ec_paramgen_curve:P-521"], "sha512"),
    ("ed25519", &["ED25519"], "default"),
    ("rsa1024", &["RSA", "rsa_keygen_bits:1024"], "sha256"),
];

/// A folder with a private authority in it.
struct Bench {
    folder: PathBuf,
    keys: RefCell<Vec<String>>,
    checked: RefCell<usize>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Bench {
    /// `None` where there is no OpenSSL of a release that can do what is needed.
    fn new(name: &str) -> Option<Bench> {
        let version = Command::new("openssl").arg("version").output().ok()?;
        let text = String::from_utf8_lossy(&version.stdout).into_owned();
        if !text.starts_with("OpenSSL 1.1.1") && !text.starts_with("OpenSSL 3") {
            return None;
        }
        let folder = std::env::temp_dir().join(format!("portolan-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Some(Bench {
            folder,
            keys: RefCell::default(),
            checked: RefCell::default(),
        })
    }

    fn openssl(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.folder)
            .output()
            .unwrap();
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.success(), text)
    }

    fn must(&self, arguments: &[&str]) -> String {
        let (done, text) = self.openssl(arguments);
        assert!(done, "openssl {}: {text}", arguments.join(" "));
        text
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Makes a key once.
    fn key(&self, name: &str, algorithm: &[&str]) {
        if self.keys.borrow().iter().any(|made| made == name) {
            return;
        }
        let file = format!("{name}.key");
        let mut arguments = vec!["genpkey", "-algorithm", algorithm[0], "-out", &file];
        for option in &algorithm[1..] {
            arguments.extend(["-pkeyopt", option]);
        }
        self.must(&arguments);
        self.keys.borrow_mut().push(name.to_owned());
    }

    /// Makes a certificate for a key; without an issuer it signs itself.
    fn certificate(&self, wanted: &OutputSpec<'_>) -> String {
        let OutputSpec { name, .. } = *wanted;
        let file = |suffix: &str| format!("{name}.{suffix}");
        let config = format!(
            "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase={name}.db\nserial={name}.srl\npolicy=p\nunique_subject=no\n[p]\n\
             commonName=supplied\n[e]\n{}\n[req]\ndistinguished_name=n\nprompt=no\n[n]\nCN={}\n",
            wanted.extensions, wanted.subject
        );
        self.write(&file("cnf"), &config);
        self.write(&file("db"), "");
        let serial = format!(
            "{:016x}\n",
            0x1000_0000_0000 + self.keys.borrow().len() as u64 * 977 + name.len() as u64
        );
        self.write(&file("srl"), &serial);
        let key = format!("{}.key", wanted.key);
        let (config, request, out) = (file("cnf"), file("csr"), file("crt"));
        self.must(&[
            "req", "-new", "-key", &key, "-config", &config, "-out", &request,
        ]);
        let (issuer, issuer_key) = match wanted.issuer {
            Some((certificate, key)) => (format!("{certificate}.crt"), format!("{key}.key")),
            None => (String::new(), key.clone()),
        };
        let mut arguments = vec![
            "ca",
            "-batch",
            "-notext",
            "-config",
            &config,
            "-extensions",
            "e",
            "-md",
            wanted.hash,
            "-startdate",
            wanted.start,
            "-enddate",
            wanted.end,
            "-in",
            &request,
            "-out",
            &out,
            "-keyfile",
            &issuer_key,
        ];
        arguments.extend(wanted.options);
        if issuer.is_empty() {
            arguments.push("-selfsign");
        } else {
            arguments.extend(["-cert", &issuer]);
        }
        self.must(&arguments);
        self.read(&out)
    }

    /// Whether `openssl verify` accepts the first certificate of a bundle with the rest of it and the roots.
    fn verifies(&self, bundle: &str, roots: &str) -> bool {
        let certificates = blocks(bundle);
        self.write("v-leaf.pem", &certificates[0]);
        self.write("v-rest.pem", &certificates[1..].concat());
        self.write("v-roots.pem", roots);
        let now = NOW.to_string();
        let mut arguments = vec![
            "verify",
            "-no-CApath",
            "-no-CAstore",
            "-auth_level",
            "0",
            "-attime",
            &now,
            "-CAfile",
            "v-roots.pem",
        ];
        if certificates.len() > 1 {
            arguments.extend(["-untrusted", "v-rest.pem"]);
        }
        arguments.push("v-leaf.pem");
        self.openssl(&arguments).0
    }

    /// Compares Portolan's judgement of a chain with OpenSSL's.
    fn compare(&self, what: &str, bundle: &str, roots: &str) -> Inspection {
        let given: Vec<Certificate> = read_certificates(roots)
            .entries
            .into_iter()
            .map(|found| found.certificate)
            .collect();
        let asked = InspectOptions {
            given: &given,
            key: None,
            now: Some(NOW),
            most: None,
        };
        let inspection = inspect(bundle, Encoding::Plain, asked);
        assert!(
            inspection.reading.defects.is_empty(),
            "{what}: {:?}",
            inspection.reading.defects
        );
        let chain = inspection.chain.as_ref().unwrap();
        let valid = chain.path.iter().all(|position| {
            let certificate = inspection.at(*position).unwrap();
            certificate.not_before <= NOW && NOW <= certificate.not_after
        });
        let ours = chain.end == End::GivenRoot && valid && chain.leaf() == 0 && !chain.misleading;
        let theirs = self.verifies(bundle, roots);
        assert_eq!(ours, theirs, "{what}: {chain:?}");
        *self.checked.borrow_mut() += 1;
        inspection
    }
}

/// What a certificate is to be.
#[derive(Clone, Copy)]
struct OutputSpec<'a> {
    name: &'a str,
    subject: &'a str,
    key: &'a str,
    issuer: Option<(&'a str, &'a str)>,
    extensions: &'a str,
    hash: &'a str,
    options: &'a [&'a str],
    start: &'a str,
    end: &'a str,
}

const AUTHORITY: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash";
const SERVER: &str =
    "basicConstraints=CA:FALSE\nsubjectAltName=DNS:carto.acme.io,DNS:*.maps.acme.io,IP:10.0.0.1";

impl<'a> OutputSpec<'a> {
    fn authority(
        name: &'a str,
        subject: &'a str,
        key: &'a str,
        issuer: Option<(&'a str, &'a str)>,
        hash: &'a str,
    ) -> Self {
        OutputSpec {
            name,
            subject,
            key,
            issuer,
            extensions: AUTHORITY,
            hash,
            options: &[],
            start: "20260101000000Z",
            end: "20460101000000Z",
        }
    }

    fn server(
        name: &'a str,
        key: &'a str,
        issuer: Option<(&'a str, &'a str)>,
        hash: &'a str,
    ) -> Self {
        OutputSpec {
            extensions: SERVER,
            ..OutputSpec::authority(name, "carto.acme.io", key, issuer, hash)
        }
    }
}

/// The PEM blocks of a text, each with its line break.
fn blocks(text: &str) -> Vec<String> {
    read_certificates(text)
        .entries
        .iter()
        .map(|found| format!("{}\n", &text[found.range.clone()]))
        .collect()
}

fn skipped() {
    eprintln!("there is no usable `openssl` here: nothing was compared");
}

#[test]
fn chains_are_judged_as_openssl_judges_them() {
    let Some(bench) = Bench::new("chains") else {
        return skipped();
    };
    for (kind, algorithm, hash) in KINDS {
        for role in ["root", "inter", "leaf"] {
            // One RSA key of each size must do: making them takes seconds.
            let key = if kind.starts_with("rsa") && role == "inter" {
                continue;
            } else {
                format!("{kind}-{role}")
            };
            bench.key(&key, algorithm);
        }
        let (root_key, leaf_key) = (format!("{kind}-root"), format!("{kind}-leaf"));
        let inter_key = if kind.starts_with("rsa") {
            leaf_key.clone()
        } else {
            format!("{kind}-inter")
        };
        one_kind(&bench, kind, hash, [&root_key, &inter_key, &leaf_key]);
    }
    eprintln!("{} bundles were compared", bench.checked.borrow());
}

fn one_kind(bench: &Bench, kind: &str, hash: &str, [root_key, inter_key, leaf_key]: [&str; 3]) {
    let root = bench.certificate(&OutputSpec::authority(
        "root",
        "Acme Root",
        root_key,
        None,
        hash,
    ));
    let by_root = Some(("root", root_key));
    let inter = bench.certificate(&OutputSpec::authority(
        "inter",
        "Acme Issuing CA",
        inter_key,
        by_root,
        hash,
    ));
    let by_inter = Some(("inter", inter_key));
    let server = OutputSpec::server("leaf", leaf_key, by_inter, hash);
    let leaf = bench.certificate(&server);
    let expired = bench.certificate(&OutputSpec {
        name: "expired",
        end: "20261201000000Z",
        ..server
    });
    let future = bench.certificate(&OutputSpec {
        name: "future",
        start: "20270601000000Z",
        ..server
    });
    let own = bench.certificate(&OutputSpec {
        name: "own",
        issuer: None,
        ..server
    });
    let other = bench.certificate(&OutputSpec::authority(
        "other",
        "Umbrella Root",
        leaf_key,
        None,
        hash,
    ));
    // The same authority, signed by another root.
    let crossed = bench.certificate(&OutputSpec::authority(
        "crossed",
        "Acme Issuing CA",
        inter_key,
        Some(("other", leaf_key)),
        hash,
    ));
    // An authority of the same name with another key.
    let namesake = bench.certificate(&OutputSpec::authority(
        "namesake",
        "Acme Issuing CA",
        root_key,
        by_root,
        hash,
    ));

    let compare = |what: &str, bundle: &[&str], roots: &str| {
        bench.compare(&format!("{kind}: {what}"), &bundle.concat(), roots)
    };
    let end = |inspection: &Inspection| inspection.chain.as_ref().unwrap().end;
    let good = compare("whole", &[&leaf, &inter], &root);
    let chain = good.chain.as_ref().unwrap();
    // What ring does not check must not be called bad; everything else is proved.
    assert_eq!(chain.by_signatures(), kind != "p521", "{kind}");
    assert!(chain.in_order);
    assert_eq!(
        end(&compare("intermediate missing", &[&leaf], &root)),
        End::LeafAlone
    );
    assert_eq!(
        end(&compare("root not given", &[&leaf, &inter], &other)),
        End::UnknownIssuer
    );
    let with_root = compare("root included", &[&leaf, &inter, &root], &root);
    assert_eq!(
        with_root.chain.as_ref().unwrap().roles[2],
        Role::Root,
        "{kind}"
    );
    assert_eq!(
        end(&compare(
            "root without the intermediate",
            &[&leaf, &root],
            &root
        )),
        End::LeafAlone
    );
    let stray = compare("stray", &[&leaf, &inter, &other], &root);
    assert_eq!(
        stray.chain.as_ref().unwrap().roles[2],
        Role::Stray,
        "{kind}"
    );
    let twice = compare("twice", &[&leaf, &leaf, &inter], &root);
    assert_eq!(
        twice.chain.as_ref().unwrap().roles[1],
        Role::Duplicate(0),
        "{kind}"
    );
    compare("expired", &[&expired, &inter], &root);
    compare("not yet valid", &[&future, &inter], &root);
    compare("cross-signed, one root", &[&leaf, &crossed, &inter], &root);
    compare(
        "cross-signed, the other root",
        &[&leaf, &inter, &crossed],
        &other,
    );
    compare("cross-signed, no root", &[&leaf, &crossed], &root);
    assert_eq!(
        end(&compare("self-signed", &[&own], &root)),
        End::SelfSigned
    );
    compare("self-signed and trusted", &[&own], &own);
    if kind != "p521" {
        let foreign = compare(
            "an authority of that name with another key",
            &[&leaf, &namesake],
            &root,
        );
        assert!(foreign.chain.as_ref().unwrap().namesake.is_some(), "{kind}");
    }
    // OpenSSL takes the first certificate for the leaf; Portolan finds it, and says that the order is wrong.
    let swapped = [inter.as_str(), &leaf].concat();
    let inspection = inspect(&swapped, Encoding::Plain, InspectOptions::default());
    let chain = inspection.chain.unwrap();
    assert_eq!((chain.in_order, chain.path), (false, vec![1, 0]), "{kind}");
}

#[test]
fn a_signature_that_cannot_be_checked_is_never_called_bad() {
    let Some(bench) = Bench::new("odd") else {
        return skipped();
    };
    bench.key("rsa", KINDS[0].1);
    bench.key("small", KINDS[7].1);
    bench.key("p256", KINDS[3].1);
    let pss = |salt: &'static str| ["-sigopt", "rsa_padding_mode:pss", "-sigopt", salt];
    let (longest, usual) = (pss("rsa_pss_saltlen:max"), pss("rsa_pss_saltlen:digest"));
    let cases: [(&str, &str, &str, &[&str], bool); 7] = [
        (
            "RSA-PSS with the longest salt",
            "rsa",
            "sha256",
            &longest,
            false,
        ),
        ("RSA-PSS with the usual salt", "rsa", "sha256", &usual, true),
        ("RSA with SHA-1", "rsa", "sha1", &[], true),
        ("RSA with SHA-224", "rsa", "sha224", &[], false),
        (
            "a short RSA key with SHA-384",
            "small",
            "sha384",
            &[],
            false,
        ),
        ("a short RSA key with SHA-512", "small", "sha512", &[], true),
        ("ECDSA on P-256 with SHA-512", "p256", "sha512", &[], false),
    ];
    for (what, key, hash, options, checkable) in cases {
        let authority = OutputSpec::authority("root", "Acme Root", key, None, hash);
        let root = bench.certificate(&OutputSpec {
            options,
            ..authority
        });
        let by_root = Some(("root", key));
        let leaf = OutputSpec::server("leaf", "p256", by_root, hash);
        let leaf = bench.certificate(&OutputSpec { options, ..leaf });
        let inspection = bench.compare(what, &leaf, &root);
        let chain = inspection.chain.unwrap();
        assert_eq!(chain.end, End::GivenRoot, "{what}");
        assert_eq!(chain.by_signatures(), checkable, "{what}");
    }
}

#[test]
fn a_bundle_in_which_everyone_may_have_signed_everyone_ends_soon() {
    use base64::Engine as _;
    let Some(bench) = Bench::new("maze") else {
        return skipped();
    };
    bench.key("p521", KINDS[5].1);
    bench.must(&[
        "req",
        "-x509",
        "-key",
        "p521.key",
        "-subj",
        "/CN=Maze",
        "-set_serial",
        "0x11223344556677",
        "-out",
        "maze.crt",
    ]);
    bench.must(&[
        "x509", "-in", "maze.crt", "-outform", "der", "-out", "maze.der",
    ]);
    let der = fs::read(bench.folder.join("maze.der")).unwrap();
    let serial = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];
    let at = der.windows(7).position(|bytes| bytes == serial).unwrap();
    let engine = base64::engine::general_purpose::STANDARD;
    // No signature of a P-521 key can be checked, so each of these names each of the others as its issuer.
    let bundle: String = (0..200_u8)
        .map(|number| {
            let mut der = der.clone();
            der[at + 6] = number;
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                engine.encode(der)
            )
        })
        .collect();
    let begun = std::time::Instant::now();
    let inspection = inspect(&bundle, Encoding::Plain, InspectOptions::default());
    assert_eq!(inspection.reading.entries.len(), 100);
    assert_eq!(name(&inspection.reading.defects[0].kind), "TooMany");
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    eprintln!("judged in {:.1?}", begun.elapsed());
}

/// The kind's name, without what it says of the file.
fn name(kind: &portolan_certificate::defect::DefectKind) -> String {
    let full = format!("{kind:?}");
    full.split(' ').next().unwrap().to_owned()
}

#[test]
fn each_kind_of_wrong_file_is_called_by_its_name() {
    use base64::Engine as _;
    use portolan_certificate::defect::{DefectKind, Part};
    use portolan_certificate::encoding::text_of_file;
    let Some(bench) = Bench::new("files") else {
        return skipped();
    };
    bench.key("p256", KINDS[3].1);
    let leaf = bench.certificate(&OutputSpec::server("leaf", "p256", None, "sha256"));
    let key = bench.read("p256.key");
    bench.must(&[
        "pkcs12",
        "-export",
        "-inkey",
        "p256.key",
        "-in",
        "leaf.crt",
        "-passout",
        "pass:throw-away",
        "-out",
        "leaf.p12",
    ]);
    bench.must(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "leaf.crt",
        "-outform",
        "der",
        "-out",
        "leaf.p7b",
    ]);
    bench.must(&[
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        "leaf.crt",
        "-out",
        "leaf.p7b.pem",
    ]);
    bench.must(&[
        "x509", "-in", "leaf.crt", "-outform", "der", "-out", "leaf.der",
    ]);
    bench.must(&[
        "x509",
        "-in",
        "leaf.crt",
        "-trustout",
        "-out",
        "trusted.crt",
    ]);
    bench.must(&[
        "pkey", "-in", "p256.key", "-outform", "der", "-out", "key.der",
    ]);
    bench.must(&["pkey", "-in", "p256.key", "-pubout", "-out", "public.key"]);
    let engine = base64::engine::general_purpose::STANDARD;
    for (file, expected) in [
        ("leaf.p12", DefectKind::Pkcs12),
        ("leaf.p7b", DefectKind::Pkcs7),
        ("leaf.der", DefectKind::Der),
        ("key.der", DefectKind::Der),
    ] {
        let bytes = fs::read(bench.folder.join(file)).unwrap();
        let kind = text_of_file(&bytes, Part::Certificate).unwrap_err();
        assert_eq!(kind, expected, "{file}");
        let in_secret = inspect(
            &engine.encode(&bytes),
            Encoding::Base64,
            InspectOptions::default(),
        );
        assert_eq!(
            in_secret.reading.defects[0].kind, expected,
            "{file} in a Secret"
        );
    }
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(leaf.bytes().flat_map(|byte| [byte, 0]))
        .collect();
    assert_eq!(
        text_of_file(&utf16, Part::Certificate),
        Err(DefectKind::Utf16)
    );
    let one_line = leaf.replace('\n', " ");
    let damaged = leaf.replacen("MI", "NI", 1);
    let cut = leaf
        .lines()
        .take(5)
        .chain(["-----END CERTIFICATE-----"])
        .collect::<Vec<_>>()
        .join("\n");
    let body: String = leaf
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let relabelled = leaf.replace("CERTIFICATE", "X509 CERTIFICATE");
    let key_as_certificate = key.replace("PRIVATE KEY", "CERTIFICATE");
    let glued = format!("{}{leaf}", leaf.trim_end());
    let certificates: [(&str, &str); 11] = [
        (&one_line, "LostLineBreaks"),
        (&damaged, "NotX509"),
        (&cut, "CutOff"),
        (&body, "NoBoundaries"),
        (&relabelled, "WrongLabel"),
        (&bench.read("trusted.crt"), "WrongLabel"),
        (&bench.read("leaf.csr"), "Request"),
        (&bench.read("leaf.p7b.pem"), "Pkcs7"),
        (&key, "KeyForCertificate"),
        (&key_as_certificate, "KeyForCertificate"),
        (&glued, "Glued"),
    ];
    for (text, expected) in certificates {
        let found = inspect(text, Encoding::Plain, InspectOptions::default())
            .reading
            .defects;
        assert_eq!(
            found
                .iter()
                .map(|defect| name(&defect.kind))
                .collect::<Vec<_>>(),
            [expected],
            "{text}"
        );
        // The sentences must not carry what they are about.
        for defect in found {
            let said = format!(
                "{}{}{:?}",
                defect.kind,
                defect.kind.help(Part::Certificate),
                defect.kind
            );
            assert!(!said.contains(&key.lines().nth(1).unwrap()[..20]));
        }
    }
    let sec1_as_pkcs1 = {
        bench.must(&[
            "pkey",
            "-in",
            "p256.key",
            "-traditional",
            "-out",
            "sec1.key",
        ]);
        bench
            .read("sec1.key")
            .replace("EC PRIVATE KEY", "RSA PRIVATE KEY")
    };
    let keys: [(&str, &str); 4] = [
        (&leaf, "CertificateForKey"),
        (&sec1_as_pkcs1, "WrongLabel"),
        (&bench.read("public.key"), "Label"),
        (&engine.encode(&key), "Base64ForPem"),
    ];
    for (text, expected) in keys {
        let found = inspect_key(text, Encoding::Plain).defects;
        assert_eq!(
            found
                .iter()
                .map(|defect| name(&defect.kind))
                .collect::<Vec<_>>(),
            [expected],
            "{text}"
        );
    }
}

#[test]
fn names_are_judged_as_openssl_judges_them() {
    let Some(bench) = Bench::new("names") else {
        return skipped();
    };
    bench.key("key", KINDS[3].1);
    let names = [
        "DNS:carto.acme.io",
        "DNS:*.acme.io",
        "DNS:CARTO.Acme.IO",
        "DNS:*.acme.io,DNS:acme.io",
        "DNS:xn--krte-loa.acme.io",
        "DNS:*.io",
        "DNS:*.*.io",
        "DNS:carto.*.io",
        "IP:10.0.0.1",
        "IP:2001:db8::1",
    ];
    let hosts = [
        "carto.acme.io",
        "acme.io",
        "a.b.acme.io",
        "CARTO.acme.io",
        "xn--krte-loa.acme.io",
        "acme.com",
        "carto.acme.io.net",
    ];
    for (number, name) in names.iter().enumerate() {
        let file = format!("n{number}");
        let extensions = format!("basicConstraints=CA:FALSE\nsubjectAltName={name}");
        let wanted = OutputSpec {
            extensions: &extensions,
            // A common name that covers nothing: OpenSSL still looks at it where there is no dNSName.
            subject: "no host",
            ..OutputSpec::server(&file, "key", None, "sha256")
        };
        let pem = bench.certificate(&wanted);
        let certificate = read_certificates(&pem).entries.remove(0).certificate;
        let crt = format!("{file}.crt");
        for host in hosts {
            let said = bench.must(&["x509", "-in", &crt, "-noout", "-checkhost", host]);
            let theirs = said.contains("does match certificate");
            assert_eq!(
                certificate.covers(host),
                theirs,
                "{name} for {host}: {said}"
            );
        }
        for address in ["10.0.0.1", "10.0.0.2", "2001:db8::1"] {
            let said = bench.must(&["x509", "-in", &crt, "-noout", "-checkip", address]);
            let theirs = said.contains("does match certificate");
            assert_eq!(
                certificate.covers(address),
                theirs,
                "{name} for {address}: {said}"
            );
        }
    }
}

#[test]
fn keys_of_every_form_are_matched_as_openssl_matches_them() {
    let Some(bench) = Bench::new("keys") else {
        return skipped();
    };
    let mut made = Vec::new();
    for (kind, algorithm, hash) in KINDS {
        bench.key(kind, algorithm);
        let pem = bench.certificate(&OutputSpec::server(&format!("c-{kind}"), kind, None, hash));
        let certificate = read_certificates(&pem).entries.remove(0).certificate;
        let key = format!("{kind}.key");
        let mut forms = vec![("PKCS#8", key.clone())];
        if kind != "ed25519" {
            let out = format!("{kind}-traditional.key");
            bench.must(&["pkey", "-in", &key, "-traditional", "-out", &out]);
            forms.push((
                if kind.starts_with("rsa") {
                    "PKCS#1"
                } else {
                    "SEC1"
                },
                out,
            ));
        }
        let encrypted = format!("{kind}-encrypted.key");
        bench.must(&[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-passout",
            "pass:throw-away",
            "-in",
            &key,
            "-out",
            &encrypted,
        ]);
        let found = inspect_key(&bench.read(&encrypted), Encoding::Plain);
        assert!(found.key.unwrap().encrypted, "{kind}");
        if kind != "ed25519" {
            bench.must(&[
                "pkey",
                "-in",
                &key,
                "-traditional",
                "-aes256",
                "-passout",
                "pass:throw-away",
                "-out",
                &encrypted,
            ]);
            let found = inspect_key(&bench.read(&encrypted), Encoding::Plain);
            assert!(found.key.unwrap().encrypted, "{kind}, with Proc-Type");
        }
        let public = bench.must(&["pkey", "-in", &key, "-pubout"]);
        made.push((kind, forms, certificate, public));
    }
    for (kind, forms, _, public) in &made {
        for (form, file) in forms {
            let found = inspect_key(&bench.read(file), Encoding::Plain);
            assert!(
                found.defects.is_empty(),
                "{kind} as {form}: {:?}",
                found.defects
            );
            let key = found.key.unwrap();
            assert_eq!(key.form, *form);
            for (other, _, certificate, other_public) in &made {
                let theirs = public == other_public;
                assert_eq!(
                    key.matches(&certificate.key),
                    Some(theirs),
                    "{kind} as {form} for {other}"
                );
            }
        }
    }
}
