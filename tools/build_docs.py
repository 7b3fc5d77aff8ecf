"Build the website in `_docs` from the notebooks, the top-level `_quarto.yml` and `settings.ini`."
import datetime, os, re, shutil, sys
from pathlib import Path

if not hasattr(datetime, 'UTC'): datetime.UTC = datetime.timezone.utc  # smalldocs needs this name; Python 3.10 lacks it

import ziamath
from fastcore.docments import DocmentTbl, empty
from fontTools import subset
from latex2mathml.converter import convert
from nbdev import showdoc
from nbdev.config import get_config
from nbdev.quarto import refresh_quarto_yml
from nbdev.serve import proc_nbs
from smalldocs import markdown, site
from smalldocs.config import HTML_OPTIONS, PAGE_KEYS, load


class TableRenderer(showdoc.BasicMarkdownRenderer):
    "nbdev's entry for a symbol, with the parameters in a table, which wraps on a phone as comments do not"
    def _repr_markdown_(self):
        table = DocmentTbl(self.sym)
        for param in [*table.dm.values(), *self.dm.dm.values()]:
            if param.get('anno') is type(None): param['anno'] = empty  # guessed from a default of None: says nothing
        if not table.has_docment: return super()._repr_markdown_()
        for param in self.dm.dm.values(): param['docment'] = None
        self.dm.maxline = 95
        return f'{super()._repr_markdown_()}\n\n{table}'


def to_mathml(
    tex,   # TeX source, without its dollars
    opts,  # smalldocs sets `display_mode` for a formula on its own line
):
    "The formula as MathML, which browsers draw by themselves: no script, no font from elsewhere"
    return convert(tex, display='block' if opts.get('display_mode') else 'inline').replace(r'\_', '_')


class Site(site.Site):
    "A smalldocs site that names pages as nbdev does (`01_data.ipynb` is `data.html`), with formulas as MathML"
    def read(self, src):
        page = super().read(src)
        page.out = page.out.with_name(page.front.get('output-file', page.out.name))
        return page

    def find_page(self, target):
        "A page by its source, as smalldocs does, or by the name of its output"
        return super().find_page(target) or next((p for p in self.pages.values() if p.out == target), None)

    def render_page(self, page):
        super().render_page(page)
        page.env['math'] = False  # there is nothing left for KaTeX to do, so the page need not fetch it


    def copy_assets(self, nav):
        "The theme without the fonts it would fetch from another host: the reader's own serve as well"
        super().copy_assets(nav)
        for css in (self.out/'site_libs'/'themes').glob('*.css'):
            css.write_text(re.sub(r'@import url\([^)]*\);?', '', css.read_text(encoding='utf-8')), encoding='utf-8')


def add_math_font(
    folder,  # the built site
):
    "A font for formulas, STIX Two Math, cut to Latin, Greek and signs: many systems have none, and misplace limits and roots"
    options = subset.Options(flavor='woff', layout_features=[])
    font = subset.load_font(Path(ziamath.__file__).parent/'fonts'/'STIXTwoMath-Regular.ttf', options)
    letters = [range(0x20, 0x7f), range(0xa0, 0x100), range(0x2b0, 0x400), range(0x2000, 0x2300), range(0x1d400, 0x1d504)]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[u for r in letters for u in r])
    subsetter.subset(font)
    subset.save_font(font, folder/'math.woff', options)
    with open(folder/'styles.css', 'a', encoding='utf-8') as f:
        f.write("@font-face { font-family: 'STIX Two Math'; src: url(math.woff); }\nmath { font-family: 'STIX Two Math', math; }\n")


def local_links(
    path,     # a processed notebook
    address,  # where the site will be published
):
    "Make links to the site's own pages, which nbdev writes in full, relative"
    path.write_text(path.read_text(encoding='utf-8').replace(address + '/', ''), encoding='utf-8')


def mend_anchors(
    folder,  # the built site
):
    "Lead a link to a method without an entry of its own to the entry of its class, which nbdev does not know"
    pages = {p.name: p.read_text(encoding='utf-8') for p in folder.glob('*.html')}
    ids = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in pages.items()}
    for name, text in pages.items():
        def mended(m): return m[0] if f'{m[3]}.{m[4]}' in ids.get(m[2] or name, ()) else f'{m[1]}#{m[3]}"'
        (folder/name).write_text(re.sub(r'(href="(\w+\.html)?)#(\w+)\.(\w+)"', mended, text), encoding='utf-8')


def main():
    os.chdir(Path(__file__).parents[1])
    cfg = get_config()
    refresh_quarto_yml()
    showdoc.BasicMarkdownRenderer = TableRenderer
    proc = proc_nbs(path='nbs', n_workers=0, force=True)  # in this process, which knows `TableRenderer`
    shutil.copy('nbs/nbdev.yml', proc)
    for path in proc.glob('*.ipynb'): local_links(path, cfg.doc_host + cfg.doc_baseurl)
    markdown.math_renderer = to_mathml
    HTML_OPTIONS.add('html-math-method')  # read here, in place of smalldocs: it need not warn
    PAGE_KEYS.add('output-file')
    docs = Site(load(proc))
    docs.build()
    mend_anchors(docs.out)
    add_math_font(docs.out)
    shutil.rmtree(cfg.doc_path, ignore_errors=True)
    shutil.move(docs.out, cfg.doc_path)
    for warning in docs.warnings: print('warning:', warning, file=sys.stderr)
    print(f'The site is in {cfg.doc_path}: open index.html there, or `make preview`.')
    return 1 if docs.warnings else 0


if __name__ == '__main__': sys.exit(main())
