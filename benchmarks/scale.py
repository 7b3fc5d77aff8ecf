"""Cost against the number of ratings, from 100 thousand to 25 million: seconds, peak memory, and what was learned."""
import argparse, json, os, subprocess, sys, tempfile
from pathlib import Path

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import synth
from common import RESULTS, clock, machine, release

here = Path(__file__).resolve().parent
SPLIT = dict(valid_pct=0.1, seed=0)


def memory_mb(what):
    "Memory of this process in MB, as Linux counts it: 'VmRSS' is what it holds now, 'VmHWM' the most it ever held."
    lines = dict(o.split(':', 1) for o in Path('/proc/self/status').read_text().splitlines())
    return int(lines[what].split()[0]) / 1024


def train(table, bs, epochs, lr, wd):
    "Train on 90 % of `table`, score the rest, and recommend to every user: what each step took."
    from collab_lit.all import CollabDataLoaders, collab_learner, set_seed
    set_seed(0)
    before = memory_mb('VmRSS')
    dls, load = clock(CollabDataLoaders.from_df, table, bs=bs, **SPLIT)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    with learn.no_logging():
        _, fit = clock(learn.fit_one_cycle, epochs, lr, wd=wd)
        (preds, targs), predict = clock(learn.get_preds)
    top, recommend = clock(learn.recommend, n=10)
    extra, n_users, n_valid = memory_mb('VmHWM') - before, top.user.nunique(), len(targs)
    mse = float((preds.ravel() - targs.ravel()).square().mean())
    return dict(ratings=len(table), users=table.user.nunique(), items=table.item.nunique(), from_df=load, epoch=fit / epochs,
                trained_per_s=(len(table) - n_valid) * epochs / fit, predicted_per_s=n_valid / predict,
                users_per_s=n_users / recommend, valid_mse=mse, extra_mb=extra)


def read(path):
    "Load the file at `path`, in which a fourth column is not needed: seconds, and memory with the table in it."
    from collab_lit.all import CollabDataLoaders
    before, kind = memory_mb('VmRSS'), path.suffix[1:]
    _, load = clock(CollabDataLoaders.from_csv, path, **SPLIT)
    return {f'from_{kind}': load, f'{kind}_mb': memory_mb('VmHWM') - before}


def save(table, folder):
    "Write `table` into `folder`, as arrays, as CSV and as Parquet; the files get a time stamp as fourth column."
    from pyarrow import Table, csv, parquet
    for c in table: np.save(folder/f'{c}.npy', table[c])
    stamped = Table.from_pandas(table.assign(timestamp=np.arange(len(table))))
    csv.write_csv(stamped, folder/'ratings.csv')
    parquet.write_table(stamped, folder/'ratings.parquet')


def measure(folder, how, threads, **settings):
    "What one process does: warm up on a small table, measure `how` the one in `folder` is taken, and write that there."
    import torch
    torch.set_num_threads(threads)
    train(synth.ratings(100_000)[0][:20_000], **settings)
    if how == 'train':
        table = pd.DataFrame({c: np.load(folder/f'{c}.npy') for c in ('user', 'item', 'rating')}, copy=False)
        found = train(table, **settings)
    else: found = read(folder/f'ratings.{how}')
    (folder/'out.json').write_text(json.dumps(found))


def run(folder, how, threads, **settings):
    "`measure` in a process of its own, so that its peak memory is its own too."
    env = os.environ | {'OMP_NUM_THREADS': str(threads), 'PYTHONPATH': str(here.parent)}
    options = [str(o) for name, value in dict(threads=threads, **settings).items() for o in (f'--{name}', value)]
    subprocess.run([sys.executable, here/'scale.py', '--measure', how, '--out', folder, *options], env=env, check=True)
    return json.loads((folder/'out.json').read_text())


