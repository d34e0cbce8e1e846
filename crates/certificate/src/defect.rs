//! What keeps a certificate or a key from being read, each kind by its name.

use std::error::Error;
use std::fmt;
use std::ops::Range;

/// A defect of a text, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Its kind.
    pub kind: DefectKind,
    /// Its bytes in the PEM text (in the text as given, where that could not be decoded).
    pub range: Range<usize>,
}

impl Defect {
    /// Makes a defect of a place.
    pub fn new(kind: DefectKind, range: Range<usize>) -> Self {
        Defect { kind, range }
    }
}

/// The part that is expected in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The certificate with its chain.
    Certificate,
    /// The private key.
    PrivateKey,
}

impl Part {
    /// Returns the words for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Certificate => "certificate",
            Part::PrivateKey => "private key",
        }
    }

    /// Names the file that it usually stands in, for commands.
    fn file(self) -> &'static str {
        match self {
            Part::Certificate => "cert.crt",
            Part::PrivateKey => "cert.key",
        }
    }
}

/// The kinds of defects. As text, each follows the name of the thing: `… is empty`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefectKind {
    /// Nothing is there.
    Empty,
    /// Not base64, where it must be.
    NotBase64,
    /// PEM as it is, where base64 of it is expected.
    PemForBase64,
    /// Base64 of base64.
    Base64Twice,
    /// Base64 of PEM, where PEM is expected.
    Base64ForPem,
    /// Binary DER.
    Der,
    /// The base64 of DER without its two boundary lines.
    NoBoundaries,
    /// A PKCS#12 store (`.p12`, `.pfx`).
    Pkcs12,
    /// A PKCS#7 bundle (`.p7b`).
    Pkcs7,
    /// UTF-16 text, as some editors of Windows save it.
    Utf16,
    /// Text in which no PEM block begins.
    NoPem,
    /// A private key where a certificate belongs.
    KeyForCertificate,
    /// A certificate where a private key belongs.
    CertificateForKey,
    /// A signing request where a certificate belongs.
    Request,
    /// A block with a label that does not belong here.
    Label {
        /// The label.
        label: String,
    },
    /// A block whose content is something else than its label says.
    WrongLabel {
        /// The label.
        label: String,
        /// The label that fits.
        fits: String,
    },
    /// A block without its last line.
    MissingEnd {
        /// Its label.
        label: String,
    },
    /// A last line without a block.
    MissingBegin,
    /// First and last line of a block differ.
    LabelsDiffer {
        /// The first line's label.
        begin: String,
        /// The last line's.
        end: String,
    },
    /// Two blocks without a line break between them.
    Glued,
    /// A boundary line that has not five hyphens on each side.
    Boundary,
    /// A boundary line that does not begin its line.
    Indented,
    /// A block in one line.
    LostLineBreaks,
    /// A block whose content is not base64.
    BodyNotBase64 {
        /// Its label.
        label: String,
    },
    /// A block whose content ends too early.
    CutOff {
        /// Its label.
        label: String,
    },
    /// A block that is not what its label says.
    NotX509,
    /// A key whose content cannot be read.
    NotKey,
    /// A key in the format of OpenSSH.
    OpenSsh,
    /// More certificates than are looked at.
    TooMany {
        /// The number that is looked at.
        limit: usize,
    },
    /// More text than is looked at.
    TooLarge {
        /// The number of bytes that is looked at.
        limit: usize,
    },
}

impl DefectKind {
    /// Says how to fix it.
    pub fn help(&self, part: Part) -> String {
        let file = part.file();
        match self {
            DefectKind::Empty => format!("give the PEM text of the {}", part.as_str()),
            DefectKind::NotBase64 | DefectKind::PemForBase64 | DefectKind::Base64Twice => {
                format!("encode the PEM file once: `base64 -w0 {file}`")
            }
            DefectKind::Base64ForPem => format!("decode it: `base64 -d < {file} > plain-{file}`"),
            DefectKind::Der | DefectKind::NoBoundaries => match part {
                Part::Certificate => {
                    "convert it: `openssl x509 -inform der -in cert.der -out cert.crt` (decode base64 first: `base64 -d`)"
                        .to_owned()
                }
                Part::PrivateKey => {
                    "convert it: `openssl pkey -inform der -in key.der -out cert.key` (decode base64 first: `base64 -d`)"
                        .to_owned()
                }
            },
            DefectKind::Pkcs12 => match part {
                Part::Certificate => {
                    "take the certificates out of it: `openssl pkcs12 -in cert.p12 -nokeys -out cert.crt`, then put the leaf first"
                        .to_owned()
                }
                Part::PrivateKey => {
                    "take the key out of it: `openssl pkcs12 -in cert.p12 -nocerts -nodes | openssl pkey -out cert.key`"
                        .to_owned()
                }
            },
            DefectKind::Pkcs7 => {
                "take the certificates out of it: `openssl pkcs7 -print_certs -in cert.p7b -out cert.crt`, then put the leaf first"
                    .to_owned()
            }
            DefectKind::Utf16 => format!(
                "save it as plain ASCII: `iconv -f UTF-16 -t ASCII {file} > ascii-{file}`"
            ),
            DefectKind::NoPem => format!(
                "a PEM {} begins with `-----BEGIN {}-----`",
                part.as_str(),
                match part {
                    Part::Certificate => "CERTIFICATE",
                    Part::PrivateKey => "PRIVATE KEY",
                }
            ),
            DefectKind::KeyForCertificate | DefectKind::CertificateForKey => {
                "certificate and private key are swapped, or one file was used for both: exchange them".to_owned()
            }
            DefectKind::Request => {
                "use the file that the certificate authority sent back for this request".to_owned()
            }
            DefectKind::Label { .. } => format!("leave that block out, or use the file that holds the {}", part.as_str()),
            DefectKind::WrongLabel { fits, .. } => {
                format!("write `{fits}` in its BEGIN and END lines")
            }
            DefectKind::MissingEnd { .. } | DefectKind::MissingBegin | DefectKind::CutOff { .. } => {
                "a part was lost when it was copied: copy the whole file again".to_owned()
            }
            DefectKind::LabelsDiffer { .. } | DefectKind::Boundary | DefectKind::Indented => {
                "write each block as `-----BEGIN LABEL-----`, its base64 lines, `-----END LABEL-----`, with nothing before the hyphens"
                    .to_owned()
            }
            DefectKind::Glued => "put a line break between the two blocks; when joining files, `awk 1 cert.crt intermediate.crt > fullchain.crt` adds it"
                .to_owned(),
            DefectKind::LostLineBreaks => {
                "keep the line breaks: in YAML a block scalar (`|`) does, and base64 of the whole file needs none"
                    .to_owned()
            }
            DefectKind::BodyNotBase64 { .. } | DefectKind::NotX509 => {
                format!("the block was damaged: copy the file again, and try `openssl x509 -noout -subject -in {file}`")
            }
            DefectKind::NotKey => {
                format!("the block was damaged, or is of a kind that is not known: try `openssl pkey -noout -in {file}`")
            }
            DefectKind::OpenSsh => {
                "convert a copy of it: `ssh-keygen -p -N '' -m PEM -f copy-of-key`".to_owned()
            }
            DefectKind::TooMany { .. } | DefectKind::TooLarge { .. } => {
                "a bundle holds the leaf and its intermediates only, not a list of all authorities".to_owned()
            }
        }
    }
}

