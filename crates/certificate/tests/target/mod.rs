//! What must hold for any bytes at all: panics where a property is broken.
//!
//! `cargo test -p portolan-certificate` runs it over broken certificates and keys, and the target `certificate` of `cargo fuzz`
//! (`fuzz/` of the repository) for as long as it is let.

use std::ops::Range;

use portolan_certificate::defect::{Defect, Part};
use portolan_certificate::encoding::{Encoding, text_of_file};
use portolan_certificate::x509::Certificate;
use portolan_certificate::{InspectOptions, inspect, inspect_key, read_certificates, time};

/// 2027-01-15.
const NOW: i64 = 1_799_971_200;

/// Reads a bundle, a key and roots, whatever they are.
#[allow(unreachable_pub)] // Included by the crate of fuzz targets, too.
pub fn run(bundle: &[u8], key: Option<&[u8]>, roots: Option<&[u8]>) {
    // The bytes may also be a certificate without any wrapping.
    let _ = Certificate::from_der(bundle);
    let text = |bytes, part| text_of_file(bytes, part).ok();
    let roots = roots.and_then(|bytes| text(bytes, Part::Certificate));
    let roots = roots.map(|text| read_certificates(&text).entries);
    let roots: Vec<Certificate> = roots
        .into_iter()
        .flatten()
        .map(|entry| entry.certificate)
        .collect();
    let key = key.and_then(|bytes| text(bytes, Part::PrivateKey));
    let read = key.as_deref().map(|key| inspect_key(key, Encoding::Plain));
    let options = InspectOptions {
        given: &roots,
        key: read.as_ref().and_then(|key| key.key.as_ref()),
        now: Some(NOW),
        ..InspectOptions::default()
    };
    let bundle = text(bundle, Part::Certificate);
    for text in [&bundle, &key].into_iter().flatten() {
        for encoding in [Encoding::Plain, Encoding::Base64] {
            assert_inspected(text, encoding, options);
        }
    }
}

fn assert_inspected(text: &str, encoding: Encoding, options: InspectOptions<'_>) {
    let inspection = inspect(text, encoding, options);
    let given = |range: &Range<usize>| assert_range(text, inspection.given_range(range.clone()));
    for entry in &inspection.reading.entries {
        given(&entry.range);
        if encoding == Encoding::Plain {
            let block = &text[entry.range.clone()];
            assert!(block.starts_with("-----BEGIN"), "{block}");
            assert!(block.ends_with("-----"), "{block}");
        }
        let certificate = &entry.certificate;
        let _ = (certificate.names(), certificate.covers("carto.acme.io"));
        let date = time::date(certificate.not_after);
        assert!(time::end_of_day(&date).is_ok(), "{date}");
    }
    inspection.reading.secrets.iter().for_each(given);
    for defect in &inspection.reading.defects {
        given(&defect.range);
        assert_worded(defect, Part::Certificate);
    }
    if let Some(chain) = &inspection.chain {
        assert!(inspection.leaf().is_some(), "a chain without a leaf");
        assert!(
            inspection.at(chain.last()).is_some(),
            "a chain that ends nowhere"
        );
        assert_eq!(chain.roles.len(), inspection.reading.entries.len());
    }
    let key = inspect_key(text, encoding);
    assert_range(text, key.range);
    for defect in &key.defects {
        assert_range(text, defect.range.clone());
        assert_worded(defect, Part::PrivateKey);
    }
}

fn assert_range(text: &str, range: Range<usize>) {
    assert!(
        text.get(range.clone()).is_some(),
        "{range:?} of {} bytes",
        text.len()
    );
}

fn assert_worded(defect: &Defect, part: Part) {
    assert!(
        !defect.kind.to_string().is_empty(),
        "{defect:?} without words"
    );
    assert!(
        !defect.kind.help(part).is_empty(),
        "{defect:?} without help"
    );
}
