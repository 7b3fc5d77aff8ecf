"The website builds, its links lead somewhere, and a browser shows it with no help from another host."
import html.parser, json, re, shutil, threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
import pytest
from playwright.sync_api import sync_playwright
from project import BIN, CHAPTERS, NOTEBOOKS, copy_project, run, settings


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    copy = copy_project(tmp_path_factory.mktemp('site'))
    run(BIN/'python', 'tools/build_docs.py', cwd=copy)
    return copy/'_docs'


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


def page(
    notebook,
):
    "The name of a notebook's page"
    return re.sub(r'^\d+[a-zA-Z0-9]*_', '', notebook.stem) + '.html'


def test_every_notebook_has_its_page(site):
    names = [page(n) for n in NOTEBOOKS]
    assert len(set(names)) == len(names) and set(names) == {p.name for p in site.glob('*.html')}
    listed = Links(site/'index.html').links
    for name in names: assert name in listed, f'{name} is not in the sidebar'
    texts = (site/'llms.txt').read_text(encoding='utf-8')
    for name in names:
        copy = name.replace('.html', '.llms.md')
        assert copy in texts and (site/copy).exists(), f'llms.txt does not lead to {name}'


def test_every_page_has_its_opening(site):
    "nbdev takes the cell of the title for itself: a paragraph in it would be on no page"
    for n in NOTEBOOKS:
        title, opening, *_ = [''.join(c['source']) for c in json.loads(n.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'markdown']
        assert len(title.split('\n\n')) <= 2, f'{n.name}: the cell of the title holds more than the title and its line'
        words = re.search(r'[A-Za-z][A-Za-z ]{15,}', opening)[0][:20]
        assert words in (site/page(n)).read_text(encoding='utf-8'), f'{n.name}: {words!r} is not on its page'


def test_pages_follow_in_reading_order(site):
    chapters = [page(n) for n in CHAPTERS]
    for now, then in zip(chapters, chapters[1:]):
        text = (site/now).read_text(encoding='utf-8')
        assert re.search(rf'nav-page-next"><a href="{re.escape(then)}"', text), f'{now} does not lead to {then}'


def test_links_lead_somewhere(site):
    address = settings()['doc_host'] + settings()['doc_baseurl'] + '/'
    pages = {p.relative_to(site).as_posix(): Links(p) for p in site.rglob('*.html')}
    lost = []
    for name, this in pages.items():
        for link in this.links:
            parts = urlsplit(link.removeprefix(address))
            if parts.scheme or parts.netloc: continue
            target = ((site/name).parent/unquote(parts.path)).resolve().relative_to(site.resolve()).as_posix() if parts.path else name
            if target == '.': target = 'index.html'
            if not (site/target).is_file(): lost.append(f'{name}: {link}')
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids: lost.append(f'{name}: {link}')
    for entry in json.loads((site/'search.json').read_text(encoding='utf-8')):
        parts = urlsplit(entry['href'])
        if parts.path not in pages or parts.fragment and parts.fragment not in pages[parts.path].ids: lost.append(f'search: {entry["href"]}')
    assert not lost, '\n'.join(lost)


def test_links_to_source(site):
    for n in NOTEBOOKS:
        source = f'{settings()["git_url"]}/blob/{settings()["branch"]}/nbs/{n.name}'
        assert source in Links(site/page(n)).links, f'{page(n)} does not link to {source}'


def chromium():
    "A browser of this machine, or None for Playwright's own"
    found = [shutil.which(name) for name in ('chromium', 'chromium-browser', 'google-chrome')]
    return next((f for f in found if f), None)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass


@pytest.fixture(scope='module')
def address(site):
    with ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}/'
        server.shutdown()


