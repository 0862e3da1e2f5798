//! Reads Rust: the files of every crate, and the file that each name in them comes from.
//!
//! Tests are left out. A re-exported name comes from the file that declares it, so `pub use` in a
//! `mod.rs` or `lib.rs` makes no file depend on it. Method calls are not seen: they name no path.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::{Sources, Use};

/// All crates of a repository.
#[derive(Default)]
pub struct Crates {
    modules: Vec<Module>,
    /// The root modules of the libraries, by the crate's name in a path.
    libraries: BTreeMap<String, usize>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// Where the files of child modules lie.
    folder: String,
    root: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Every other path in the module's code.
    paths: Vec<Vec<String>>,
}

/// One leaf of a `use`.
struct Import {
    path: Vec<String>,
    /// The name it has in this module; none for `*`.
    name: Option<String>,
    is_reexport: bool,
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Found {
    Module(usize),
    /// Something declared in this module's file.
    ItemOf(usize),
    Foreign,
}

impl Crates {
    /// Reads every crate that has a `Cargo.toml` and a `src/lib.rs` or `src/main.rs` beside it.
    pub fn read(sources: &Sources) -> Crates {
        let mut crates = Crates::default();
        for (file, manifest) in sources.iter().filter(|(file, _)| file.ends_with("Cargo.toml")) {
            let folder = file.trim_end_matches("Cargo.toml");
            for root in ["lib", "main"] {
                let file = format!("{folder}src/{root}.rs");
                if sources.contains_key(&file) {
                    let module = crates.add(Module { file, folder: format!("{folder}src/"), ..Module::default() });
                    if root == "lib" {
                        crates.libraries.insert(package_name(manifest), module);
                    }
                    crates.file(sources, module);
                }
            }
        }
        crates
    }

    /// Every use of one file of these crates by another, and by `use` in one that re-exports.
    pub fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for (at, module) in self.modules.iter().enumerate() {
            let mut add = |path: &[String], is_reexport: bool| {
                if let Found::ItemOf(used) = self.resolve(at, path, &mut BTreeSet::new()) {
                    let (from, to) = (module.file.clone(), self.modules[used].file.clone());
                    uses.push(Use { from, to, name: path.join("::"), is_reexport });
                }
            };
            module.imports.iter().for_each(|import| add(&import.path, import.is_reexport));
            module.paths.iter().for_each(|path| add(path, false));
        }
        uses
    }

    /// Every path with its file, as it is written; macros end with `!`.
    pub fn paths(&self) -> impl Iterator<Item = (&str, String)> {
        self.modules.iter().flat_map(|module| {
            let imports = module.imports.iter().map(|import| &import.path);
            imports.chain(&module.paths).map(|path| (module.file.as_str(), path.join("::")))
        })
    }

    fn add(&mut self, module: Module) -> usize {
        let at = self.modules.len();
        let root = module.parent.map_or(at, |parent| self.modules[parent].root);
        self.modules.push(Module { root, ..module });
        at
    }

    /// Reads the file of a module.
    fn file(&mut self, sources: &Sources, module: usize) {
        let name = &self.modules[module].file;
        let file = syn::parse_file(&sources[name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        Reader { crates: self, sources, module, locals: Vec::new() }.visit_file(&file);
    }

    fn resolve(&self, from: usize, path: &[String], seen: &mut BTreeSet<(usize, String)>) -> Found {
        let mut found = match path[0].as_str() {
            "crate" => Found::Module(self.modules[from].root),
            "self" => Found::Module(from),
            "super" => self.parent(from),
            name => match (self.look_up(from, name, seen), self.libraries.get(name)) {
                (Some(found), _) => found,
                (None, Some(&library)) => Found::Module(library),
                (None, None) => Found::Foreign,
            },
        };
        for name in &path[1..] {
            found = match (found, name.as_str()) {
                (Found::Module(module), "super") => self.parent(module),
                (Found::Module(module), "self" | "*") => Found::Module(module),
                // A name that a macro makes is declared where the macro is called.
                (Found::Module(module), name) => self.look_up(module, name, seen).unwrap_or(Found::ItemOf(module)),
                (found, _) => return found,
            };
        }
        found
    }

    fn parent(&self, module: usize) -> Found {
        self.modules[module].parent.map_or(Found::Foreign, Found::Module)
    }

    fn look_up(&self, at: usize, name: &str, seen: &mut BTreeSet<(usize, String)>) -> Option<Found> {
        let (module, name) = (&self.modules[at], name.trim_end_matches('!'));
        if module.items.contains(name) {
            return Some(Found::ItemOf(at));
        }
        if let Some(&child) = module.children.get(name) {
            return Some(Found::Module(child));
        }
        // Modules may re-export each other's names.
        if !seen.insert((at, name.to_string())) {
            return None;
        }
        if let Some(import) = module.imports.iter().find(|import| import.name.as_deref() == Some(name)) {
            return Some(self.resolve(at, &import.path, seen));
        }
        module.imports.iter().filter(|import| import.name.is_none()).find_map(|glob| {
            match self.resolve(at, &glob.path, seen) {
                Found::Module(module) => self.look_up(module, name, seen),
                _ => None,
            }
        })
    }
}

/// Collects what a file declares and names.
struct Reader<'a> {
    crates: &'a mut Crates,
    sources: &'a Sources,
    module: usize,
    /// The variables of the functions around.
    locals: Vec<BTreeSet<String>>,
}

impl Reader<'_> {
    fn here(&mut self) -> &mut Module {
        &mut self.crates.modules[self.module]
    }

