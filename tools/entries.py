"How a page shows a definition of the library: its heading, then the open source, or its signature over the folded source."
import ast, importlib, inspect, re

from execnb.nbio import mk_cell
from fastcore.basics import listify
from fastcore.docments import DocmentTbl, MarkdownRenderer, empty
from nbdev.config import get_config
from nbdev.process import NBProcessor, Processor
from nbdev.processors import FilterDefaults, add_fold, add_links, add_show_docs, clean_show_doc, exec_show_docs, mv_exports
from nbdev.showdoc import showdoc_nm
from smalldocs.markdown import pandoc_id

DEFINITIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef


def definitions(
    cell,  # a cell of a notebook, with its directives read
):
    "The functions and classes that an exported cell defines, with their names: `Class.method` for a method added by `patch`"
    if cell.cell_type != 'code' or not {'export', 'exports'} & cell.directives_.keys() or 'hide' in cell.directives_: return
    for node in ast.parse(cell.source).body:
        if isinstance(node, DEFINITIONS):
            for name in listify(showdoc_nm(node)): yield name, node


def is_public(name): return not re.search(r'(^|\.)_(?!_)\w*$', name)


def module_of(
    nb,  # a notebook, with its directives read
):
    "The module that a notebook exports to, or None"
    return next((c.directives_['default_exp'][0] for c in nb.cells if c.cell_type == 'code' and 'default_exp' in c.directives_), None)


class Table(DocmentTbl):
    "Parameters in a table, whose first column has a name as well"
    @property
    def _hdr_list(self): return ['**Parameter**', *super()._hdr_list[1:]]


class Signature(MarkdownRenderer):
    "The signature and the docstring of a definition, with its parameters in a table, which wraps on a phone as comments do not"
    def _repr_markdown_(self):
        table = Table(self.sym)
        for param in [*table.dm.values(), *self.dm.dm.values()]:
            if param.get('anno') is type(None): param['anno'] = empty  # guessed from a default of None: says nothing
        if table.has_docment:
            for param in self.dm.dm.values(): param['docment'] = None
            self.dm.maxline = 95
        text = super()._repr_markdown_()
        if inspect.isclass(self.sym): text = re.sub(r'^def (.*?\)).*?:$', r'class \1', text, count=1, flags=re.M | re.S)
        return f'{text}\n\n{table}'


def heading(
    name,  # of a definition
):
    "Its heading, with the anchor that links lead to"
    shown = re.sub(r'__(\w+)__', r'\\_\\_\1\\_\\_', name)  # underscores, not bold
    return f'### {shown} {{#{name.lower()}}}'


def apart(
    line,     # a heading of a section, in Markdown
    text,     # its words
    anchors,  # those of the page's entries
):
    "The heading, with another anchor where an entry already has the usual one"
    anchor = pandoc_id(text)
    return f'{line} {{#about-{anchor}}}' if anchor in anchors else line


def title_of(
    nb,  # a notebook
):
    "The title of a chapter"
    return next(m[1] for c in nb.cells if c.cell_type == 'markdown' and (m := re.search(r'^# (.*)', c.source, re.M)))


def described(
    nb,  # a chapter, with its directives read
):
    "The public names that it defines, each with its anchor and what it says of itself; constants have neither"
    for cell in nb.cells:
        for name, node in definitions(cell):
            if is_public(name): yield name, f'#{name.lower()}', (ast.get_docstring(node) or '').partition('\n')[0]
        if cell.cell_type != 'code' or not {'export', 'exports'} & cell.directives_.keys(): continue
        for node in ast.parse(cell.source).body:
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Name) and not target.id.startswith('_'): yield target.id, '', ''


def api_index(
    folder,  # of the notebooks
):
    "Every public name of the library in Markdown, chapter by chapter"
    for path in sorted(folder.glob('[0-9]*.ipynb')):
        nb = NBProcessor(path).nb
        rows = [f'| [`{name}`]({path.name}{anchor}) | {text.replace("|", chr(92) + "|")} |' for name, anchor, text in described(nb)]
        if rows: yield f'## {title_of(nb)} {{#{module_of(nb)}}}\n\n[collab_lit.{module_of(nb)}]({path.name})\n\n| name | what it is |\n|---|---|\n' + '\n'.join(rows)


def filled(
    text,  # Markdown
):
    "The text with what settings.ini and the chapters alone hold: `$GIT_URL` is the repository's address, `$API_INDEX` the list of all names"
    cfg = get_config()
    text = text.replace('$GIT_URL', cfg.git_url)
    return text.replace('$API_INDEX', '\n\n'.join(api_index(cfg.nbs_path))) if '$API_INDEX' in text else text


def fill_in(
    cell,  # of a notebook
):
    "Fill in a cell of Markdown"
    if cell.cell_type == 'markdown': cell.source = filled(cell.source)


