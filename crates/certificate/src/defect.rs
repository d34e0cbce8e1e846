//! What keeps a certificate or a key from being read, each cause by its name.

use std::ops::Range;

/// Something that is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// What it is.
    pub cause: Cause,
    /// Its bytes in the PEM text (in the text as given, where that could not be decoded).
    pub range: Range<usize>,
}

impl Defect {
    /// A defect at a place.
    pub fn new(cause: Cause, range: Range<usize>) -> Self {
        Defect { cause, range }
    }
}

/// What is expected in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The certificate with its chain.
    Certificate,
    /// The private key.
    PrivateKey,
}

impl Part {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Certificate => "certificate",
            Part::PrivateKey => "private key",
        }
    }

    /// The file that it usually stands in, for commands.
    fn file(self) -> &'static str {
        match self {
            Part::Certificate => "cert.crt",
            Part::PrivateKey => "cert.key",
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
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
        /// How many are looked at.
        limit: usize,
    },
    /// More text than is looked at.
    TooLarge {
        /// How many bytes are looked at.
        limit: usize,
    },
}

impl Cause {
    /// A short name, stable for conditions of rules.
    pub fn id(&self) -> &'static str {
        match self {
            Cause::Empty => "empty",
            Cause::NotBase64 => "not-base64",
            Cause::PemForBase64 => "not-encoded",
            Cause::Base64Twice => "encoded-twice",
            Cause::Base64ForPem => "encoded",
            Cause::Der => "der",
            Cause::NoBoundaries => "no-boundaries",
            Cause::Pkcs12 => "pkcs12",
            Cause::Pkcs7 => "pkcs7",
            Cause::Utf16 => "utf-16",
            Cause::NoPem => "not-pem",
            Cause::KeyForCertificate | Cause::CertificateForKey => "swapped",
            Cause::Request => "request",
            Cause::Label { .. } | Cause::WrongLabel { .. } => "wrong-label",
            Cause::MissingEnd { .. } | Cause::MissingBegin | Cause::CutOff { .. } => "truncated",
            Cause::LabelsDiffer { .. } => "labels-differ",
            Cause::Glued => "glued",
            Cause::Boundary | Cause::Indented => "boundary",
            Cause::LostLineBreaks => "lost-line-breaks",
            Cause::BodyNotBase64 { .. } => "body-not-base64",
            Cause::NotX509 | Cause::NotKey => "not-parsed",
            Cause::OpenSsh => "openssh",
            Cause::TooMany { .. } | Cause::TooLarge { .. } => "too-large",
        }
    }

    /// What is wrong, to follow the name of the thing: `… is empty`.
    pub fn sentence(&self) -> String {
        match self {
            Cause::Empty => "is empty".to_owned(),
            Cause::NotBase64 => "is not base64".to_owned(),
            Cause::PemForBase64 => "is PEM text where base64 of it is expected".to_owned(),
            Cause::Base64Twice => "is encoded in base64 twice".to_owned(),
            Cause::Base64ForPem => "is encoded in base64 where PEM text is expected".to_owned(),
            Cause::Der => "is binary DER, not PEM".to_owned(),
            Cause::NoBoundaries => {
                "is base64 without the `-----BEGIN …-----` and `-----END …-----` lines around it"
                    .to_owned()
            }
            Cause::Pkcs12 => "is a PKCS#12 store (.p12, .pfx), not PEM".to_owned(),
            Cause::Pkcs7 => "is a PKCS#7 bundle (.p7b), not a list of PEM certificates".to_owned(),
            Cause::Utf16 => "is UTF-16 text; PEM is ASCII".to_owned(),
            Cause::NoPem => "is not PEM: it has no `-----BEGIN …-----` line".to_owned(),
            Cause::KeyForCertificate => "holds a private key and no certificate".to_owned(),
            Cause::CertificateForKey => "holds a certificate and no private key".to_owned(),
            Cause::Request => {
                "holds a signing request, not the certificate that the CA made from it".to_owned()
            }
            Cause::Label { label } => format!("has a block `{label}`, which does not belong here"),
            Cause::WrongLabel { label, fits } => {
                format!("has a block labelled `{label}` whose content is a `{fits}`")
            }
            Cause::MissingEnd { label } => {
                format!("is cut off: the block `{label}` has no `-----END {label}-----` line")
            }
            Cause::MissingBegin => {
                "has an `-----END …-----` line without the `-----BEGIN …-----` before it".to_owned()
            }
            Cause::LabelsDiffer { begin, end } => {
                format!("has a block that begins as `{begin}` and ends as `{end}`")
            }
            Cause::Glued => {
                "has two blocks on one line: `-----END …-----` must be followed by a line break"
                    .to_owned()
            }
            Cause::Boundary => {
                "has a BEGIN or END line without exactly five hyphens on each side".to_owned()
            }
            Cause::Indented => "has a `-----BEGIN` that does not begin its line".to_owned(),
            Cause::LostLineBreaks => {
                "has lost its line breaks: a PEM block is on one line".to_owned()
            }
            Cause::BodyNotBase64 { label } => {
                format!("has a block `{label}` whose content is not base64")
            }
            Cause::CutOff { label } => {
                format!("has a block `{label}` whose content ends too early")
            }
            Cause::NotX509 => "has a block that is not an X.509 certificate".to_owned(),
            Cause::NotKey => "has a block that is not a private key of a known form".to_owned(),
            Cause::OpenSsh => {
                "is a key in OpenSSH's own format, which no TLS server reads".to_owned()
            }
            Cause::TooMany { limit } => format!("has more than {limit} certificates"),
            Cause::TooLarge { limit } => format!("has more than {limit} bytes"),
        }
    }

    /// How to fix it.
    pub fn help(&self, part: Part) -> String {
        let file = part.file();
        match self {
            Cause::Empty => format!("give the PEM text of the {}", part.as_str()),
            Cause::NotBase64 | Cause::PemForBase64 | Cause::Base64Twice => {
                format!("encode the PEM file once: `base64 -w0 {file}`")
            }
            Cause::Base64ForPem => format!("decode it: `base64 -d < {file} > plain-{file}`"),
            Cause::Der | Cause::NoBoundaries => match part {
                Part::Certificate => {
                    "convert it: `openssl x509 -inform der -in cert.der -out cert.crt` (decode base64 first: `base64 -d`)"
                        .to_owned()
                }
                Part::PrivateKey => {
                    "convert it: `openssl pkey -inform der -in key.der -out cert.key` (decode base64 first: `base64 -d`)"
                        .to_owned()
                }
            },
            Cause::Pkcs12 => match part {
                Part::Certificate => {
                    "take the certificates out of it: `openssl pkcs12 -in cert.p12 -nokeys -out cert.crt`, then put the leaf first"
                        .to_owned()
                }
                Part::PrivateKey => {
                    "take the key out of it: `openssl pkcs12 -in cert.p12 -nocerts -nodes | openssl pkey -out cert.key`"
                        .to_owned()
                }
            },
            Cause::Pkcs7 => {
                "take the certificates out of it: `openssl pkcs7 -print_certs -in cert.p7b -out cert.crt`, then put the leaf first"
                    .to_owned()
            }
            Cause::Utf16 => format!(
                "save it as plain ASCII: `iconv -f UTF-16 -t ASCII {file} > ascii-{file}`"
            ),
            Cause::NoPem => format!(
                "a PEM {} begins with `-----BEGIN {}-----`",
                part.as_str(),
                match part {
                    Part::Certificate => "CERTIFICATE",
                    Part::PrivateKey => "PRIVATE KEY",
                }
            ),
            Cause::KeyForCertificate | Cause::CertificateForKey => {
                "certificate and private key are swapped, or one file was used for both: exchange them".to_owned()
            }
            Cause::Request => {
                "use the file that the certificate authority sent back for this request".to_owned()
            }
            Cause::Label { .. } => format!("leave that block out, or use the file that holds the {}", part.as_str()),
            Cause::WrongLabel { fits, .. } => {
                format!("write `{fits}` in its BEGIN and END lines")
            }
            Cause::MissingEnd { .. } | Cause::MissingBegin | Cause::CutOff { .. } => {
                "a part was lost when it was copied: copy the whole file again".to_owned()
            }
            Cause::LabelsDiffer { .. } | Cause::Boundary | Cause::Indented => {
                "write each block as `-----BEGIN LABEL-----`, its base64 lines, `-----END LABEL-----`, with nothing before the hyphens"
                    .to_owned()
            }
            Cause::Glued => "put a line break between the two blocks; when joining files, `awk 1 cert.crt intermediate.crt > fullchain.crt` adds it"
                .to_owned(),
            Cause::LostLineBreaks => {
                "keep the line breaks: in YAML a block scalar (`|`) does, and base64 of the whole file needs none"
                    .to_owned()
            }
            Cause::BodyNotBase64 { .. } | Cause::NotX509 => {
                format!("the block was damaged: copy the file again, and try `openssl x509 -noout -subject -in {file}`")
            }
            Cause::NotKey => {
                format!("the block was damaged, or is of a kind that is not known: try `openssl pkey -noout -in {file}`")
            }
            Cause::OpenSsh => {
                "convert a copy of it: `ssh-keygen -p -N '' -m PEM -f copy-of-key`".to_owned()
            }
            Cause::TooMany { .. } | Cause::TooLarge { .. } => {
                "a bundle holds the leaf and its intermediates only, not a list of all authorities".to_owned()
            }
        }
    }
}
