//! `portolan layers`: the list, one of them in full, and what goes with it.

use serde_json::{Value, json};

use super::arguments::{LayersArguments, ListFormat};
use super::examples_test::{self, counted};
use super::explain::layer_page;
use super::style::OutputStyle;
use super::{CliContext, Exit, own_files};
use crate::exposure::layers::{EntryKind, Layer, LayerSet};
use crate::reference;
use crate::report::{Style, cells, paint, wrap};
use portolan_yaml::nearest::nearest;

pub(super) fn run(
    arguments: &LayersArguments,
    style: OutputStyle,
    ctx: &mut CliContext<'_>,
) -> Exit {
    if arguments.schema {
        return ctx.print(Exit::Clean, |out| {
            out.write_all(reference::layer_schema().as_bytes())
        });
    }
    if let Some(folder) = &arguments.test {
        return examples_test::layers(folder, style, ctx);
    }
    let layers = match &arguments.layers {
        None => LayerSet::default(),
        Some(folder) => match own_files::layers_of(folder) {
            Ok(layers) => layers,
            Err(errors) => {
                ctx.report(&errors, style);
                return Exit::CouldNot;
            }
        },
    };
    let text = match (&arguments.layer, arguments.format) {
        (Some(id), format) => {
            let Some(layer) = layers.iter().find(|layer| layer.id == *id) else {
                ctx.errors([no_layer(id, &layers)], style);
                return Exit::CouldNot;
            };
            match format {
                ListFormat::Text => layer_page(layer, style),
                ListFormat::Json => format!("{:#}\n", summary(layer)),
            }
        }
        (None, ListFormat::Text) => table(&layers, style),
        (None, ListFormat::Json) => {
            format!("{:#}\n", Value::Array(layers.iter().map(summary).collect()))
        }
    };
    ctx.print(Exit::Clean, |out| out.write_all(text.as_bytes()))
}

fn no_layer(id: &str, layers: &LayerSet) -> String {
    let hint = nearest(id, layers.iter().map(|layer| layer.id.as_str())).map_or_else(
        || "`portolan layers` lists them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    format!("there is no layer `{id}`; {hint}")
}

fn summary(layer: &Layer) -> Value {
    json!({
        "id": layer.id,
        "title": layer.title,
        "entry": layer.entry.as_str(),
    })
}

fn table(layers: &LayerSet, style: OutputStyle) -> String {
    let shown = style.report_options(false);
    let longest = layers.iter().map(|layer| cells(&layer.id)).max();
    let longest = longest.unwrap_or_default();
    let margin = longest + 4;
    let room = style.width.saturating_sub(margin).max(20);
    let mut text = String::new();
    for kind in EntryKind::ALL {
        text.push_str(&paint(Style::Strong, kind.as_str(), &shown));
        text.push('\n');
        for layer in layers.of(*kind) {
            let id = style.visible(&layer.id);
            let gap = " ".repeat(longest.saturating_sub(cells(&id)));
            let title = wrap(&layer.title, room, room, style.unicode);
            let title = title.join(&format!("\n{}", " ".repeat(margin)));
            text.push_str(&format!("  {id}{gap}  {title}\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!(
        "{}; `portolan layers LAYER` says more\n",
        counted(layers.iter().count(), "layer")
    ));
    text
}
