"The copy of each notebook that readers open in Colab or download: it installs the package first, holds what the page shows, and its links work."
import posixpath, re
from pathlib import PurePosixPath

import nbformat
from entries import filled

INSTALL = '%pip install -q {cfg.lib_name}'
CLONE = '\n!git clone -q --depth 1 {cfg.git_url}\n%cd {cfg.repo}/{cfg.nbs_path.name}'
FOLDED = re.compile(r'#\|\s*code-summary:\s*"(.*)"')
DIRECTIVES = re.compile(r'(#\|.*\n?)*')
HIDDEN = re.compile(r'^#\|\s*(hide|export|default_exp)\b', re.M)
LINK = re.compile(r'(?<=\]\()(?![a-z]+:|#)([^)\s#]*)')


def absolute(
    text,     # a cell of Markdown
    folder,   # of the notebook, within `nbs`
    pages,    # the address of each notebook's page within the site, by its path within `nbs`
    address,  # of the site, with a slash at its end
):
    "The Markdown with links that work away from the site"
    def link(m):
        target = posixpath.normpath(posixpath.join(folder, m[1]))
        return address + pages.get(target, target)
    return LINK.sub(link, text)


def without_directives(
    source,  # of a code cell
):
    "The code without its `#|` lines; a folded cell gets the line by which Colab folds it"
    lines = DIRECTIVES.match(source)[0]
    folded = FOLDED.search(lines)
    return (f'# @title {folded[1]} {{ display-mode: "form" }}\n' if folded else '') + source[len(lines):]


def copy_of(
    nb,       # a notebook of the project, read with nbformat
    path,     # its path within `nbs`
    pages,    # the address of each notebook's page within the site, by its path within `nbs`
    cfg,      # nbdev's settings
):
    "The copy for readers"
    address = f'{cfg.doc_host}{cfg.doc_baseurl}/'
    copy = nbformat.v4.new_notebook(metadata=nb.metadata)
    beside = any("'../benchmarks" in c.source for c in nb.cells if c.cell_type == 'code')  # it reads other files of the project
    copy.cells = [nbformat.v4.new_code_cell((INSTALL + CLONE*beside).format(cfg=cfg), id='install')]
    for cell in nb.cells:
        if cell.cell_type == 'code':
            if HIDDEN.search(DIRECTIVES.match(cell.source)[0]): continue
            cell.source = without_directives(cell.source)
        else:
            cell.source = absolute(filled(cell.source), str(PurePosixPath(path).parent), pages, address)
        copy.cells.append(cell)
    return copy


def write_copies(
    site,   # folder of the built site
    nbs,    # folder of the notebooks
    pages,  # the address of each notebook's page within the site, by its path within `nbs`
    cfg,    # nbdev's settings
):
    "Write the copies to the folder `notebooks` of the site"
    for path in pages:
        to = site/'notebooks'/path
        to.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(copy_of(nbformat.read(nbs/path, 4), path, pages, cfg), to)
