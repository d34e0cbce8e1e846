//! The values a template computes with.
//!
//! Lists and maps lie in one [`Heap`] and are named by ids: `set` changes a map that many places name, and an arena can
//! hold a map that contains itself without leaking or overflowing the stack when it goes.
//!
//! Numbers follow Helm: those written in a values file arrive through JSON as Go's `float64`, those given with `--set`
//! as `int64`, and those computed as whatever the function returns.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use portolan_yaml::{Node, NodeId, NodeKind, OPAQUE, Style, Value as Resolved};

/// Collections nested deeper than this are taken for not known: the most that the limit `nesting` can be set to.
const MAX_VALUE_DEPTH: usize = 400;

/// Of a path, at most this much is kept for messages: keys may be long, and every map below them remembers its path.
const LONGEST_PATH: usize = 200;

#[derive(Clone, Debug)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64, IntType),
    Float(f64),
    /// May hold [`OPAQUE`] for parts that are not known.
    Text(Rc<str>),
    List(ListId),
    Map(MapId),
    /// Not known, and why.
    Opaque(Rc<str>),
}

/// Go's integer types that templates meet. They print alike, but only `int` may be passed to a function that takes `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntType {
    Int,
    Int64,
    Uint64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListId(usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MapId(usize);

#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub items: Vec<Value>,
    pub element: Element,
}

/// A Go slice's element type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Element {
    #[default]
    Any,
    Text,
    Int,
    /// `chartutil.VersionSet`, which has the method `Has`.
    Versions,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pub entries: BTreeMap<Rc<str>, Value>,
    pub kind: MapKind,
    /// Set where the chart's defaults may add entries that we were not given: the path to the map, for messages.
    pub open: Option<Rc<str>>,
}

/// A Go map's or struct's type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MapKind {
    /// `map[string]interface {}`
    #[default]
    Any,
    /// `map[string]string`
    Text,
    /// `chartutil.Values`
    Values,
    /// A struct: a field that it has not is an error.
    Struct(&'static str),
    /// What `semver` gives; it prints as its `String` field.
    Version,
}

/// Where lists and maps live while one template is rendered.
#[derive(Debug, Default)]
pub(super) struct Heap {
    lists: Vec<List>,
    maps: Vec<Map>,
    /// What an id of another heap would name.
    empty: List,
    /// Set once a map may or may not have been changed: from then on no entry of any map is certain.
    pub unsure: Option<Rc<str>>,
    /// The lowest map that was changed since this was last cleared.
    pub changed: Option<MapId>,
    /// How many lists and maps stay when a template has ended.
    kept: (usize, usize),
    /// Of those maps, the ones that the template changed, as they were.
    before: HashMap<usize, Map>,
    /// How many entries were copied for that.
    copied: usize,
}

impl Heap {
    pub(crate) fn list(&self, id: ListId) -> &List {
        self.lists.get(id.0).unwrap_or(&self.empty)
    }

    pub(crate) fn map(&self, id: MapId) -> Option<&Map> {
        self.maps.get(id.0)
    }

    pub(crate) fn entries(&self, id: MapId) -> impl DoubleEndedIterator<Item = (&Rc<str>, &Value)> {
        self.maps
            .get(id.0)
            .into_iter()
            .flat_map(|map| map.entries.iter())
    }

    pub(crate) fn get(&self, id: MapId, key: &str) -> Option<&Value> {
        self.maps.get(id.0)?.entries.get(key)
    }

    /// The path of a map that may hold entries that are not known.
    pub(crate) fn open(&self, id: MapId) -> Option<Rc<str>> {
        if let Some(reason) = &self.unsure {
            return Some(Rc::clone(reason));
        }
        self.maps.get(id.0)?.open.clone()
    }

    pub(crate) fn len(&self, id: MapId) -> usize {
        self.maps.get(id.0).map_or(0, |map| map.entries.len())
    }

    /// The number of maps: an id below it existed at this time.
    pub(crate) fn mark(&self) -> MapId {
        MapId(self.maps.len())
    }

    /// Keeps what is there now through every [`Heap::restore`].
    pub(crate) fn keep(&mut self) {
        self.kept = (self.lists.len(), self.maps.len());
    }

    /// Makes everything as it was when it was kept.
    pub(crate) fn restore(&mut self) {
        let (lists, maps) = self.kept;
        self.lists.truncate(lists);
        self.maps.truncate(maps);
        for (at, map) in self.before.drain() {
            if let Some(slot) = self.maps.get_mut(at) {
                *slot = map;
            }
        }
        self.unsure = None;
        self.changed = None;
        self.copied = 0;
    }

