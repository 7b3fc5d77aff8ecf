"A small fixed part of the attacks in `tests/attacks`; `make test-all` runs them at length."
import sys
import pytest
from project import ROOT, run

COUNTS = {'files': 400, 'kills': 2, 'soak': 25, 'threads': 300, 'forks': 2}


@pytest.mark.parametrize('name', COUNTS)
def test_attack(name, tmp_path):
    "The script exits with an error if anything went wrong; it keeps its counts out of the published ones"
    script, results = ROOT/'tests/attacks'/f'{name}.py', tmp_path/'attacks.json'
    said = run(sys.executable, '-W', 'ignore', script, '--n', COUNTS[name], ATTACKS=results)
    assert said.startswith(name) and results.exists()
