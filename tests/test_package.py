"The wheel holds what it should and works alone, outside the project, with fastcore 1 and fastcore 2."
import os, re, sys, zipfile
import nbformat, pytest
from nbdev.config import get_config
from project import NOTEBOOKS, ROOT, cells, copy_project, run, settings

sys.path.insert(0, str(ROOT/'tools'))
from copies import copy_of


@pytest.fixture(scope='session')
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp('wheel')
    run(sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', folder, copy_project(folder/'source'))
    return next(folder.glob('*.whl'))


@pytest.fixture(scope='session')
def alone(wheel, tmp_path_factory):
    "Python of an environment with nothing but the wheel and what it asks for; fastcore is 1"
    folder = tmp_path_factory.mktemp('alone')
    run(sys.executable, '-m', 'venv', folder)
    run(folder/'bin/pip', 'install', '-q', '--no-compile', '-c', ROOT/'constraints.txt', wheel)
    return folder/'bin/python'


def environment(
    folder,  # where it goes
    below,   # Python of another environment, whose packages it has too where it has none of its own of that name
    *what,   # arguments for `pip install`
):
    "Python of a new environment"
    run(sys.executable, '-m', 'venv', folder)
    if what: run(folder/'bin/pip', 'install', '-q', '--no-compile', *what)
    own = run(folder/'bin/python', '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').strip()
    shared = run(below, '-c', 'import sys; print(*[p for p in sys.path if p.endswith("-packages")], sep="\\n")')
    with open(f'{own}/shared.pth', 'w') as f: f.write(shared)
    return folder/'bin/python'


@pytest.fixture(scope='session')
def newer(alone, tmp_path_factory):
    "The same with fastcore 2, which hides the other environment's fastcore 1"
    return environment(tmp_path_factory.mktemp('newer'), alone, '--no-deps', 'fastcore>=2,<3')


@pytest.fixture(scope='session')
def reader(newer, tmp_path_factory):
    "The same with what the pages test against, and IPython, which a reader's notebook has"
    return environment(tmp_path_factory.mktemp('reader'), newer, '-c', ROOT/'constraints.txt', 'ipython', 'pyarrow', 'scikit-learn', 'openpyxl', 'polars', 'duckdb',
                       'fastapi', 'uvicorn', 'httpx2')


def test_wheel_contents(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for f in 'ratings.csv movies.csv README.md'.split(): assert f'collab_lit/sample_data/{f}' in names
    assert any(n.endswith('LICENSE') for n in names)
    modules = {p.name for p in (ROOT/'collab_lit').glob('*.py')}
    assert {n.split('/')[1] for n in names if n.startswith('collab_lit/') and n.endswith('.py')} == modules
    assert not [n for n in names if n.startswith(('tests', 'tools', 'nbs', 'benchmarks'))]


def test_every_extra_exists(wheel):
    "Those that `settings.ini` names, and each that a message or a page tells to install"
    with zipfile.ZipFile(wheel) as z: about = z.read(next(n for n in z.namelist() if n.endswith('METADATA'))).decode()
    extras = set(re.findall(r'^Provides-Extra: (\S+)', about, re.M))
    assert extras == {o.removesuffix('_requirements') for o in settings() if o.endswith('_requirements')}
    told = {e for p in [*ROOT.glob('collab_lit/*.py'), *NOTEBOOKS] for e in re.findall(r'collab_lit\[(\w+)\]', p.read_text(encoding='utf-8'))}
    assert told and told <= extras


def test_wheel_is_reproducible(wheel, tmp_path, monkeypatch):
    "Two builds of the same files at the same date, from two folders, have the same bytes"
    monkeypatch.setenv('SOURCE_DATE_EPOCH', '1700000000')
    for name in 'ab':
        source = copy_project(tmp_path/name/'source')
        run(sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', tmp_path/name, source)
    one, two = (next((tmp_path/name).glob('*.whl')).read_bytes() for name in 'ab')
    assert one == two


def test_requirements_are_few(wheel):
    meta = zipfile.ZipFile(wheel).read(next(n for n in zipfile.ZipFile(wheel).namelist() if n.endswith('METADATA'))).decode()
    needs = [l for l in meta.splitlines() if l.startswith('Requires-Dist') and 'extra ==' not in l]
    assert 4 <= len(needs) <= 7, needs
    assert f'Version: {settings()["version"]}' in meta


def test_steps_with_fastcore_1(alone, tmp_path): run(alone, ROOT/'tests/tutorial_steps.py', '1', cwd=tmp_path)
def test_steps_with_fastcore_2(newer, tmp_path): run(newer, ROOT/'tests/tutorial_steps.py', '2', cwd=tmp_path)


def test_console_script(alone, tmp_path):
    "The command works with no network, and draws the map"
    nowhere = dict(http_proxy='http://127.0.0.1:9', https_proxy='http://127.0.0.1:9', PIP_NO_INDEX='1', COLLAB_LIT_HOME=str(tmp_path/'home'))
    said = run(alone.parent/'collab_tutorial', '--data', 'ml-sample', cwd=tmp_path, **nowhere)
    for word in ('epoch', 'train_loss', 'valid_loss', 'time'): assert word in said, said
    maps = list(tmp_path.rglob('*.png'))
    assert maps and maps[0].read_bytes()[:8] == b'\x89PNG\r\n\x1a\n'


def test_first_cell_in_colab_installs_the_package(wheel, alone, tmp_path):
    "The install cell of a reader's notebook, run by a new environment, with a folder in the place of PyPI"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell('# A page')])
    cell = copy_of(nb, 'learn/01_a.ipynb', {}, get_config(path=ROOT)).cells[0].source
    python = environment(tmp_path/'colab', alone)
    index = dict(PIP_NO_INDEX='1', PIP_FIND_LINKS=str(wheel.parent), PIP_NO_DEPS='1', PIP_IGNORE_INSTALLED='1', PYTHONPATH='')
    assert cell.startswith('%pip ')
    run(python, '-m', *cell.removeprefix('%').split(), cwd=tmp_path, **index)
    where = run(python, '-c', 'import collab_lit.datasets; print(collab_lit.__file__)', cwd=tmp_path, PYTHONPATH='').strip()
    assert where.startswith(str(tmp_path/'colab')), where


has_module = lambda path: any('default_exp' in c['options'] for c in cells(path))
PASTED = [n for n in NOTEBOOKS if os.environ.get('EVERY_PAGE') or not has_module(n)]  # `make test-all` takes every page


@pytest.mark.parametrize('path', PASTED, ids=lambda p: p.stem)
def test_page_runs_as_pasted(reader, path, tmp_path):
    "What a page shows runs alone, from the installed package and with fastcore 2; test_notebooks.py runs every cell with fastcore 1"
    run(reader, ROOT/'tests/run_cells.py', path, cwd=copy_project(tmp_path)/path.parent.relative_to(ROOT), MPLBACKEND='Agg')
