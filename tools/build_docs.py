"Build the website in `_docs` from the notebooks, the top-level `_quarto.yml` and `settings.ini`."
import datetime, os, re, shutil, subprocess, sys, textwrap
from pathlib import Path

if not hasattr(datetime, 'UTC'): datetime.UTC = datetime.timezone.utc  # smalldocs needs this name; Python 3.10 lacks it

import nbdev.serve
import numpy as np
import pandas as pd
import ziamath
from fontTools import subset
from latex2mathml.converter import convert
from matplotlib import pyplot as plt
from nbdev.config import get_config
from nbdev.quarto import refresh_quarto_yml
from smalldocs import markdown, site
from smalldocs.config import HTML_OPTIONS, PAGE_KEYS, load

from collab_lit import page  # noqa: F401, for `to_html`
from collab_lit.data import CollabDataLoaders
from collab_lit.datasets import URLs, untar_data
from collab_lit.posterior import collab_posterior
from copies import write_copies
from entries import Filters, Names
from finish import finish

ROOT = Path(__file__).parents[1]


def to_mathml(
    tex,   # TeX source, without its dollars
    opts,  # smalldocs sets `display_mode` for a formula on its own line
):
    "The formula as MathML, which browsers draw by themselves: no script, no font from elsewhere"
    return convert(tex, display='block' if opts.get('display_mode') else 'inline').replace(r'\_', '_')


def listed(
    contents,  # a sidebar's `contents`
):
    "The sources of a sidebar's pages, in order"
    for entry in contents:
        if isinstance(entry, str): yield entry
        elif 'contents' in entry: yield from listed(entry['contents'])
        else: yield entry['href']


class Site(site.Site):
    "A smalldocs site in reading order that names pages as nbdev does (`01_data.ipynb` is `data.html`), with formulas as MathML"
    def discover(self):
        order = list(listed(self.project.website['sidebar']['contents']))
        place = lambda src: order.index(str(src)) if str(src) in order else len(order)
        return sorted(super().discover(), key=place)

    def read(self, src):
        page = super().read(src)
        page.out = page.out.with_name(page.front.get('output-file', page.out.name))
        return page

    def find_page(self, target):
        "A page by its source, as smalldocs does, or by the name of its output"
        return super().find_page(target) or next((p for p in self.pages.values() if p.out == target), None)

    def hidden(self, page):
        "Nothing lists the page for missing addresses"
        return page.out.name == '404.html' or super().hidden(page)

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


def last_saved():
    "The day of the last commit to each file in `nbs`, as text, by its path there; nothing where git doesn't know"
    git = lambda *args: subprocess.run(['git', '-c', 'safe.directory=*', *args], text=True, capture_output=True).stdout
    if git('rev-parse', '--is-shallow-repository').strip() != 'false': return {}  # it would say that all changed today
    days, day = {}, None
    for line in git('log', '--no-renames', '--name-only', '--format=:%cs', '--relative=nbs').splitlines():
        if line.startswith(':'): day = datetime.date.fromisoformat(line[1:])
        elif line: days.setdefault(line, f'{day.day} {day:%B %Y}')
    return days


def draw_card(
    path,   # where to write the picture
    title,  # of the site
    line,   # what it is, in a sentence
):
    "The picture shown with links to the site: films as dots on a map, in three groups"
    gen = np.random.default_rng(7)
    fig = plt.figure(figsize=(12, 6.3), dpi=100, facecolor='#17324d')
    ax = fig.add_axes((0, 0, 1, 1), xlim=(0, 12), ylim=(0, 6.3))
    ax.axis('off')
    for x, y, color in ((8.3, 4.7, '#ffb454'), (10.6, 3.9, '#7cc4ff'), (9.3, 1.9, '#8ee3c8')):
        ax.scatter(*gen.normal((x, y), .45, (26, 2)).T, s=gen.uniform(30, 160, 26), color=color, alpha=.8, lw=0)
    ax.text(.8, 3.5, title, color='white', size=58, weight='bold', va='bottom')
    ax.text(.8, 3.1, textwrap.fill(line, 34), color='#c9d8e6', size=21, va='top', linespacing=1.5)
    fig.savefig(path)
    plt.close(fig)


NOTE = '''The data is MovieLens latest-small by GroupLens, {n:,} ratings by {users:,} people, transformed. It may be redistributed under the \
conditions under which GroupLens provides it: acknowledge F. Maxwell Harper and Joseph A. Konstan, The MovieLens Datasets: History and Context, \
ACM Transactions on Interactive Intelligent Systems 5(4):19, 2015; do not imply an endorsement by GroupLens or the University of Minnesota; \
no commercial use without permission; no warranty. This page stands under the same conditions.'''


def add_example(
    path,  # file to write
):
    "The page of films that the home page shows, trained here and now on MovieLens latest-small"
    folder = untar_data(URLs.ML_LATEST_SMALL)
    ratings, films = (pd.read_csv(folder/f'{o}.csv') for o in ('ratings', 'movies'))
    dls = CollabDataLoaders.from_df(ratings[['userId', 'movieId', 'rating']], 0.1, seed=42)
    path.parent.mkdir()
    note = NOTE.format(n=len(ratings), users=ratings['userId'].nunique())
    titles = films.set_index('movieId')['title']
    collab_posterior(dls, progress=False).to_html(path, titles, title='Which films would you like?', note=note)


def main():
    os.chdir(ROOT)
    cfg = get_config()
    refresh_quarto_yml()
    nbdev.serve.FilterDefaults = Filters
    proc = nbdev.serve.proc_nbs(path='nbs', n_workers=0, force=True)  # in this process, which knows `Filters`
    shutil.copy('nbs/nbdev.yml', proc)
    markdown.math_renderer = to_mathml
    HTML_OPTIONS.add('html-math-method')  # read here, in place of smalldocs: it need not warn
    PAGE_KEYS.add('output-file')
    docs = Site(load(proc))
    web = docs.project.website
    web['repo-actions'] = []  # `finish` puts these links, and more, below each title
    web['navbar']['tools'] = [dict(icon='github', href=cfg.git_url, text='Source on GitHub')]
    web['page-footer'] = dict(left=f'{cfg.lib_name} {cfg.version}', right=f'[Source]({cfg.git_url}), Apache licence 2.0')
    docs.build()
    pages = {str(p.src): str(p.out) for p in docs.pages.values()}
    notebooks = {src: page for src, page in pages.items() if src.endswith('.ipynb')}
    names, days = Names({Path('nbs')/src: page for src, page in notebooks.items()}), last_saved()
    for src, page in pages.items(): finish(docs.out, page, src, names, cfg, days.get(src))
    write_copies(docs.out, Path('nbs'), notebooks, cfg)
    draw_card(docs.out/'card.png', cfg.title, cfg.description)
    add_math_font(docs.out)
    add_example(docs.out/'try'/'films.html')
    shutil.rmtree(cfg.doc_path, ignore_errors=True)
    shutil.move(docs.out, cfg.doc_path)
    docs.warnings = [w for w in docs.warnings if 'try/films.html' not in str(w)]  # made after the pages that link to it
    for warning in docs.warnings: print('warning:', warning, file=sys.stderr)
    print(f'The site is in {cfg.doc_path}: open index.html there, or `make preview`.')
    return 1 if docs.warnings else 0


if __name__ == '__main__': sys.exit(main())
