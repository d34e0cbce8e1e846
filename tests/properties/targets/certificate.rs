//! Bundles of certificates and private keys, whatever their bytes are.

use std::ops::Range;

use portolan_certificate::defect::{Defect, Part};
use portolan_certificate::encoding::{Encoding, text_of_file};
use portolan_certificate::x509::Certificate;
use portolan_certificate::{InspectOptions, inspect, inspect_key, read_certificates};

use super::sections::{of_kind, sections};

/// 2027-01-15.
const NOW: i64 = 1_799_971_200;

pub fn run(data: &[u8]) {
    let sections = sections(data, "bundle");
    let text = |kind: &str, part| {
        let section = of_kind(&sections, kind).next()?;
        text_of_file(section.body, part).ok()
    };
    for section in of_kind(&sections, "bundle") {
        // The bytes may also be a certificate without any wrapping.
        let _ = Certificate::from_der(section.body);
    }
    let given: Vec<Certificate> = text("ca", Part::Certificate)
        .map(|text| read_certificates(&text).found)
        .into_iter()
        .flatten()
        .map(|found| found.certificate)
        .collect();
    let key = text("key", Part::PrivateKey);
    let bundle = text("bundle", Part::Certificate);
    let read = key.as_deref().map(|key| inspect_key(key, Encoding::Plain));
    for text in [&bundle, &key].into_iter().flatten() {
        for encoding in [Encoding::Plain, Encoding::Base64] {
            let asked = InspectOptions {
                given: &given,
                key: read.as_ref().and_then(|key| key.key.as_ref()),
                now: Some(NOW),
                ..InspectOptions::default()
            };
            assert_inspected(text, encoding, asked);
        }
    }
}

fn assert_inspected(text: &str, encoding: Encoding, asked: InspectOptions<'_>) {
    let inspection = inspect(text, encoding, asked);
    let given = |range: &Range<usize>| assert_range(text, inspection.given_range(range.clone()));
    for found in &inspection.reading.found {
        given(&found.range);
        if encoding == Encoding::Plain {
            let block = &text[found.range.clone()];
            assert!(block.starts_with("-----BEGIN"), "{block}");
            assert!(block.ends_with("-----"), "{block}");
        }
        let _ = (
            found.certificate.names(),
            found.certificate.covers("carto.acme.io"),
        );
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
        !defect.cause.sentence().is_empty(),
        "{defect:?} without words"
    );
    let _ = defect.cause.help(part);
}
