"Run the code cells of a notebook as one plain program: python run_cells.py NOTEBOOK"
import builtins, json, linecache, sys

path = sys.argv[1]
builtins.display = lambda *things, **options: [str(o) for o in things]
cells = [''.join(c['source']) for c in json.load(open(path, encoding='utf-8'))['cells'] if c['cell_type'] == 'code']
for n, source in enumerate(cells):
    if source.startswith('#| hide') and 'nbdev' in source: continue  # plumbing of the page
    name = f'{path} cell {n}'
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # for tracebacks, and for `inspect.getsource`
    exec(compile(source, name, 'exec'), globals())
