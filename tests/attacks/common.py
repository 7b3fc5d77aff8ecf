"What several attacks use: a small table, learners of it, and a line of counts at the end."
import argparse, json, os, resource
from pathlib import Path
import pandas as pd
from collab_lit.all import *

RESULTS = Path(os.environ.get('ATTACKS', Path(__file__).parents[2]/'benchmarks/results/attacks.json'))  # what the page `reliability` shows


def sample():
    "The ratings of the sample in the package"
    path = untar_data(URLs.ML_SAMPLE)
    table = pd.read_csv(path/'ratings.csv').merge(pd.read_csv(path/'movies.csv'), how='left')
    return table[['userId', 'title', 'rating']]


def loaders(path, **kwargs): return CollabDataLoaders.from_df(sample(), seed=42, bs=64, path=path, **kwargs)


def trained(dls, n=1, **kwargs):
    "A learner of `dls` after `n` epochs"
    set_seed(42)
    learn = collab_learner(dls, 5, y_range=(0, 5.5), **kwargs)
    with learn.no_logging(): learn.fit_one_cycle(n, 5e-3)
    return learn


def resident():
    "The memory of this process in MB"
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages*resource.getpagesize()/2**20


def options(doc, **defaults):
    "The options of a script, whole numbers with these defaults"
    parser = argparse.ArgumentParser(description=doc)
    for k, v in defaults.items(): parser.add_argument(f'--{k}', type=int, default=v, help=f'default {v}')
    return parser.parse_args()


def report(name, counts, bad):
    "Print the `counts` of an attack, keep them for the page, and exit with 1 if any of the `bad` ones is not zero"
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(known | {name: counts}, indent=1) + '\n')
    print(name, counts)
    raise SystemExit(any(counts.get(k) for k in bad))