    /// How many entries were copied since this was last asked.
    pub(crate) fn take_copied(&mut self) -> usize {
        std::mem::take(&mut self.copied)
    }

    pub(crate) fn change(&mut self, id: MapId) -> Option<&mut Map> {
        if id.0 < self.kept.1
            && !self.before.contains_key(&id.0)
            && let Some(map) = self.maps.get(id.0)
        {
            self.copied += map.entries.len();
            self.before.insert(id.0, map.clone());
        }
        self.changed = Some(self.changed.map_or(id, |lowest| lowest.min(id)));
        self.maps.get_mut(id.0)
    }

    pub(crate) fn new_list(&mut self, items: Vec<Value>) -> Value {
        self.new_list_of(items, Element::Any)
    }

    pub(crate) fn new_list_of(&mut self, items: Vec<Value>, element: Element) -> Value {
        self.lists.push(List { items, element });
        Value::List(ListId(self.lists.len() - 1))
    }

    pub(crate) fn new_map(&mut self, map: Map) -> Value {
        self.maps.push(map);
        Value::Map(MapId(self.maps.len() - 1))
    }

    pub(crate) fn new_struct(&mut self, name: &'static str, fields: Vec<(&str, Value)>) -> Value {
        self.new_map(Map {
            entries: fields
                .into_iter()
                .map(|(key, value)| (Rc::from(key), value))
                .collect(),
            kind: MapKind::Struct(name),
            open: None,
        })
    }

    /// True where any part of the value is not known. Gives up, saying so, where it is nested too deep.
    pub(crate) fn is_uncertain(&self, value: &Value, depth: usize) -> bool {
        if depth > MAX_VALUE_DEPTH {
            return true;
        }
        match value {
            Value::Opaque(_) => true,
            Value::Text(text) => text.contains(OPAQUE),
            Value::List(id) => self
                .list(*id)
                .items
                .iter()
                .any(|item| self.is_uncertain(item, depth + 1)),
            Value::Map(id) => {
                self.open(*id).is_some()
                    || self
                        .entries(*id)
                        .any(|(_, item)| self.is_uncertain(item, depth + 1))
            }
            _ => false,
        }
    }

    /// Go's truth of a value, which is also the negation of Sprig's `empty`; `Err` with the reason where it is not known.
    pub(crate) fn truth(&self, value: &Value) -> Result<bool, Rc<str>> {
        Ok(match value {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(value, _) => *value != 0,
            Value::Float(value) => *value != 0.0,
            // Text that is nothing but unknown may be empty.
            Value::Text(text) if !text.is_empty() && text.chars().all(|at| at == OPAQUE) => {
                return Err(Rc::from("the string is not known"));
            }
            Value::Text(text) => !text.is_empty(),
            Value::List(id) => !self.list(*id).items.is_empty(),
            Value::Map(id) => {
                if self.is_struct(*id) || self.len(*id) > 0 {
                    return Ok(true);
                }
                if let Some(path) = self.open(*id) {
                    return Err(Rc::from(format!(
                        "the chart's default for `{path}` is not known"
                    )));
                }
                false
            }
            Value::Opaque(reason) => return Err(Rc::clone(reason)),
        })
    }

    pub(crate) fn is_struct(&self, id: MapId) -> bool {
        self.map(id)
            .is_some_and(|map| matches!(map.kind, MapKind::Struct(_) | MapKind::Version))
    }

    /// Go's name of the value's type, as `%T` prints it.
    pub(crate) fn type_name(&self, value: &Value) -> String {
        match value {
            Value::Nil => "<nil>".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Int(_, IntType::Int) => "int".to_owned(),
            Value::Int(_, IntType::Int64) => "int64".to_owned(),
            Value::Int(_, IntType::Uint64) => "uint64".to_owned(),
            Value::Float(_) => "float64".to_owned(),
            Value::Text(_) => "string".to_owned(),
            Value::List(id) => match self.list(*id).element {
                Element::Any => "[]interface {}",
                Element::Text => "[]string",
                Element::Int => "[]int",
                Element::Versions => "chartutil.VersionSet",
            }
            .to_owned(),
            Value::Map(id) => match self.map(*id).map(|map| map.kind).unwrap_or_default() {
                MapKind::Any => "map[string]interface {}".to_owned(),
                MapKind::Text => "map[string]string".to_owned(),
                MapKind::Values => "chartutil.Values".to_owned(),
                MapKind::Struct(name) => name.to_owned(),
                MapKind::Version => "*semver.Version".to_owned(),
            },
            Value::Opaque(_) => "unknown".to_owned(),
        }
    }

