"""Run every notebook with the oldest packages that `settings.ini` allows, or with the newest that can be had.

python tests/versions.py oldest
python tests/versions.py newest

torch is the one of `constraints.txt` in both: older builds for the CPU can't be had from every index.
"""
import re, subprocess, sys
from project import ROOT, settings


def oldest(requirement):
    "`pandas>=2.0` -> `pandas==2.0`: the first release that a requirement allows"
    name, version = re.match(r'([\w-]+)>=([\d.]+)', requirement).groups()
    return f'{name}=={version}' if '.' in version else f'{name}=={version}.*'


def requirements():
    "What a user's installation needs, and what the notebooks use beside it"
    ini = settings()
    own = f'{ini["requirements"]} {ini["parquet_requirements"]}'.split()
    beside = 'scikit-learn', 'hypothesis', 'polars', 'duckdb', 'openpyxl', 'fastapi', 'uvicorn', 'httpx2'
    more = [o for o in ini['dev_requirements'].split() if o.startswith(beside)]
    return [o for o in own + more if not o.startswith('torch')]


if __name__ == '__main__':
    which, = sys.argv[1:] or ['oldest']
    if which not in ('oldest', 'newest'): sys.exit(__doc__)
    env = ROOT/'.venv'/which
    names = [oldest(o) for o in requirements()] if which == 'oldest' else [o.split(',')[0] for o in requirements()]
    if which == 'oldest': names += ['numpy<2', 'matplotlib-inline<0.1.7', 'httpx']  # what goes with them
    torch = re.search(r'^torch==\S+', (ROOT/'constraints.txt').read_text(), re.M)[0]
    subprocess.run([sys.executable, '-m', 'venv', env], check=True)
    pip = [env/'bin/pip', 'install', '-q']
    subprocess.run([*pip, torch, *names, 'nbconvert', 'nbclient', 'ipykernel', 'pytest', 'pytest-xdist'], check=True)
    subprocess.run([*pip, '--no-deps', '-e', ROOT], check=True)
    # the last cell of a notebook imports nbdev, which asks for a later fastcore than the library does: it has nothing to do here
    for site in env.glob('lib/*/site-packages'): (site/'nbdev.py').write_text('def nbdev_export(): pass\n')
    subprocess.run([env/'bin/pip', 'list'], check=True)
    command = [env/'bin/python', '-m', 'pytest', '-p', 'no:cacheprovider', ROOT/'tests/test_notebooks.py']
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)