impl fmt::Display for DefectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DefectKind::Empty => f.write_str("is empty"),
            DefectKind::NotBase64 => f.write_str("is not base64"),
            DefectKind::PemForBase64 => f.write_str("is PEM text where base64 of it is expected"),
            DefectKind::Base64Twice => f.write_str("is encoded in base64 twice"),
            DefectKind::Base64ForPem => {
                f.write_str("is encoded in base64 where PEM text is expected")
            }
            DefectKind::Der => f.write_str("is binary DER, not PEM"),
            DefectKind::NoBoundaries => f.write_str(
                "is base64 without the `-----BEGIN …-----` and `-----END …-----` lines around it",
            ),
            DefectKind::Pkcs12 => f.write_str("is a PKCS#12 store (.p12, .pfx), not PEM"),
            DefectKind::Pkcs7 => {
                f.write_str("is a PKCS#7 bundle (.p7b), not a list of PEM certificates")
            }
            DefectKind::Utf16 => f.write_str("is UTF-16 text; PEM is ASCII"),
            DefectKind::NoPem => f.write_str("is not PEM: it has no `-----BEGIN …-----` line"),
            DefectKind::KeyForCertificate => f.write_str("holds a private key and no certificate"),
            DefectKind::CertificateForKey => f.write_str("holds a certificate and no private key"),
            DefectKind::Request => {
                f.write_str("holds a signing request, not the certificate that the CA made from it")
            }
            DefectKind::Label { label } => {
                write!(f, "has a block `{label}`, which does not belong here")
            }
            DefectKind::WrongLabel { label, fits } => {
                write!(
                    f,
                    "has a block labelled `{label}` whose content is a `{fits}`"
                )
            }
            DefectKind::MissingEnd { label } => {
                write!(
                    f,
                    "is cut off: the block `{label}` has no `-----END {label}-----` line"
                )
            }
            DefectKind::MissingBegin => f.write_str(
                "has an `-----END …-----` line without the `-----BEGIN …-----` before it",
            ),
            DefectKind::LabelsDiffer { begin, end } => {
                write!(
                    f,
                    "has a block that begins as `{begin}` and ends as `{end}`"
                )
            }
            DefectKind::Glued => f.write_str(
                "has two blocks on one line: `-----END …-----` must be followed by a line break",
            ),
            DefectKind::Boundary => {
                f.write_str("has a BEGIN or END line without exactly five hyphens on each side")
            }
            DefectKind::Indented => f.write_str("has a `-----BEGIN` that does not begin its line"),
            DefectKind::LostLineBreaks => {
                f.write_str("has lost its line breaks: a PEM block is on one line")
            }
            DefectKind::BodyNotBase64 { label } => {
                write!(f, "has a block `{label}` whose content is not base64")
            }
            DefectKind::CutOff { label } => {
                write!(f, "has a block `{label}` whose content ends too early")
            }
            DefectKind::NotX509 => f.write_str("has a block that is not an X.509 certificate"),
            DefectKind::NotKey => {
                f.write_str("has a block that is not a private key of a known form")
            }
            DefectKind::OpenSsh => {
                f.write_str("is a key in OpenSSH's own format, which no TLS server reads")
            }
            DefectKind::TooMany { limit } => write!(f, "has more than {limit} certificates"),
            DefectKind::TooLarge { limit } => write!(f, "has more than {limit} bytes"),
        }
    }
}

impl Error for DefectKind {}
