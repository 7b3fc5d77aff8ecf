"""How often the posterior's 90 % intervals hold, in bands of users, items and predicted spread, on public tables.

    python benchmarks/coverage.py                 # MovieLens 100k, which the library fetches
    python benchmarks/coverage.py --data FOLDER   # and the tables in FOLDER that `ratings.py` describes

A random fifth of each table is held out, and its ratings are put into ten bands of equal size. `results/coverage.csv` has the share
inside for each."""
import argparse, warnings

import numpy as np
import pandas as pd
import torch

from collab_lit.all import *
from common import RESULTS
from ratings import tables


def bands(dls, n=10):
    "A row for each band: what it is by, its number, rows, mean of what it is by, and the share inside the interval"
    post, x, y = collab_posterior(dls, progress=False), dls.valid_ds.x, dls.valid_ds.y[:,0]
    low, high = post.score_intervals(x, 0.9)
    inside = ((low <= y) & (y <= high)).float()
    yield dict(by='all', band=0, rows=len(y), mean=0., inside=inside.mean().item())
    counts = [torch.bincount(a)[b.clamp(max=a.max())] for a, b in zip(dls.train_ds.x.T, x.T)]
    for by, key in {'user count': counts[0], 'item count': counts[1], 'spread': post.moments(x)[1]}.items():
        for band, some in enumerate(key.argsort(stable=True).chunk(n)):
            yield dict(by=by, band=band + 1, rows=len(some), mean=key[some].float().mean().item(), inside=inside[some].mean().item())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', help='folder with further tables')
    parser.add_argument('--out', default=RESULTS/'coverage.csv')
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name, ratings in tables(args.data):
        held_out = np.random.RandomState(0).permutation(len(ratings))[:len(ratings)//5]
        dls = CollabDataLoaders.from_df(ratings, splitter=IndexSplitter(held_out))
        rows += [dict(table=name, **o) for o in bands(dls)]
        print(name, rows[-31], flush=True)
    res = pd.DataFrame(rows)
    res.round(4).to_csv(args.out, index=False)
    wide = res[(res['rows'] >= 2000) & ~res['inside'].between(0.86, 0.94)]
    print('bands of 2,000 rows or more outside 0.86 to 0.94:\n', wide.to_string())


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    main()
