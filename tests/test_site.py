"The website builds, shows all that the notebooks define and say, and its links lead somewhere."
import ast, html.parser, json, re
from collections import Counter
from importlib import import_module
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit
import pytest
from bs4 import BeautifulSoup
from project import NOTEBOOKS, ROOT, built, cells, page, settings, shown_cells

ALL = 'all.html'  # one import for readers, and no chapter


def address(): return settings()['doc_host'] + settings()['doc_baseurl'] + '/'


@pytest.fixture(scope='module')
def soups(site): return {name: BeautifulSoup(p.read_text(encoding='utf-8'), 'html.parser') for name, p in built(site).items()}


class Links(html.parser.HTMLParser):
    "The ids of a page, and what it links to or shows"
    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(path.read_text(encoding='utf-8'))

    def handle_starttag(self, tag, attrs):
        for k, v in attrs:
            if k in ('id', 'name') and v: self.ids.add(v)
            if k in ('href', 'src') and v: self.links.append(v)


def test_every_notebook_has_its_page(site):
    names = [page(n) for n in NOTEBOOKS]
    assert len(set(names)) == len(names) and {*names, '404.html'} == {*built(site)}


def test_pages_are_light(site):
    for name, path in built(site).items(): assert path.stat().st_size < 1.5e6, f'{name} has {path.stat().st_size / 1e6:.1f} MB'


def sidebar(soup): return [a['href'] for a in soup.select('#quarto-sidebar a[href]')]


def target(where, link): return normpath(join(dirname(where), link))


def test_sidebar_names_every_page_but_all(soups):
    listed = sidebar(soups['index.html'])
    assert len(set(listed)) == len(listed) and set(listed) == {page(n) for n in NOTEBOOKS} - {ALL}
    for a in soups['index.html'].select('#quarto-sidebar a[href]')[1:]:
        assert a.get_text(strip=True) == soups[a['href']].h1.get_text(strip=True), 'the list of pages uses their titles'


def test_pages_follow_in_the_order_of_the_sidebar(site, soups):
    listed = sidebar(soups['index.html'])
    for before, after in zip(listed, listed[1:]):
        assert target(before, soups[before].select_one('.nav-page-next a')['href']) == after, f'{before} does not lead to {after}'
        assert target(after, soups[after].select_one('.nav-page-previous a')['href']) == before, f'{after} does not lead back to {before}'
    for_models = re.findall(rf'\({re.escape(address())}([\w/-]+)\.llms\.md\)', (site/'llms.txt').read_text(encoding='utf-8'))
    assert for_models == [p.removesuffix('.html') for p in [*listed, ALL]], 'llms.txt has another order'
    for name in for_models: assert (site/f'{name}.llms.md').is_file()


