"What several checks use: the project's files, and commands that say what went wrong."
import json, os, re, shutil, subprocess, sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOKS = sorted(p for p in (ROOT/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in p.parts)
CHAPTERS = [p for p in NOTEBOOKS if p.name[0].isdigit() and p.parent.name == 'nbs']  # those of the library; `nbs/learn` teaches

QUICK = dict(PYTHONDONTWRITEBYTECODE='', OMP_NUM_THREADS='1')  # a process keeps what it compiled for the next, and takes one thread


def settings(
    root=ROOT,
):
    "What `settings.ini` says"
    ini = ConfigParser()
    ini.read(root/'settings.ini', encoding='utf-8')
    return ini['DEFAULT']


def run(
    *cmd,   # program and arguments
    cwd=ROOT,
    **env,  # environment variables to add
):
    "What `cmd` prints; if it fails, an error with all that it said"
    args = [str(c) for c in cmd]
    env = os.environ | QUICK | env
    done = subprocess.run(args, cwd=cwd, env=env, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, f'{" ".join(args)} failed:\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}'
    return done.stdout


def files():
    "The project's files, from its top: those git tracks, and new ones it does not ignore"
    listed = run('git', '-c', 'safe.directory=*', 'ls-files', '-co', '--exclude-standard', '-z').split('\0')
    return sorted({Path(f) for f in listed if f and os.path.lexists(ROOT/f)})


def copy_project(
    to,  # a folder to fill
):
    "The project's files as a git repository in `to`, all committed"
    for f in files():
        (to/f).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT/f, to/f, follow_symlinks=False)
    run('git', 'init', '-q', cwd=to)
    run('git', 'add', '-A', cwd=to)
    run('git', '-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '-qm', 'copy', cwd=to)
    return to


def page(
    notebook,  # its path
):
    "The address of a notebook's page within the site"
    name = re.sub(r'^\d+[a-zA-Z0-9]*_', '', notebook.stem) + '.html'
    return notebook.relative_to(ROOT/'nbs').with_name(name).as_posix()


def built(
    site,  # folder of the built site
):
    "The pages made from notebooks, and the one for missing addresses: their paths by their addresses"
    paths = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob('*.html'))}
    return {name: p for name, p in paths.items() if not name.startswith('try/')}


def cells(
    notebook,  # its path
):
    "Each cell with its `#|` lines as a dict and its source as text"
    for cell in json.loads(Path(notebook).read_text(encoding='utf-8'))['cells']:
        source = ''.join(cell['source'])
        lines = re.match(r'(#\|.*\n?)*', source)[0].splitlines() if cell['cell_type'] == 'code' else []
        pairs = [re.match(r'#\|\s*([\w-]+):?\s*(.*)', l) for l in lines]
        yield cell | dict(source=source, options={m[1]: m[2].strip(' "\'') for m in pairs if m})


def shown_cells(
    notebook,  # its path
):
    "The code cells that its page shows, open or folded"
    for cell in cells(notebook):
        o = cell['options']
        hidden = {'hide', 'export', 'default_exp'} & o.keys() or 'false' in (o.get('include'), o.get('echo'))
        if cell['cell_type'] == 'code' and not hidden: yield cell