@pytest.fixture(scope='module')
def chrome():
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium(), args=['--no-sandbox', '--disable-background-networking'])
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 'light'), (390, 'dark')], ids=['desktop', 'phone'])
def tab(request, chrome, address):
    "A page that fails the check if anything goes wrong in it, or is asked of another host"
    width, scheme = request.param
    tab = chrome.new_page(viewport={'width': width, 'height': 900}, color_scheme=scheme, base_url=address)
    wrong = []
    tab.on('console', lambda m: wrong.append(f'{m.type}: {m.text}') if m.type in ('error', 'warning') else None)
    tab.on('pageerror', lambda e: wrong.append(f'error: {e}'))
    tab.on('requestfailed', lambda r: wrong.append(f'failed: {r.url}'))
    tab.on('request', lambda r: None if r.url.startswith((address, 'data:')) else wrong.append(f'elsewhere: {r.url}'))
    yield tab
    tab.close()
    assert not wrong, '\n'.join(wrong)


OUT_OF_REACH = '''() => {
  const scrolls = e => e.tagName != 'MAIN' && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
  const beyond = e => e.getBoundingClientRect().right > window.innerWidth + 1
  return [...document.querySelectorAll('main *')].filter(e => beyond(e) && !scrolls(e)).slice(0, 5).map(e => e.outerHTML.slice(0, 90))
}'''


def test_pages_in_a_browser(tab, site):
    "Titles, pictures, tables and formulas have a size, and all of them can be seen, by scrolling if need be"
    seen = dict(img=0, table=0, math=0)
    for n in NOTEBOOKS:
        tab.goto(page(n))
        assert tab.locator('main h1').first.inner_text().strip(), f'{page(n)} has no title'
        for tag in seen:
            boxes = [o.bounding_box() for o in tab.locator(f'main {tag}').all()]
            assert all(b and b['width'] > 3 and b['height'] > 3 for b in boxes), f'{page(n)}: a {tag} is not visible'
            seen[tag] += len(boxes)
        if seen['img']: assert tab.evaluate('[...document.images].every(i => i.complete && i.naturalWidth > 0)'), f'{page(n)}: broken picture'
        lost = tab.evaluate(OUT_OF_REACH)
        assert not lost, f'{page(n)}: at {tab.viewport_size["width"]} pixels, out of the window and of any box that scrolls: {lost}'
        prose = tab.evaluate("(m => (m.querySelectorAll('pre, code').forEach(o => o.remove()), m.textContent))(document.querySelector('main').cloneNode(true))")
        assert not re.search(r'\\[a-zA-Z(\[]|\$\$', prose), f'{page(n)} shows TeX'
        for formula in tab.locator('main math').all_text_contents(): assert '&' not in formula, f'{page(n)}: half a formula: {formula}'
    assert all(seen.values()), f'a site with plots, tables and formulas shows {seen}'


def test_tutorial_shows_plots_and_tables(tab):
    tab.goto('tutorial.html')
    assert tab.locator('main img').count() and tab.locator('main table').count()


def test_api_page_shows_a_signature_and_its_parameters(tab):
    tab.goto('onecycle.html')
    entry = tab.locator('[id="learner.fit_one_cycle"]')
    assert entry.is_visible()
    assert tab.locator('main table', has_text='pct_start').first.is_visible()


def test_search_finds_fit_one_cycle(tab):
    tab.goto('index.html')
    menu = tab.locator('.navbar-toggler')
    if menu.is_visible(): menu.click()
    tab.locator('input[type=search]').fill('fit_one_cycle')
    hit = tab.locator('.search-result', has_text='fit_one_cycle').first
    hit.click()
    tab.wait_for_url(re.compile(r'/\w+\.html'))
    assert 'fit_one_cycle' in tab.locator('main').inner_text()


def test_dark_mode_can_be_chosen(tab):
    tab.goto('index.html')
    background = lambda: tab.evaluate('getComputedStyle(document.body).backgroundColor')
    before = background()
    menu = tab.locator('.navbar-toggler')
    if menu.is_visible(): menu.click()
    tab.locator('.quarto-color-scheme-toggle').click()
    tab.wait_for_function('b => getComputedStyle(document.body).backgroundColor != b', arg=before)
    chosen = background()
    tab.reload()
    assert background() == chosen != before