    /// Go's name of the value's kind.
    pub(crate) fn kind_name(&self, value: &Value) -> &'static str {
        match value {
            Value::Nil => "invalid",
            Value::Bool(_) => "bool",
            Value::Int(_, IntType::Int) => "int",
            Value::Int(_, IntType::Int64) => "int64",
            Value::Int(_, IntType::Uint64) => "uint64",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::List(_) => "slice",
            Value::Map(id) => match self.map(*id).map(|map| map.kind).unwrap_or_default() {
                MapKind::Struct(_) => "struct",
                MapKind::Version => "ptr",
                _ => "map",
            },
            Value::Opaque(_) => "unknown",
        }
    }

    /// Takes values in from a tree. `path` names the node for messages; `open` says that the chart's defaults may add
    /// entries to its maps. A list replaces the chart's, so that maps inside lists are never open.
    pub(crate) fn import(&mut self, node: Node<'_>, path: &str, open: bool) -> Value {
        let mut seen = HashMap::new();
        self.import_node(node, path, open, &mut seen, 0)
    }

    fn import_node(
        &mut self,
        node: Node<'_>,
        path: &str,
        open: bool,
        seen: &mut HashMap<(NodeId, bool), Value>,
        depth: usize,
    ) -> Value {
        if depth > MAX_VALUE_DEPTH {
            return Value::Opaque(Rc::from(format!("`{path}` is nested too deep")));
        }
        // An alias shares its anchor's value, or a few lines of YAML could ask for gigabytes.
        let key = (node.target().id(), open);
        if let Some(known) = seen.get(&key) {
            return known.clone();
        }
        let value = match node.kind() {
            NodeKind::Scalar(scalar) => match scalar.value {
                Resolved::Null => Value::Nil,
                Resolved::Bool(value) => Value::Bool(value),
                Resolved::Int(value) if scalar.style == Style::Made => {
                    Value::Int(value, IntType::Int64)
                }
                Resolved::Int(value) => Value::Float(value as f64),
                Resolved::UInt(value) => Value::Float(value as f64),
                Resolved::Float(value) => Value::Float(value),
                Resolved::String if &*scalar.text == OPAQUE.encode_utf8(&mut [0; 4]) => {
                    Value::Opaque(Rc::from(format!("`{path}` is not known")))
                }
                Resolved::String => Value::Text(Rc::from(&*scalar.text)),
            },
            NodeKind::Sequence(_) => {
                let items = node
                    .items()
                    .map(|item| self.import_node(item, path, false, seen, depth + 1))
                    .collect();
                self.new_list(items)
            }
            NodeKind::Mapping(_) => {
                let mut entries = BTreeMap::new();
                // An entry that stands for others that nobody knows.
                let is_unknown = |key: &str| key.chars().eq([OPAQUE]);
                let open = open || node.entries().any(|(entry, _)| is_unknown(&entry.key));
                for (entry, value) in node.entries() {
                    if is_unknown(&entry.key) {
                        continue;
                    }
                    let path = step(path, &entry.key);
                    let value = self.import_node(value, &path, open, seen, depth + 1);
                    entries.insert(Rc::from(&*entry.key), value);
                }
                self.new_map(Map {
                    entries,
                    kind: MapKind::Any,
                    open: open.then(|| Rc::from(path)),
                })
            }
            NodeKind::Alias(_) => Value::Nil,
        };
        seen.insert(key, value.clone());
        value
    }
}

/// The path one key further. What is longer than a message has room for ends in an ellipsis.
fn step(path: &str, key: &str) -> String {
    if path.ends_with('…') {
        return path.to_owned();
    }
    let room = LONGEST_PATH.saturating_sub(path.len());
    let mut longer = format!("{path}.");
    for (at, character) in key.char_indices() {
        if at >= room {
            longer.push('…');
            break;
        }
        longer.push(character);
    }
    longer
}

impl Value {
    pub(crate) fn text(text: impl Into<Rc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub(crate) fn int(value: usize) -> Value {
        Value::Int(i64::try_from(value).unwrap_or(i64::MAX), IntType::Int)
    }

    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self, Value::Opaque(_))
    }
}