def plot(table, path):
    "Left: microseconds of training a rating. Middle: of loading and scoring it. Right: peak memory beyond the table itself."
    fig, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.8))
    grown = table[table.table == 'grown']
    for bs, rows in grown.groupby('bs'):
        line, = left.plot(rows.ratings, 1e6 / rows.trained_per_s, 'o-', label=f'batches of {bs:,}')
        right.plot(rows.ratings, rows.extra_mb, 'o-', label=f'batches of {bs:,}')
        if bs not in set(table.bs[table.table == 'sample']): continue
        rows = table[(table.bs == bs) & ((table.table == 'sample') | (table.ratings == table.ratings.max()))].sort_values('ratings')
        left.plot(rows.ratings, 1e6 / rows.trained_per_s, 's--', color=line.get_color(), label=f'batches of {bs:,}, samples of the largest')
    rows = grown.drop_duplicates('ratings')  # what follows doesn't depend on the batch
    for name in ('from_csv', 'from_parquet', 'from_df'): middle.plot(rows.ratings, 1e6 * rows[name] / rows.ratings, 'o-', label=name)
    middle.plot(rows.ratings, 1e6 / rows.predicted_per_s, 'o-', label='get_preds')
    for ax, title, unit in ((left, 'training', 'microseconds a rating'), (middle, 'loading and scoring', 'microseconds a rating'),
                            (right, 'memory', 'peak MB beyond the table')):
        ax.set(xscale='log', ylim=0, title=title, xlabel='ratings', ylabel=unit)
        ax.legend(fontsize=8)
    fig.tight_layout()
    fig.savefig(path, dpi=120)
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--ratings', type=int, nargs='+', default=[100_000, 1_000_000, 5_000_000, 25_000_000])
    parser.add_argument('--bs', type=int, nargs='+', default=[4096, 131072])
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--lr', type=float, default=5e-3, help='for batches of 4096; grows with the root of the batch')
    parser.add_argument('--wd', type=float, default=0.1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--out', type=Path, default=RESULTS)
    parser.add_argument('--measure', help=argparse.SUPPRESS)  # what a child process does: train, csv or parquet
    args = parser.parse_args()
    settings = dict(epochs=args.epochs, lr=args.lr, wd=args.wd)
    if args.measure: return measure(args.out, args.measure, args.threads, bs=args.bs[0], **settings)
    args.out.mkdir(exist_ok=True)
    rows, stem, version = [], f'scale_{args.threads}_threads', release('collab_lit')
    for n, made in [(n, 'grown') for n in args.ratings] + [(n, 'sample') for n in args.ratings if 5 * max(args.bs) < n < max(args.ratings)]:
        with tempfile.TemporaryDirectory() as tmp:
            folder = Path(tmp)
            table, truth_mse = synth.ratings(n if made == 'grown' else max(args.ratings))
            save(table.sample(n, random_state=0) if made == 'sample' else table, folder)
            del table
            for repeat in range(args.repeats):
                files = {} if made == 'sample' else run(folder, 'parquet', args.threads) | run(folder, 'csv', args.threads)
                for bs in args.bs if made == 'grown' else [max(args.bs)]:
                    given = settings | dict(bs=bs, lr=args.lr * (bs / 4096) ** 0.5)
                    found = run(folder, 'train', args.threads, **given)
                    rows.append(dict(table=made, bs=bs) | found | files | dict(truth_mse=float(truth_mse)))
                    print(repeat, rows[-1], file=sys.stderr, flush=True)
                    runs = pd.DataFrame(rows)
                    runs.to_csv(args.out/f'{stem}_runs.csv', index=False)
    table = runs.groupby(['table', 'ratings', 'bs'], sort=False, as_index=False).median()
    table = table.assign(epochs=args.epochs, repeats=args.repeats, threads=args.threads, version=version, machine=machine())
    table.to_csv(args.out/f'{stem}.csv', index=False)
    plot(table, args.out/f'{stem}.png')
    print(table.to_string(index=False))


if __name__ == '__main__': main()
