"""What `recommender` chooses on public tables, beside the baseline: damped means by RMSE for ratings, popularity by nDCG for lists.

    python benchmarks/choose.py                       # MovieLens 100k, which the library fetches
    python benchmarks/choose.py --data FOLDER         # and those tables of FOLDER that `ratings.py` names, and those below
    python benchmarks/choose.py --data FOLDER --seeds 3

Ratings are split at random, and by time where there are times; also small tables, all ratings of 10, 30 and 100 users drawn by a seed.
Of lists, a fifth of each user's rows is held out. FOLDER may also hold, from the GitHub repository caserec/Datasets-for-Recommender-Systems:

- bookcrossing_history.csv.gz: 272,678 rows of who read what.
- anime_history.csv.gz: 520,609 rows of who watched what.
- steam_hours.csv.gz: 70,489 rows with hours of play.

`results/choose.csv` has a row per table: the model chosen, its result, the baseline's, and CPU seconds of one thread."""
import argparse, time, warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from collab_lit.all import *
from common import RESULTS
from ratings import TABLES

LISTS = {'Book-Crossing history': 'bookcrossing_history.csv.gz', 'Anime history': 'anime_history.csv.gz', 'Steam': 'steam_hours.csv.gz'}


def read(folder, files):
    "The name and the table of each file at hand"
    for name, file in files.items() if folder else ():
        path = Path(folder)/file
        if path.exists(): yield name, pd.read_csv(path)
        else: print(f'{name}: there is no {file} in {folder}')


def rating_tables(folder, seeds):
    "Tables of ratings: name, table, and the arguments of `recommender`"
    u = pd.read_csv(untar_data(URLs.ML_100k)/'u.data', sep='\t', names=['user', 'item', 'rating', 'timestamp'])
    for name, table in (('MovieLens 100k', u), *read(folder, TABLES)):
        three = table.iloc[:,:3]
        for seed in range(seeds):
            held_out = np.random.RandomState(seed).permutation(len(three))[:len(three)//5]
            yield f'{name}, random', three, dict(splitter=IndexSplitter(held_out), seed=seed)
        if 'timestamp' in table: yield f'{name}, by time', table, dict(time_name='timestamp')
        users = three.iloc[:,0].unique()
        for n in (10, 30, 100):
            for seed in range(seeds):
                some = np.random.RandomState(seed).permutation(users)[:n]
                yield f'{name}, {n} users', three[three.iloc[:,0].isin(some)], dict(seed=seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', help='folder with further tables')
    parser.add_argument('--seeds', type=int, default=1, help='random splits of each table')
    parser.add_argument('--out', default=RESULTS/'choose.csv', help='file for the results')
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs, rows = list(rating_tables(args.data, args.seeds)), []
    for name, table in read(args.data, LISTS):
        runs.append((f'{name}, lists', table, dict(splitter=UserSplitter(table.columns[0], 0.2, seed=0))))
    for name, table, how in runs:
        start = time.process_time()
        choice = recommender(table, **how).choice
        own, base = choice.held_out
        row = dict(table=name, rows=len(table), chosen=choice.model, metric=choice.held_out.name, result=own, baseline=base,
                   seconds=time.process_time() - start)
        row['worse'] = own > base + 1e-6 if row['metric']=='rmse' else own < base - 1e-6
        rows.append(row)
        print(row, flush=True)
        pd.DataFrame(rows).round(4).to_csv(args.out, index=False)
    print(f"{sum(o['worse'] for o in rows)} of {len(rows)} results are worse than the baseline")


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    main()
