//! The page of formats shows real output. `PORTOLAN_UPDATE=1` rewrites it.

#[test]
fn the_page_of_formats_shows_what_the_program_prints() {
    crate::console::holds("docs/formats.md", |_| true);
}

#[test]
fn the_page_of_formats_has_a_section_for_each() {
    let page = include_str!("../../docs/formats.md");
    for format in portolan::report::Format::ALL {
        let heading = format!("\n## `{format}`\n");
        assert!(
            page.contains(&heading),
            "docs/formats.md says nothing of `{format}`"
        );
    }
}

#[test]
fn the_readme_names_each_format() {
    let (_, formats) = include_str!("../../README.md")
        .split_once("\nFormats: ")
        .unwrap_or_default();
    for format in portolan::report::Format::ALL {
        assert!(
            formats.contains(&format!("`{format}`")),
            "README.md, at \"Formats:\", says nothing of `{format}`"
        );
    }
}
