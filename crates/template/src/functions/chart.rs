//! `include`, `tpl` and the chart's named templates whose result is certain.
//!
//! Only these are known; every other name is opaque, or an error where the chart is known to define no such template:
//!
//! | name | what it gives | source |
//! |---|---|---|
//! | `common.names.name` | `nameOverride`, or the chart's name; 63 bytes, no `-` at the end | Bitnami common, `templates/_names.tpl` |
//! | `common.names.chart` | the chart's name and version | the same |
//! | `common.names.fullname` | `fullnameOverride`, or release and name | the same |
//! | `common.names.namespace` | `namespaceOverride`, or the release's namespace; 63 bytes, no `-` at the end | the same |
//! | `common.labels.standard`, `common.labels.matchLabels` | recommended labels | Bitnami common, `templates/_labels.tpl` |
//! | `common.capabilities.ingress.apiVersion` | by the cluster's version; the newest where it is not known | Bitnami common, `templates/_capabilities.tpl` |
//! | `common.ingress.backend` | Service and port of an Ingress path | Bitnami common, `templates/_ingress.tpl` |
//! | `common.tplvalues.render` | the value as text, evaluated | Bitnami common, `templates/_tplvalues.tpl` |
//! | `carto.router.fullname`, `carto.gateway.fullname` | full name and `-router`, `-gateway` | CARTO chart, `templates/_helpers.tpl` |
//!
//! The overrides are empty in the chart's own values (CARTO `values.yaml`, parameters `nameOverride` and
//! `fullnameOverride`), so that they count as empty where the given values do not have them.

use std::rc::Rc;

use super::super::eval::{Eval, EvalResult, Fault};
use super::super::value::{ListId, Value};
use super::yaml::{Layout, to_yaml};
use super::{Function, Own, argument, function, made, partial, partly, text};
use portolan_yaml::OPAQUE;

pub(super) const FUNCTIONS: &[Function] = &[
    function("include", 2, 2, Own, include),
    function("tpl", 2, 2, Own, |eval, arguments| {
        match argument(arguments, 0) {
            opaque @ Value::Opaque(_) => Ok(opaque.clone()),
            _ => {
                let text = text(eval, arguments, 0)?;
                let made_text = eval.tpl(&text, argument(arguments, 1))?;
                made(eval, made_text)
            }
        }
    }),
];

/// `.Capabilities.APIVersions.Has`.
pub(in super::super) fn has_version(
    eval: &mut Eval<'_>,
    versions: ListId,
    arguments: &[Value],
) -> EvalResult {
    if let [opaque @ Value::Opaque(_)] = arguments {
        return Ok(opaque.clone());
    }
    if arguments.len() != 1 {
        return Err(Fault::new(format!(
            "`Has` takes 1 argument, found {}",
            arguments.len()
        )));
    }
    let wanted = text(eval, arguments, 0)?;
    if partial(&wanted) {
        return Ok(partly(eval));
    }
    let found = eval
        .heap
        .list(versions)
        .items
        .iter()
        .any(|item| matches!(item, Value::Text(text) if *text == wanted));
    Ok(Value::Bool(found))
}

fn include(eval: &mut Eval<'_>, arguments: &[Value]) -> EvalResult {
    if let opaque @ Value::Opaque(_) = argument(arguments, 0) {
        return Ok(opaque.clone());
    }
    let name = text(eval, arguments, 0)?;
    let data = argument(arguments, 1);
    if partial(&name) {
        return Ok(partly(eval));
    }
    if let Some(text) = eval.include(&name, data)? {
        return made(eval, text);
    }
    named(eval, &name, data)
}

/// What a named template of the chart prints, as far as that is known.
pub(in super::super) fn named(eval: &mut Eval<'_>, name: &str, data: &Value) -> EvalResult {
    let known = match name {
        "common.names.name" => name_of(eval, data)?,
        "common.names.chart" => chart_label(eval, data),
        "common.names.fullname" => full_name(eval, data)?,
        "common.names.namespace" => namespace(eval, data)?,
        "common.labels.standard" => labels(eval, data, true)?,
        "common.labels.matchLabels" => labels(eval, data, false)?,
        "common.capabilities.ingress.apiVersion" => ingress_api(eval, data),
        "common.ingress.backend" => return backend(eval, data),
        "carto.router.fullname" => component(eval, data, "router")?,
        "carto.gateway.fullname" => component(eval, data, "gateway")?,
        "common.tplvalues.render" => return render_value(eval, data),
        _ if eval.is_nowhere(name) => {
            let fault = Fault::new(format!("there is no template `{name}`"));
            return Err(
                fault.help("the chart defines none of that name: `define` it in this value")
            );
        }
        _ => {
            return Ok(Value::Opaque(Rc::from(format!(
                "`include \"{name}\"` is defined in the chart"
            ))));
        }
    };
    Ok(match known {
        Ok(text) => Value::text(text),
        Err(reason) => Value::Opaque(Rc::from(format!("`include \"{name}\"`: {reason}"))),
    })
}

