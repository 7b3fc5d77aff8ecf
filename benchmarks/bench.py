"""Every library on the same split of MovieLens 100k, in turn, each run in a process of its own: one table, one plot."""
import argparse, json, os, subprocess, sys, tempfile
from pathlib import Path

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from common import RESULTS, machine
from peers import PEERS

here = Path(__file__).resolve().parent


def movielens(folder):
    "The ratings in the order of `u.data`, with titles as items, codes for both ids, and the rows held out."
    ratings = pd.read_csv(folder/'u.data', sep='\t', names=['user', 'movie', 'rating', 'timestamp'])
    movies = pd.read_csv(folder/'u.item', sep='|', encoding='latin-1', usecols=[0, 1], names=['movie', 'title'])
    table = ratings.merge(movies, how='left', on='movie')[['user', 'title', 'rating']].astype({'rating': float})
    table['u'], table['i'] = table.user.factorize()[0], table.title.factorize()[0]
    held_out = np.random.RandomState(0).permutation(100_000)[:20_000]
    return table.assign(is_valid=np.isin(np.arange(len(table)), held_out))


def run(name, table, threads, seed):
    "One measurement of the peer called `name`, in a new process that has `threads` threads."
    libraries = ('OMP', 'OPENBLAS', 'MKL', 'RAYON', 'NUMBA', 'LK')
    env = os.environ | {f'{o}_NUM_THREADS': str(threads) for o in libraries} | {'PYTHONPATH': str(here.parent)}
    with tempfile.TemporaryDirectory() as tmp:
        out = Path(tmp)/'out.json'
        command = [sys.executable, here/'peers.py', name, table, out, '--threads', str(threads), '--seed', str(seed)]
        done = subprocess.run(command, env=env, cwd=tmp, capture_output=True, text=True)
        if out.exists(): return json.loads(out.read_text())
    return dict(model=name, note='failed: ' + (done.stderr.strip() or 'no reason given').splitlines()[-1])


def summary(runs):
    "Medians over the repeats, with fit times relative to collab_lit's, and the spread of that ratio over the rounds."
    runs = runs.reindex(columns=['model', 'seed', 'fit', 'predict', 'mse', 'rmse', 'threads', 'version', 'note'])
    by = runs.groupby('model', sort=False)
    table = by[['fit', 'predict', 'mse', 'rmse']].median()
    ours = runs[runs.model == 'collab_lit'].set_index('seed').fit
    ratios = (runs.fit / runs.seed.map(ours)).groupby(runs.model)  # within each round
    table['ratio'] = table.fit / table.fit.get('collab_lit', np.nan)
    table['ratio_low'], table['ratio_high'] = ratios.min(), ratios.max()
    return table.join(by.fit.count().rename('runs')).join(by[['threads', 'version']].first()).join(by.note.last()).reset_index()


def markdown(table):
    "The table as Markdown, four digits to a number."
    text = lambda v: '' if pd.isna(v) else f'{v:.4g}' if isinstance(v, float) else str(v)
    table = table.astype({'threads': 'Int64'})
    rows = [table.columns, ['---'] * table.shape[1], *table.itertuples(index=False)]
    return '\n'.join('| ' + ' | '.join(map(text, r)) + ' |' for r in rows) + '\n'


def plot(table, path):
    "Seconds of fit against RMSE on the rows held out: best is bottom left."
    fig, ax = plt.subplots(figsize=(8, 5))
    for r in table.dropna(subset='fit').itertuples():
        ours = r.model.startswith('collab_lit')
        ax.scatter(r.fit, r.rmse, color='C1' if ours else 'C0')
        crowded = r.model in ('collab_lit, fast', 'cornac MF')  # their labels would stand on other points
        place = dict(xytext=(-6, -8), ha='right') if crowded else dict(xytext=(5, 4))
        ax.annotate(r.model, (r.fit, r.rmse), textcoords='offset points', fontsize=8, **place)
    ax.set(xscale='log', xlabel='seconds of fit', ylabel='RMSE on the rows held out')
    ax.xaxis.set_major_formatter('{x:g}')
    ax.margins(x=0.25)
    fig.savefig(path, dpi=120, bbox_inches='tight')
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--models', nargs='+', choices=PEERS, default=list(PEERS), metavar='MODEL')
    parser.add_argument('--data', type=Path, help='folder with u.data and u.item (by default collab_lit fetches it)')
    parser.add_argument('--out', type=Path, default=RESULTS)
    args = parser.parse_args()
    if args.data is None:
        from collab_lit.datasets import URLs, untar_data
        args.data = untar_data(URLs.ML_100k)
    args.out.mkdir(exist_ok=True)
    runs = []
    with tempfile.TemporaryDirectory() as tmp:
        table = Path(tmp)/'table.pkl'
        movielens(args.data).to_pickle(table)
        for seed in range(args.repeats):
            for name in args.models:
                if any(r['model'] == name and 'fit' not in r for r in runs): continue
                runs.append(run(name, table, args.threads, seed) | dict(seed=seed))
                print(seed, *runs[-1].values(), file=sys.stderr, flush=True)
    runs = pd.DataFrame(runs)
    table = summary(runs).assign(machine=machine())
    stem = f'bench_{args.threads}_threads'
    runs.to_csv(args.out/f'{stem}_runs.csv', index=False)
    table.to_csv(args.out/f'{stem}.csv', index=False)
    (args.out/f'{stem}.md').write_text(markdown(table))
    plot(table, args.out/f'{stem}.png')
    print(markdown(table))


if __name__ == '__main__': main()