class name_module(Processor):
    "Show the name of a chapter's module below its title"
    def begin(self):
        if module := module_of(self.nb): self.nb.frontmatter_ = dict(subtitle=f'collab_lit.{module}')


class add_entries(Processor):
    """Put an entry for each name that an exported cell defines before the cell, with a signature where the source below is not open.
    `exporti` cells show their source without an entry."""
    def begin(self):
        cells, module = [], module_of(self.nb)
        anchors = {name.lower() for cell in self.nb.cells for name, _ in definitions(cell)}
        for cell in self.nb.cells:
            if cell.cell_type == 'markdown':
                cell.source = re.sub(r'^##+ (.*)$', lambda m: apart(m[0], m[1], anchors), cell.source, flags=re.M)
            if cell.cell_type == 'code': cell.directives_.pop('exporti', None)  # nbdev would take it off the page
            names = [name for name, _ in definitions(cell) if is_public(name)]
            fold = cell.cell_type == 'code' and 'fold' in cell.directives_
            for name in names:
                text = heading(name)
                if fold or 'export' in cell.directives_: text += f'\n\n{self.signature(module, name)}'
                cells.append(mk_cell(text, 'markdown'))
            if fold: cell.source = '#| code-fold: true\n#| code-summary: "Source"\n' + cell.source
            cells.append(cell)
        self.nb.cells = cells

    def signature(self, module, name):
        sym = importlib.import_module(f'collab_lit.{module}')
        try:
            for part in name.split('.'): sym = getattr(sym, part)
        except AttributeError: raise SystemExit(f'collab_lit/{module}.py has no {name}, which its notebook exports: run `make prepare`')
        return Signature(sym)._repr_markdown_()


class Filters(FilterDefaults):
    "nbdev's steps from a notebook to a page, with the entries made here"
    def base_procs(self):
        replaced = clean_show_doc, exec_show_docs, add_links, add_fold, mv_exports
        procs = [add_entries if p is add_show_docs else p for p in super().base_procs() if p not in replaced]
        return [fill_in, name_module, *procs]


class Names:
    "Where names in backticks link to: their entry, or the page of a module"
    instances = dict(learn='Learner', dls='CollabDataLoaders')  # what the pages call their objects

    def __init__(self,
        pages,  # the name of each page by the path of its notebook
    ):
        self.entries, self.bases, self.modules, self.owners, self.params, self.sources = {}, {}, {}, {}, set(), set()
        for path, page in pages.items():
            nb = NBProcessor(path).nb
            if module := module_of(nb): self.modules[module] = page
            for cell in nb.cells:
                if cell.cell_type != 'code': continue
                if {'export', 'exports', 'exporti'} & cell.directives_.keys(): self.sources.add(cell.source.strip())
                for name, node in definitions(cell):
                    if is_public(name): self.add(name, f'{page}#{name.lower()}')
                    self.params.update(a.arg for a in ast.walk(node) if isinstance(a, ast.arg))
                    if isinstance(node, ast.ClassDef):
                        self.bases[name] = [ast.unparse(b) for b in node.bases]
                        for method in node.body:
                            if isinstance(method, DEFINITIONS) and is_public(method.name):
                                self.add(f'{name}.{method.name}', f'{page}#{name.lower()}')

    def add(self, name, link):
        self.entries.setdefault(name, link)
        owner, _, method = name.rpartition('.')
        if owner: self.owners.setdefault(method, set()).add(owner)

    def method(self, cls, name):
        "The link for a method of a class, its own or inherited"
        links = [self.entries.get(f'{cls}.{name}'), *(self.method(b, name) for b in self.bases.get(cls, ()))]
        return next((l for l in links if l), None)

    def above(self, cls):
        "The classes that a class inherits from"
        return {b for base in self.bases.get(cls, ()) for b in (base, *self.above(base))}

    def find(self,
        text,  # from between backticks: a name or a call
    ):
        "The link for it, or None"
        m = re.fullmatch(r'(?:collab_lit\.)?([A-Za-z_]\w*(?:\.\w+)*)(?:\(.*\))?', text, re.S)
        if not m: return
        name = m[1]
        first, _, rest = name.partition('.')
        if first in self.instances and rest: return self.method(self.instances[first], rest)
        if first in self.modules and rest: return self.find(rest)
        if name in self.entries: return self.entries[name]
        if rest: return self.method(first, rest) or self.entries.get(first)
        if name in self.params: return
        owners = self.owners.get(name, set()) if not name.startswith('_') else set()
        first = [o for o in owners if not owners & self.above(o)]  # a method that classes share is that of the class they inherit from
        if len(first) == 1: return self.entries[f'{first[0]}.{name}']
        return self.modules.get(name)