/// `NAME-VERSION` of the chart, as a label takes it.
fn chart_label(eval: &Eval<'_>, data: &Value) -> Result<String, Rc<str>> {
    let name = text_at(eval, data, &["Chart", "Name"])?.unwrap_or_default();
    let version = text_at(eval, data, &["Chart", "Version"])?.unwrap_or_default();
    Ok(fit(format!("{name}-{version}").replace('+', "_")))
}

/// Kubernetes' recommended labels: those that select, or all.
fn labels(eval: &Eval<'_>, data: &Value, all: bool) -> Known {
    let name = match name_of(eval, data)? {
        Ok(name) => name,
        Err(reason) => return Ok(Err(reason)),
    };
    let chart = chart_label(eval, data);
    let release = text_at(eval, data, &["Release", "Name"]);
    Ok(chart.and_then(|chart| {
        let instance = release?.unwrap_or_default();
        let name = format!("app.kubernetes.io/name: {name}\n");
        let instance = format!("app.kubernetes.io/instance: {instance}");
        Ok(match all {
            true => format!(
                "{name}helm.sh/chart: {chart}\n{instance}\napp.kubernetes.io/managed-by: Helm"
            ),
            false => format!("{name}{instance}"),
        })
    }))
}

/// The version of the Ingress API that the chart's library chooses. Where the cluster's version is not known, the one
/// that every cluster since Kubernetes 1.19 serves.
fn ingress_api(eval: &Eval<'_>, data: &Value) -> Result<String, Rc<str>> {
    if let Some(version) = text_at(eval, data, &["Values", "ingress", "apiVersion"])? {
        return Ok(version);
    }
    let mut told = None;
    for path in [
        &["Values", "global", "kubeVersion"][..],
        &["Values", "kubeVersion"][..],
    ] {
        told = told.or(text_at(eval, data, path)?);
    }
    let cluster = ["Capabilities", "KubeVersion", "Version"];
    let told = told.or(text_at(eval, data, &cluster).unwrap_or_default());
    let minor = told.as_deref().and_then(|version| {
        let mut parts = version.trim_start_matches('v').split(['.', '-', '+']);
        let major: u64 = parts.next()?.parse().ok()?;
        let minor: u64 = parts.next()?.parse().ok()?;
        Some((major, minor))
    });
    let api = match minor {
        Some(version) if version < (1, 14) => "extensions/v1beta1",
        Some(version) if version < (1, 19) => "networking.k8s.io/v1beta1",
        _ => "networking.k8s.io/v1",
    };
    Ok(api.to_owned())
}

/// The backend of an Ingress path, given `serviceName`, `servicePort` and `context`.
fn backend(eval: &mut Eval<'_>, data: &Value) -> EvalResult {
    let context = at(eval, data, &["context"]);
    let context =
        context.and_then(|context| context.ok_or_else(|| Rc::from("it is given no context")));
    let api = context.and_then(|context| ingress_api(eval, &context));
    let name = text_at(eval, data, &["serviceName"]);
    let port = at(eval, data, &["servicePort"]);
    let (api, name, port) = match (api, name, port) {
        (Ok(api), Ok(name), Ok(port)) => (api, name.unwrap_or_default(), port),
        (Err(reason), ..) | (_, Err(reason), _) | (.., Err(reason)) => {
            return Ok(Value::Opaque(reason));
        }
    };
    let (key, port) = match port {
        Some(Value::Text(text)) => ("name", text.to_string()),
        Some(Value::Int(number, _)) => ("number", number.to_string()),
        Some(Value::Float(number)) => ("number", format!("{number:.0}")),
        _ => {
            return Ok(Value::Opaque(Rc::from(
                "its port is neither a name nor a number",
            )));
        }
    };
    made(
        eval,
        match api.as_str() {
            "extensions/v1beta1" | "networking.k8s.io/v1beta1" => {
                format!("serviceName: {name}\nservicePort: {port}")
            }
            _ => format!("service:\n  name: {name}\n  port:\n    {key}: {port}"),
        },
    )
}

/// A text, or why it is not known.
type Known = EvalResult<Result<String, Rc<str>>>;