def test_every_page_has_its_opening(site):
    "nbdev takes the cell of the title for itself: a paragraph in it would be on no page"
    for n in NOTEBOOKS:
        title, opening, *_ = [''.join(c['source']) for c in json.loads(n.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'markdown']
        assert len(title.split('\n\n')) <= 2, f'{n.name}: the cell of the title holds more than the title and its line'
        words = re.search(r'[A-Za-z][A-Za-z ]{15,}', opening)[0][:20]
        assert words in (site/page(n)).read_text(encoding='utf-8'), f'{n.name}: {words!r} is not on its page'


def test_links_lead_somewhere(site):
    pages = {p.relative_to(site).as_posix(): Links(p) for p in site.rglob('*.html')}
    base = settings()['doc_baseurl'] + '/'
    lost = []
    for name, this in pages.items():
        for link in this.links:
            parts = urlsplit(link.removeprefix(address()).removeprefix(base))
            if parts.scheme or parts.netloc: continue
            target = ((site/name).parent/unquote(parts.path)).resolve().relative_to(site.resolve()).as_posix() if parts.path else name
            if target == '.': target = 'index.html'
            if not (site/target).is_file(): lost.append(f'{name}: {link}')
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids: lost.append(f'{name}: {link}')
    for entry in json.loads((site/'search.json').read_text(encoding='utf-8')):
        parts = urlsplit(entry['href'])
        if parts.path not in pages or parts.fragment and parts.fragment not in pages[parts.path].ids: lost.append(f'search: {entry["href"]}')
    assert not lost, '\n'.join(lost)


def test_links_of_a_page(soups):
    "Colab, the notebook to download, its source, where to edit it and where to report: all from the address in settings.ini"
    git, branch, path = settings()['git_url'], settings()['branch'], lambda n: n.relative_to(ROOT/'nbs').as_posix()
    for n in NOTEBOOKS:
        links = {a['class'][0]: a['href'] for a in soups[page(n)].select('main .page-links a')}
        assert links.pop('issue').startswith(f'{git}/issues/new?title=')
        assert target(page(n), links.pop('download')) == f'notebooks/{path(n)}'
        assert links == dict(
            colab=git.replace('//github.com', '//colab.research.google.com/github') + f'/blob/gh-pages/notebooks/{path(n)}',
            source=f'{git}/blob/{branch}/nbs/{path(n)}', edit=f'{git}/edit/{branch}/nbs/{path(n)}')
        assert re.fullmatch(r'Saved \d{1,2} \w+ 20\d\d', soups[page(n)].select_one('.page-links span').get_text())


def test_addresses(soups):
    assert f'git clone {settings()["git_url"]}' in soups['index.html'].main.get_text()
    for name, soup in soups.items():
        assert soup.select_one(f'.navbar a[href="{settings()["git_url"]}"]'), f'{name} has no link to GitHub in its bar'
        assert settings()['version'] in soup.footer.get_text(), f'{name} does not say of which version it is'


def test_copies_for_readers(site):
    "The notebook that Colab opens installs the package, then holds what the page shows, with links that work there"
    for n in NOTEBOOKS:
        copy = json.loads((site/'notebooks'/n.relative_to(ROOT/'nbs')).read_text(encoding='utf-8'))['cells']
        code = [''.join(c['source']) for c in copy if c['cell_type'] == 'code']
        install, *clone = code[0].splitlines()
        assert install == f'%pip install -q {settings()["lib_name"]}'
        assert bool(clone) == any("'../benchmarks" in c for c in code[1:]), f'{n.name} reads files beside the notebooks'
        plain = lambda s: re.sub(r'(#\|.*\n?|# @title .*\n)*', '', s, count=1)
        assert [plain(c) for c in code[1:]] == [plain(c['source']) for c in shown_cells(n)]
        text = '\n'.join(''.join(c['source']) for c in copy if c['cell_type'] == 'markdown')
        links = re.findall(r'\]\(([^)\s]+)\)', text)
        assert all(re.match(r'https?:|#', l) for l in links), links
        for l in links: assert not l.startswith(address()) or not l.partition('#')[0].endswith('.ipynb'), l
        assert not re.search(r'\$[A-Z_]{3}', text)


def test_card(site, soups):
    for name in {*soups} - {'404.html'}:
        for tag in ({'property': 'og:image'}, {'name': 'twitter:image'}):
            image = soups[name].find('meta', attrs=tag)['content']
            assert image.startswith(f'{settings()["doc_host"]}{settings()["doc_baseurl"]}/') and (site/image.rpartition('/')[2]).is_file()


def public(name): return not re.search(r'(^|\.)_(?!_)', name)


def modules(): return [(n, m) for n in NOTEBOOKS for c in cells(n) if (m := c['options'].get('default_exp'))]


def defined():
    "The definitions of the library, read from its modules: page, name, node, source, and whether the page has an entry for it"
    for notebook, module in modules():
        where = page(notebook)
        text = (ROOT/'collab_lit'/f'{module}.py').read_text(encoding='utf-8')
        exported = import_module(f'collab_lit.{module}').__all__
        for node in ast.parse(text).body:
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)): continue
            patched = any(ast.unparse(d).partition('(')[0] == 'patch' for d in node.decorator_list)
            owners = ast.unparse(node.args.args[0].annotation).split(' | ') if patched else ['']
            for owner in owners:
                name = f'{owner}.{node.name}'.strip('.')
                yield where, name, node, ast.get_source_segment(text, node), public(name) and (patched or name in exported)


def test_every_definition_shows_its_source(soups):
    code = {name: '\n'.join(pre.get_text() for pre in soup.select('.cell pre')) for name, soup in soups.items()}
    lost = [f'{where}: {name}' for where, name, _, source, _ in defined() if source not in code[where]]
    assert not lost, f'{len(lost)} definitions without source on their page (the cell needs `#| exports`): {lost}'


def test_entries(soups):
    "A public name has one heading, the full name with its class, a link to its line, and one open block that says `def` or `class`"
    for where, name, node, _, has_entry in defined():
        heading = soups[where].select(f'h3[data-anchor-id="{name.lower()}"]')
        assert len(heading) == has_entry, f'{where}: {len(heading)} entries for {name}'
        if not has_entry: continue
        assert heading[0].get_text() == name
        section = heading[0].parent
        assert re.fullmatch(rf'.*/collab_lit/{where.removesuffix(".html")}\.py#L\d+', section.select_one('.source-link')['href'])
        lesson = [p for p in section.select('pre.cell-code') if 'library' not in p.parent['class']]
        blocks = [p for p in section.select('pre') if p not in lesson]
        starts = [p for p in blocks if re.search(rf'^(def|class) {node.name}\b', p.get_text(), re.M)]
        kind = 'class' if isinstance(node, ast.ClassDef) else 'def'
        assert starts and all(re.search(rf'^{kind} {node.name}\b', p.get_text(), re.M) for p in starts), f'{where}: {name} is a {kind}'
        opened = [p for p in starts if not p.find_parent('details')]
        assert len(opened) == 1, f'{where}: {len(opened)} open blocks begin with {name}'


