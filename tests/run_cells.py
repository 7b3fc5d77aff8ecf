"Run what a notebook's page shows as one plain program, as a reader would paste it, the checks aside: python run_cells.py NOTEBOOK"
import builtins, linecache, sys

from project import shown_cells

path, page = sys.argv[1], {'__name__': '__main__'}  # the page's names, apart from those of this script
builtins.display = lambda *things, **options: [str(o) for o in things]
for n, cell in enumerate(shown_cells(path)):
    if cell['options'].get('code-summary') == 'Checks': continue
    source, name = cell['source'], f'{path} shown cell {n}'
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # for tracebacks, and for `inspect.getsource`
    exec(compile(source, name, 'exec'), page)
