"""Build a release in `dist`: the wheel, built twice and compared, and an SBOM of what an installation of it holds.

The wheel's bytes depend on the commit alone. `dist/packages` is what goes to PyPI; `dist/sbom.json` is in CycloneDX's format.
"""
import os, subprocess, sys, tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*cmd, **kwargs): return subprocess.run([str(o) for o in cmd], check=True, text=True, **kwargs)


def build(to):
    "The wheel of the commit that is checked out, built in a new folder below `to`"
    source, wheels = Path(tempfile.mkdtemp(dir=to)), Path(tempfile.mkdtemp(dir=to))
    archive = subprocess.run(['git', 'archive', 'HEAD'], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(['tar', '-x', '-C', source], check=True, input=archive)
    when = run('git', 'log', '-1', '--format=%ct', cwd=ROOT, stdout=subprocess.PIPE).stdout.strip()
    run(sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', wheels, source, env=os.environ | dict(SOURCE_DATE_EPOCH=when))
    return next(wheels.glob('*.whl'))


def write_sbom(wheel, to):
    "Install the `wheel` in an environment of its own, and list what it holds then in the file `to`"
    env = Path(tempfile.mkdtemp(dir=wheel.parent))
    run(sys.executable, '-m', 'venv', env)
    run(env/'bin/pip', 'install', '-q', '--no-compile', '-c', ROOT/'constraints.txt', wheel)
    run(Path(sys.executable).parent/'cyclonedx-py', 'environment', env/'bin/python', '--output-file', to)


if __name__ == '__main__':
    packages = ROOT/'dist/packages'
    packages.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        wheel, again = build(tmp), build(tmp)
        if wheel.read_bytes() != again.read_bytes(): sys.exit(f'two builds of {wheel.name} differ')
        write_sbom(wheel, ROOT/'dist/sbom.json')
        (packages/wheel.name).write_bytes(wheel.read_bytes())
    print('built twice with the same bytes:', packages/wheel.name)