def test_ids_are_unique(site):
    for name, path in built(site).items():
        ids = re.findall(r'<[^>]* id="([^"]+)"', path.read_text(encoding='utf-8'))
        twice = {i for i in ids if ids.count(i) > 1}
        assert not twice, f'{name}: a heading and an entry, or two headings, have one name: {twice}'


def prose(soup):
    "What the page says, without code and formulas"
    copy = BeautifulSoup(str(soup.main), 'html.parser')
    for tag in copy.select('pre, code, math, script'): tag.decompose()
    return copy.get_text()


def test_no_markdown_is_left(soups):
    for name, soup in soups.items():
        left = re.findall(r'.{0,30}\]\([^)\s]+\)|.{0,30}`.{0,30}|.{0,30}\*\*.{0,30}', prose(soup))
        assert not left, f'{name} shows Markdown: {left}'


def test_index_names_all(soups):
    "The page of all names has every entry and every exported constant, each with a link and, for an entry, its first line"
    rows = {r.a.get_text(): (r.a['href'], r.find_all('td')[1].get_text(strip=True)) for r in soups['api.html'].main.select('tr') if r.a}
    entries = {name: (f'{where}#{name.lower()}', node) for where, name, node, _, has_entry in defined() if has_entry}
    for name, (link, node) in entries.items():
        assert rows[name][0] == link and bool(rows[name][1]) == bool(ast.get_docstring(node)), name
    exported = {name for _, where in modules() for name in import_module(f'collab_lit.{where}').__all__ if where != 'all'}
    assert exported | entries.keys() == rows.keys()


def test_names_lead_to_their_entries(soups):
    "Names in backticks that have an entry are links; a method's bare name is one if no other class has it and no parameter is called so"
    known = list(defined())
    names = {name for _, name, _, _, has_entry in known if has_entry}
    params = {a.arg for _, _, node, _, _ in known for a in ast.walk(node) if isinstance(a, ast.arg)}
    methods = {name for _, name, _, _, _ in known if '.' in name and public(name)}
    for _, name, node, _, _ in known:
        if isinstance(node, ast.ClassDef):
            methods |= {f'{name}.{m.name}' for m in node.body if isinstance(m, ast.FunctionDef) and public(m.name)}
    last = Counter(m.rpartition('.')[2] for m in methods)
    names |= {m for m, n in last.items() if n == 1 and m not in params and not m.startswith('_')}
    library = import_module('collab_lit.all')
    for cls, obj in (('Learner', 'learn'), ('CollabDataLoaders', 'dls')):
        own = {m.rpartition('.')[2] for m in methods for base in getattr(library, cls).__mro__ if m.startswith(f'{base.__name__}.')}
        names |= {f'{o}.{m}' for o in (cls, obj) for m in own}
    wrong = []
    for where, soup in soups.items():
        plain = [c.get_text() for c in soup.main.select('code') if not c.find_parent(['a', 'pre', 'h1', 'h2', 'h3', 'h4'])]
        wrong += [f'{where}: no link at {text}' for text in plain if re.sub(r'\(.*\)$', '', text, flags=re.S) in names]
        wrong += [f'{where}: a heading links to {a["href"]}' for a in soup.main.select(':is(h1, h2, h3, h4) a')]
    assert not wrong, '\n'.join(wrong)


def test_tables(soups):
    wrong = []
    for where, soup in soups.items():
        for table in soup.main.select('table'):
            start = f'in {where}: {table.get_text(" ", strip=True)[:100]}'
            if not all(th.get_text(strip=True) for th in table.select('th')): wrong.append(f'a heading over nothing {start}')
            rows = [[c.get_text(strip=True) for c in r.find_all(['th', 'td'])] for r in table.select('tbody tr')]
            if len({len(r) for r in rows}) != 1: continue
            nothing = {'', 'NaN', 'nan', 'None', '<NA>'} if 'dataframe' in table.get('class', ()) else {''}
            wrong += [f'nothing in column {n} {start}' for n, column in enumerate(zip(*rows)) if not set(column) - nothing]
    assert not wrong, '\n'.join(wrong)


def test_pictures_say_what_they_show(soups):
    mute = [f'{where}: picture {n}' for where, soup in soups.items()
            for n, img in enumerate(soup.main.select('img')) if len(img.get('alt', '').split()) < 4]
    assert not mute, f'{len(mute)} pictures without the claim they make (`#| fig-alt: ...` in their cell): {mute}'
