"""The posterior beside damped means where ratings are hardest to predict: by time, and in small tables.

    python benchmarks/hard.py                 # MovieLens 100k, which the library fetches
    python benchmarks/hard.py --data FOLDER   # and MovieLens latest, which `ratings.py` describes

By time, the latest fifth is held out: four fifths of its rows or more are by users without a single training rating. Small tables are
random rows of MovieLens 100k, or 1,111 rows made of biases and noise alone, each a mean of six draws with a random fifth held out.
`results/hard.csv` has the RMSE of damped means, of one posterior, of the mean of five with different seeds, and of its intervals."""
import argparse, warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from collab_lit.all import *
from common import RESULTS
from ratings import TABLES


def biases(seed, n=1111, users=100, items=60):
    "Ratings made of a bias for each user and item, and noise"
    rng = np.random.default_rng(seed)
    u, i, b, c = rng.integers(users, size=n), rng.integers(items, size=n), rng.normal(size=users), rng.normal(size=items)
    return pd.DataFrame(dict(user=u, item=i, rating=(3.5 + .5*b[u] + .5*c[i] + .7*rng.normal(size=n)).clip(1, 5))).drop_duplicates(['user', 'item'])


def splits(folder):
    "The name, the ratings, and the held-out rows of each case"
    path = untar_data(URLs.ML_100k)
    ml = pd.read_csv(path/'u.data', sep='\t', names=['user', 'item', 'rating', 'time'])
    yield 'MovieLens 100k by time', ml.iloc[:,:3], TimeSplitter('time')(ml)[1]
    if folder:
        latest = pd.read_csv(Path(folder)/TABLES['MovieLens latest'])
        yield 'MovieLens latest by time', latest.iloc[:,:3], TimeSplitter('timestamp')(latest)[1]
    for seed in range(6):
        rng = np.random.RandomState(seed)
        for n in (1000, 5000, 20000):
            yield f'{n:,} rows of MovieLens 100k', ml.iloc[rng.permutation(len(ml))[:n],:3].reset_index(drop=True), rng.permutation(n)[:n//5]
        made = biases(seed)
        yield 'biases and noise', made, rng.permutation(len(made))[:len(made)//5]


def measure(ratings, held_out):
    dls = CollabDataLoaders.from_df(ratings, splitter=IndexSplitter(held_out))
    x, y = dls.valid_ds.x, dls.valid_ds.y[:,0]
    posts = [collab_posterior(dls, seed=seed, progress=False) for seed in range(5)]
    each = torch.stack([o.score_pairs(x) for o in posts])
    low, high = posts[0].score_intervals(x, 0.9)
    return dict(damped_means=rmse(damped_means(dls).score_pairs(x), y).item(), posterior=rmse(each[0], y).item(),
                five_chains=rmse(each.mean(0), y).item(), coverage=((low <= y) & (y <= high)).float().mean().item())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', help='folder with further tables')
    parser.add_argument('--out', default=RESULTS/'hard.csv')
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name, ratings, held_out in splits(args.data):
        rows.append(dict(table=name, **measure(ratings, held_out)))
        print(rows[-1], flush=True)
    res = pd.DataFrame(rows).groupby('table', sort=False).mean().round(4)
    res.to_csv(args.out)
    print(res.to_string())


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    main()
