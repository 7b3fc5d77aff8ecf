"A browser shows the website with no help from another host, on a desk and on a phone, to eyes, keyboards and screen readers."
import re, threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
import pytest
from axe_playwright_python.sync_playwright import Axe
from project import NOTEBOOKS, page, settings

PAGES = [*map(page, NOTEBOOKS), '404.html']


class Host(SimpleHTTPRequestHandler):
    "The site as its host serves it: below its path, and with its own page for what is not found"
    def translate_path(self, path): return super().translate_path(path.removeprefix(settings()['doc_baseurl']))
    def log_message(self, *args): pass
    def send_error(self, code, *args):
        self.send_response(code)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.end_headers()
        with open(f'{self.directory}/404.html', 'rb') as f: self.wfile.write(f.read())


@pytest.fixture(scope='module')
def address(site):
    with ThreadingHTTPServer(('127.0.0.1', 0), partial(Host, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}{settings()["doc_baseurl"]}/'
        server.shutdown()


@pytest.fixture(params=[(1280, 'light'), (390, 'dark')], ids=['desktop', 'phone'])
def tab(request, chrome, address):
    "A page that fails the check if anything goes wrong in it, or is asked of another host"
    width, scheme = request.param
    tab = chrome.new_page(viewport={'width': width, 'height': 900}, color_scheme=scheme, base_url=address)
    wrong = []
    tab.on('console', lambda m: wrong.append(f'{m.type}: {m.text}') if m.type in ('error', 'warning') else None)
    tab.on('pageerror', lambda e: wrong.append(f'error: {e}'))
    # a page that is left before its icon arrives stops asking for it: that's no failure
    aborted = 'net::ERR_ABORTED'
    tab.on('requestfailed', lambda r: wrong.append(f'failed: {r.url}') if r.failure != aborted else None)
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
        unfold(tab)
        assert tab.locator('main h1').first.inner_text().strip(), f'{page(n)} has no title'
        for tag in seen:
            boxes = [o.bounding_box() for o in tab.locator(f'main {tag}').all()]
            assert all(b and b['width'] > 3 and b['height'] > 3 for b in boxes), f'{page(n)}: a {tag} is not visible'
            seen[tag] += len(boxes)
        if seen['img']: assert tab.evaluate('[...document.images].every(i => i.complete && i.naturalWidth > 0)'), f'{page(n)}: broken picture'
        lost = tab.evaluate(OUT_OF_REACH)
        assert not lost, f'{page(n)}: at {tab.viewport_size["width"]} pixels, out of the window and of any box that scrolls: {lost}'
        assert tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), f'{page(n)} scrolls sideways'
        prose = tab.evaluate("(m => (m.querySelectorAll('pre, code').forEach(o => o.remove()), m.textContent))(document.querySelector('main').cloneNode(true))")
        assert not re.search(r'\\[a-zA-Z(\[]|\$\$', prose), f'{page(n)} shows TeX'
        for formula in tab.locator('main math').all_text_contents(): assert '&' not in formula, f'{page(n)}: half a formula: {formula}'
    assert all(seen.values()), f'a site with plots, tables and formulas shows {seen}'


def test_tutorial_shows_plots_and_tables(tab):
    tab.goto('tutorial.html')
    assert tab.locator('main img').count() and tab.locator('main table').count()


def test_api_page_shows_an_entry_and_its_parameters(tab):
    tab.goto('onecycle.html')
    entry = tab.locator('[id="learner.fit_one_cycle"]')
    assert entry.is_visible() and 'pct_start' in entry.inner_text()


WORDS = 'fit_one_cycle', 'cold start', 'implicit feedback', 'matrix factorization', 'regularization', 'hyperparameter', 'embedding'


@pytest.mark.parametrize('words', WORDS)
def test_search_finds(tab, words):
    "A name of the library, and the words that people who know the subject search for"
    tab.goto('index.html')
    menu = tab.locator('.navbar-toggler')
    if menu.is_visible(): menu.click()
    tab.locator('input[type=search]').fill(words)
    tab.locator('.search-result').first.click()
    tab.wait_for_url(re.compile(r'/\w+\.html'))
    assert words in tab.locator('main').inner_text().lower()


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


WIDE = """[...document.querySelectorAll('main pre')].filter(p => p.scrollWidth > p.clientWidth).map(p => p.textContent.slice(0, 60))"""
SMALL = """[...document.querySelectorAll('main .cell-output img')].filter(i => i.clientWidth < Math.min(i.naturalWidth, 600)).length"""


def unfold(tab): tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def test_code_fits_a_desk(chrome, address):
    tab = chrome.new_page(viewport={'width': 1280, 'height': 900}, base_url=address)
    for name in PAGES:
        tab.goto(name)
        unfold(tab)
        wide = tab.evaluate(WIDE)
        assert not wide, f'{name}: {len(wide)} boxes scroll sideways at 1280 pixels: {wide}'
    tab.close()


def test_words_in_pictures_can_be_read_on_a_phone(chrome, address):
    tab = chrome.new_page(viewport={'width': 390, 'height': 900}, base_url=address)
    for name in PAGES:
        tab.goto(name)
        small = tab.evaluate(SMALL)
        assert not small, f'{name}: {small} pictures are shrunk'
    tab.close()


def violations(
    tab,  # an open page
):
    "What axe finds that is serious or critical, a line each"
    found = Axe().run(tab, options={'resultTypes': ['violations']}).response['violations']
    return [f'{v["id"]}: {len(v["nodes"])} × {v["help"]}: {v["nodes"][0]["html"][:120]}' for v in found if v['impact'] in ('serious', 'critical')]


@pytest.mark.parametrize('name', PAGES)
def test_page_is_open_to_all(tab, name):
    tab.goto(name)
    unfold(tab)
    tab.wait_for_timeout(100)  # until the boxes that scroll are marked
    assert not violations(tab)


@pytest.mark.parametrize('width', [1280, 390])
@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_menus_and_search_are_open_to_all(chrome, address, width, scheme):
    tab = chrome.new_page(viewport={'width': width, 'height': 900}, color_scheme=scheme, base_url=address)
    tab.goto('index.html')
    if width < 900:
        tab.locator('.quarto-btn-toggle').click()
        assert tab.locator('#quarto-sidebar').get_by_role('link', name='Tutorial').is_visible()
        tab.wait_for_timeout(400)  # it slides in
        assert not violations(tab), 'with the list of pages open'
        tab.reload()
        tab.locator('.navbar-toggler').click()
        tab.wait_for_timeout(500)
    tab.locator('input[type=search]').fill('recommend')
    tab.locator('.search-result').first.wait_for()
    assert not violations(tab), 'with search open'
    tab.close()


def test_keyboard_skips_to_the_content(tab):
    tab.goto('index.html')
    tab.keyboard.press('Tab')
    assert tab.evaluate('document.activeElement.className') == 'skip-link'
    tab.keyboard.press('Enter')
    tab.keyboard.press('Tab')
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert tab.locator('main').count() == 1


def test_what_is_not_found_leads_home(chrome, address):
    tab = chrome.new_page(base_url=address)
    for lost in ('no-such-page.html', 'deep/down/here'):
        answer = tab.goto(lost)
        assert answer.status == 404 and tab.locator('h1').inner_text() == 'Page not found'
        assert tab.evaluate("getComputedStyle(document.querySelector('.navbar')).display") == 'flex', 'no styles'
        tab.locator('main').get_by_role('link', name='home page').click()
        assert tab.url in (address, f'{address}index.html')
    tab.close()
