"Finish the built pages: link names, align numbers, and make the pages work with a keyboard and a screen reader."
import base64, posixpath, re, struct
from urllib.parse import quote

from bs4 import BeautifulSoup, NavigableString
from nbdev.doclinks import NbdevLookup

NUMBER = re.compile(r'[-+−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?( ?(%|×|x|s|ms|µs|[kMG]i?B))?')
COLAB = 'https://colab.research.google.com/github/{cfg.user}/{cfg.repo}/blob/gh-pages/notebooks/{path}'
NOTHING = {'', '-', '–', '—', 'nan', 'NaN', '<NA>', 'None'}
LABELS = {'nav.navbar': 'Site', 'nav.quarto-secondary-nav': 'Open the list of pages', '#quarto-sidebar': 'Pages', '#TOC': 'On this page',
          '#quarto-margin-sidebar': 'About this page', 'nav.page-navigation': 'Previous and next page'}


def from_page(
    page,  # address of the page within the site
    link,  # another one, or a part of the page
):
    "The link as the page has it: `learn/why.html` reaches `model.html#weight` by `../model.html#weight`"
    path, mark, part = link.partition('#')
    return mark + part if path == page else posixpath.relpath(path, posixpath.dirname(page) or '.') + mark + part


def link_names(
    soup,   # the page
    page,   # its address within the site
    names,  # an `entries.Names`
):
    "Link names in backticks to their entries, except in headings, links and blocks of code"
    for code in soup.main.find_all('code'):
        if code.find_parent(['a', 'pre', 'summary', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']): continue
        link = names.find(code.get_text())
        if link and link != page: code.wrap(soup.new_tag('a', href=from_page(page, link)))


def link_sources(
    soup,   # the page
    page,   # its address within the site
    names,  # an `entries.Names`
):
    "Mark the source of the library, and put a link to its line in the module beside each entry"
    for pre in soup.main.select('pre.cell-code'):
        if pre.get_text().strip() in names.sources: pre.parent['class'] = [*pre.parent['class'], 'library']
    for name, link in names.entries.items():
        if link != f'{page}#{name.lower()}': continue
        source = soup.new_tag('a', href=NbdevLookup().code(name), attrs={'class': 'source-link'})
        source.string = 'source'
        soup.find(attrs={'data-anchor-id': name.lower()}).insert_after(source)


def name_index(
    soup,  # the page
):
    "Move the name of a table's index, which pandas puts in a row of its own, up to the names of the columns"
    for thead in soup.main.find_all('thead'):
        rows = [r.find_all('th', recursive=False) for r in thead.find_all('tr')]
        if len(rows) != 2 or len(rows[0]) != len(rows[1]): continue
        if not any(upper.get_text(strip=True) and lower.get_text(strip=True) for upper, lower in zip(*rows)):
            for upper, lower in zip(*rows):
                if lower.get_text(strip=True): upper.replace_with(lower.extract())
            thead.find_all('tr')[1].decompose()


def set_tables(
    soup,  # the page
):
    "Mark columns of numbers, and tables too wide for a phone, for styles.css; an empty heading becomes an empty cell"
    for th in soup.main.find_all('th'):
        if not th.get_text(strip=True): th.name = 'td'
    for table in soup.main.find_all('table'):
        rows = [r.find_all(['th', 'td'], recursive=False) for r in table.find_all('tr')]
        if any(c.has_attr('colspan') or c.has_attr('rowspan') for r in rows for c in r) or len({len(r) for r in rows}) != 1: continue
        head = len(table.thead.find_all('tr')) if table.thead else 0
        for column in zip(*rows):
            texts = {c.get_text(strip=True) for c in column[head:]} - NOTHING
            if rows[0][0].get_text(strip=True) != 'Parameter' and texts and all(NUMBER.fullmatch(t) for t in texts):
                for cell in column: cell['class'] = [*cell.get('class', []), 'number']
        longest = [max(len(c.get_text()) for c in column) for column in zip(*rows)]
        if head == 1 and (len(longest) > 3 and max(longest) > 30 or len(longest) == 3 and sum(longest) > 80):
            table['class'] = [*table.get('class', []), 'wide']
            for row in rows[1:]:
                for label, cell in zip(rows[0], row): cell['data-label'] = label.get_text(strip=True)


def keep_punctuation(
    soup,  # the page
):
    "Keep a formula and the comma, full stop or ending that follows it on one line"
    for math in soup.main.select('.math.inline'):
        after = math.next_sibling
        if not isinstance(after, NavigableString) or not (mark := re.match(r'[,.;:?!)’]+|-\w+', after)): continue
        after.replace_with(after[mark.end():])
        math.wrap(soup.new_tag('span', attrs={'class': 'nowrap'})).append(mark[0])


def size_pictures(
    soup,  # the page
):
    "State the size of each of the notebook's pictures, so that the text does not move while they load"
    for img in soup.main.select('img[src^="data:image/png;base64,"]'):
        header = base64.b64decode(img['src'].partition(',')[2][:32])
        if not img.get('width'): img['width'], img['height'] = struct.unpack('>II', header[16:24])


def break_names(
    soup,  # the page
):
    "Let a long name in the table of contents break after a dot or an underscore"
    for a in soup.select('#TOC a'):
        parts = re.split(r'(?<=[._])(?=\w)', a.get_text())
        a.clear()
        for n, part in enumerate(parts): a.extend([soup.new_tag('wbr'), part] if n else [part])


def open_to_all(
    soup,  # the page
):
    "Make controls reachable by keyboard, icons silent for screen readers, and give each part of the page a name"
    for control in soup.select('a[data-bs-toggle="collapse"], a.quarto-color-scheme-toggle'):
        control.name, control['type'] = 'button', 'button'
        for attr in ('role', 'href'): control.attrs.pop(attr, None)
    for icon in soup.select('i.bi'):
        icon.attrs.pop('role', None)
        icon['aria-hidden'] = 'true'
    for margin in soup.select('div#quarto-margin-sidebar'): margin.name = 'aside'
    for part, label in LABELS.items():
        for nav in soup.select(part): nav['aria-label'] = label


def page_links(
    soup,   # the page
    page,   # its address within the site
    path,   # of its notebook within `nbs`
    cfg,    # nbdev's settings
    saved,  # the day of the notebook's last commit as text, or None
):
    "A line of links below the title, at home at the end of the page: open and download the notebook, its source, and ways to change it"
    source, title = f'{cfg.nbs_path.name}/{path}', soup.h1.get_text(strip=True)
    links = dict(colab=(COLAB.format(cfg=cfg, path=path), 'Open in Colab', 'play-fill'),
                 download=(from_page(page, f'notebooks/{path}'), 'Download', 'download'),
                 source=(f'{cfg.git_url}/blob/{cfg.branch}/{source}', 'Source', 'code'),
                 edit=(f'{cfg.git_url}/edit/{cfg.branch}/{source}', 'Edit', 'pencil'),
                 issue=(f'{cfg.git_url}/issues/new?title={quote(title + ": ")}', 'Report an issue', 'chat-right'))
    line = soup.new_tag('nav', attrs={'class': 'page-links', 'aria-label': 'This notebook'})
    for what, (href, text, icon) in links.items():
        a = soup.new_tag('a', href=href, attrs={'class': what})
        if what == 'download': a['download'] = ''
        a.extend([soup.new_tag('i', attrs={'class': f'bi bi-{icon}'}), f' {text}'])
        line.append(a)
    if saved: line.append(BeautifulSoup(f'<span title="The day of the last change to this notebook">Saved {saved}</span>', 'html.parser'))
    if page == 'index.html': soup.select_one('.page-navigation').insert_before(line)
    else: soup.select_one('#title-block-header').insert_after(line)


def from_the_top(
    soup,  # the page
    base,  # path of the site, with slashes around it
):
    "Make links absolute within the host: the page for missing addresses is shown at any depth"
    for tag in soup.select('[href], [src], meta[name="smalldocs:offset"]'):
        for attr in {'href', 'src', 'content'} & tag.attrs.keys():
            link = tag[attr].removeprefix('./')
            if not re.match(r'\w+:|[#/]', link): tag[attr] = base + link


def finish(
    site,   # folder of the built site
    page,   # address of a page within it
    path,   # of its source, within `nbs`
    names,  # an `entries.Names`
    cfg,    # nbdev's settings
    saved,  # the day of the last commit of its source as text, or None
):
    "Apply all of this to a page"
    soup = BeautifulSoup((site/page).read_text(encoding='utf-8'), 'html.parser')
    link_names(soup, page, names)
    link_sources(soup, page, names)
    name_index(soup)
    set_tables(soup)
    keep_punctuation(soup)
    break_names(soup)
    size_pictures(soup)
    if path.endswith('.ipynb'): page_links(soup, page, path, cfg, saved)
    open_to_all(soup)
    if page == '404.html': from_the_top(soup, f'{cfg.doc_baseurl}/')
    (site/page).write_text(str(soup), encoding='utf-8')