    fn name(&mut self, path: Vec<String>) {
        let is_local = path.len() == 1 && self.locals.iter().any(|locals| locals.contains(&path[0]));
        if !is_local && path[0] != "Self" {
            self.here().paths.push(path);
        }
    }

    fn import(&mut self, tree: &syn::UseTree, before: &[String], is_reexport: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (path, name) = match tree {
            syn::UseTree::Path(part) => return self.import(&part.tree, &with(&part.ident), is_reexport),
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, before, is_reexport));
            }
            syn::UseTree::Name(name) if name.ident == "self" => (before.to_vec(), before.last().cloned()),
            syn::UseTree::Name(name) => (with(&name.ident), Some(name.ident.to_string())),
            syn::UseTree::Rename(rename) => (with(&rename.ident), Some(rename.rename.to_string())),
            syn::UseTree::Glob(_) => (before.to_vec(), None),
        };
        self.here().imports.push(Import { path, name, is_reexport });
    }

    fn function(&mut self, locals: Locals, visit: impl FnOnce(&mut Self)) {
        self.locals.push(locals.0);
        visit(self);
        self.locals.pop();
    }

    /// Paths in the tokens of a macro: names joined by `::`, and single ones that are no field or
    /// method.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        // The signs since the last name.
        let mut signs = String::new();
        for token in tokens {
            match token {
                TokenTree::Punct(sign) => signs.push(sign.as_char()),
                TokenTree::Ident(name) => {
                    if signs != "::" {
                        self.tokens_name(&mut path, &signs);
                    }
                    if !(path.is_empty() && signs.ends_with('.')) {
                        path.push(name.to_string());
                    }
                    signs.clear();
                }
                TokenTree::Group(group) => {
                    self.tokens_name(&mut path, &signs);
                    signs.clear();
                    self.tokens(group.stream());
                }
                TokenTree::Literal(_) => {
                    self.tokens_name(&mut path, &signs);
                    signs.clear();
                }
            }
        }
        self.tokens_name(&mut path, &signs);
    }

    fn tokens_name(&mut self, path: &mut Vec<String>, signs_after: &str) {
        let mut path = std::mem::take(path);
        if let Some(last) = path.last_mut() {
            if signs_after == "!" {
                last.push('!');
            }
            self.name(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, name) = declared(item);
        if is_test(attributes) {
            return;
        }
        if let Some(name) = name {
            self.here().items.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        let Module { file, folder, .. } = &self.crates.modules[self.module];
        let (mut file, inner) = (file.clone(), format!("{folder}{name}/"));
        if item.content.is_none() {
            let places = [format!("{folder}{name}.rs"), format!("{inner}mod.rs")];
            let found = places.into_iter().find(|place| self.sources.contains_key(place));
            file = found.unwrap_or_else(|| panic!("{file}: module `{name}` has no file"));
        }
        let child = self.crates.add(Module { file, folder: inner, parent: Some(self.module), ..Module::default() });
        self.here().children.insert(name, child);
        match &item.content {
            None => self.crates.file(self.sources, child),
            Some((_, items)) => {
                let outer = std::mem::replace(&mut self.module, child);
                items.iter().for_each(|item| self.visit_item(item));
                self.module = outer;
            }
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(Locals::of(|locals| locals.visit_item_fn(item)), |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            let locals = Locals::of(|locals| locals.visit_impl_item_fn(item));
            self.function(locals, |reader| visit::visit_impl_item_fn(reader, item));
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let locals = Locals::of(|locals| locals.visit_trait_item_fn(item));
        self.function(locals, |reader| visit::visit_trait_item_fn(reader, item));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.name(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// A constant in a pattern looks like a variable.
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.name(vec![pattern.ident.to_string()]);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let mut path: Vec<String> = called.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(last) = path.last_mut() {
            last.push('!');
        }
        self.name(path);
        self.tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// The variables of a function: names that its patterns bind.
struct Locals(BTreeSet<String>);

impl Locals {
    fn of(visit: impl FnOnce(&mut Locals)) -> Locals {
        let mut locals = Locals(BTreeSet::new());
        visit(&mut locals);
        locals
    }
}

impl<'ast> Visit<'ast> for Locals {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        let name = pattern.ident.to_string();
        if !name.starts_with(char::is_uppercase) {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }
}

/// The attributes of an item and the name it declares; a module is no item of the one around it.
fn declared(item: &syn::Item) -> (&[syn::Attribute], Option<&syn::Ident>) {
    use syn::Item::*;
    match item {
        Const(item) => (&item.attrs, Some(&item.ident)),
        Enum(item) => (&item.attrs, Some(&item.ident)),
        Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Macro(item) => (&item.attrs, item.ident.as_ref()),
        Static(item) => (&item.attrs, Some(&item.ident)),
        Struct(item) => (&item.attrs, Some(&item.ident)),
        Trait(item) => (&item.attrs, Some(&item.ident)),
        Type(item) => (&item.attrs, Some(&item.ident)),
        Union(item) => (&item.attrs, Some(&item.ident)),
        Impl(item) => (&item.attrs, None),
        Mod(item) => (&item.attrs, None),
        Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

/// Whether an item is compiled in tests alone.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string().replace(' ', "");
            condition == "test" || condition.starts_with("all(test,")
        }
        _ => false,
    })
}

/// A package's name as paths write it.
fn package_name(manifest: &str) -> String {
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    name.unwrap_or_default().replace('-', "_")
}