/// Descends to `.a.b`; `None` where it is not set, `Err` where that is not known.
fn at(eval: &Eval<'_>, data: &Value, path: &[&str]) -> Result<Option<Value>, Rc<str>> {
    let mut value = data.clone();
    for key in path {
        if let Some(reason) = &eval.heap.unsure {
            return Err(Rc::clone(reason));
        }
        value = match value {
            Value::Opaque(reason) => return Err(reason),
            Value::Map(id) => match eval.heap.get(id, key) {
                Some(found) => found.clone(),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
    }
    match value {
        Value::Opaque(reason) => Err(reason),
        Value::Nil => Ok(None),
        Value::Text(text) if text.is_empty() => Ok(None),
        Value::Text(text) if partial(&text) => Err(Rc::clone(&eval.last_reason)),
        value => Ok(Some(value)),
    }
}

/// A text at a path; what is not a text there would end in an error in the chart, which is not ours to report.
fn text_at(eval: &Eval<'_>, data: &Value, path: &[&str]) -> Result<Option<String>, Rc<str>> {
    match at(eval, data, path)? {
        Some(Value::Text(text)) => Ok(Some(text.to_string())),
        None => Ok(None),
        Some(_) => Err(Rc::from(format!("`.{}` is not a string", path.join(".")))),
    }
}

/// Kubernetes' longest name of 63 bytes.
fn fit(mut text: String) -> String {
    if text.len() > 63 {
        let end = (0..=63)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(end);
    }
    text.strip_suffix('-').map(str::to_owned).unwrap_or(text)
}

fn name_of(eval: &Eval<'_>, data: &Value) -> Known {
    let given = text_at(eval, data, &["Values", "nameOverride"]);
    let chart = || text_at(eval, data, &["Chart", "Name"]);
    Ok(match given {
        Ok(Some(name)) => Ok(fit(name)),
        Ok(None) => chart().map(|name| fit(name.unwrap_or_default())),
        Err(reason) => Err(reason),
    })
}

fn full_name(eval: &Eval<'_>, data: &Value) -> Known {
    match text_at(eval, data, &["Values", "fullnameOverride"]) {
        Err(reason) => return Ok(Err(reason)),
        Ok(Some(name)) => return Ok(Ok(fit(name))),
        Ok(None) => {}
    }
    let name = match text_at(eval, data, &["Values", "nameOverride"]) {
        Ok(None) => text_at(eval, data, &["Chart", "Name"]),
        given => given,
    };
    let release = text_at(eval, data, &["Release", "Name"]);
    Ok(match (name, release) {
        (Err(reason), _) | (_, Err(reason)) => Err(reason),
        (Ok(name), Ok(release)) => {
            let (name, release) = (name.unwrap_or_default(), release.unwrap_or_default());
            Ok(fit(if release.contains(&name) {
                release
            } else {
                format!("{release}-{name}")
            }))
        }
    })
}

fn namespace(eval: &Eval<'_>, data: &Value) -> Known {
    Ok(
        match text_at(eval, data, &["Values", "namespaceOverride"]) {
            Ok(None) => text_at(eval, data, &["Release", "Namespace"])
                .map(|name| fit(name.unwrap_or_default())),
            Ok(Some(name)) => Ok(fit(name)),
            Err(reason) => Err(reason),
        },
    )
}

fn component(eval: &Eval<'_>, data: &Value, component: &str) -> Known {
    Ok(full_name(eval, data)?.map(|name| fit(format!("{name}-{component}"))))
}

/// A text is evaluated as it is, anything else as its YAML; with a scope, `.` is the scope, which we leave unknown.
fn render_value(eval: &mut Eval<'_>, data: &Value) -> EvalResult {
    let Value::Map(id) = data else {
        return Ok(Value::Opaque(Rc::from(
            "`common.tplvalues.render` is not given a dict",
        )));
    };
    let entry = |key: &str| eval.heap.get(*id, key).cloned();
    let (value, context, scope) = (entry("value"), entry("context"), entry("scope"));
    if scope.is_some() {
        return Ok(Value::Opaque(Rc::from(
            "`common.tplvalues.render` with a scope is not evaluated",
        )));
    }
    let value = value.unwrap_or(Value::Nil);
    let source = match &value {
        Value::Opaque(_) => return Ok(value),
        Value::Text(text) => Rc::clone(text),
        other => match to_yaml(eval, other, Layout::Plain)? {
            Value::Text(text) => text,
            other => return Ok(other),
        },
    };
    // Text that holds nothing but the unknown is unknown: its caller may indent it.
    if source
        .chars()
        .all(|at| at == OPAQUE || at == ':' || at == ' ')
        && partial(&source)
    {
        return Ok(partly(eval));
    }
    let rendered = eval.tpl(&source, &context.unwrap_or(Value::Nil))?;
    made(eval, rendered)
}
