"What the scripts of this folder share: a clock, releases, and a table of times beside the first of them."
import time
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent/'results'


def clock(f, *args, **kwargs):
    "What `f` returns, and the seconds it took."
    start = time.perf_counter()
    return f(*args, **kwargs), time.perf_counter() - start


def release(package):
    "The version of `package`; collab_lit is the one beside this folder."
    if package != 'collab_lit': return version(package)
    from collab_lit import __version__
    return __version__


def save_ratios(seconds, name):
    "Print the series `seconds`, named for what its rows are, beside its first value, and save it as `name`.csv in the results."
    table = seconds.rename('seconds').reset_index()
    table['ratio'] = table.seconds / table.seconds[0]
    table.round(3).to_csv(RESULTS/f'{name}.csv', index=False)
    print(table.round(3).to_string(index=False))
