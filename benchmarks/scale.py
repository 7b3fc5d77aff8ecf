"""Cost against the number of ratings, from 100 thousand to 25 million: seconds, peak memory, and what was learned."""
import argparse, json, os, resource, subprocess, sys, tempfile
from pathlib import Path

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import synth
from peers import clock, release

here = Path(__file__).resolve().parent


def peak_mb():
    "The most memory this process has held so far, in MB."
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(table, bs, n_epoch, lr, wd):
    "Train on 90 % of `table` and score the rest: what each step took."
    from collab_lit.data import CollabDataLoaders
    from collab_lit.learner import collab_learner
    import collab_lit.onecycle  # gives Learner its fit_one_cycle
    before = peak_mb()
    dls, load = clock(CollabDataLoaders.from_df, table, valid_pct=0.1, seed=0, bs=bs)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5))
    with learn.no_logging():
        _, fit = clock(learn.fit_one_cycle, n_epoch, lr, wd=wd)
        (preds, targs), predict = clock(learn.get_preds)
    extra, n_valid = peak_mb() - before, len(targs)
    mse = float((preds.ravel() - targs.ravel()).square().mean())
    return dict(ratings=len(table), users=table.user.nunique(), items=table.item.nunique(), bs=bs, epochs=n_epoch,
                from_df=load, epoch=fit / n_epoch, predict=predict,
                trained_per_s=(len(table) - n_valid) * n_epoch / fit, predicted_per_s=n_valid / predict,
                valid_mse=mse, extra_mb=extra)


def measure_folder(folder, threads, **settings):
    "Warm up on a small table, measure on the one in `folder`, and write the row there."
    import torch
    torch.set_num_threads(threads)
    measure(synth.ratings(100_000)[0], **settings)
    table = pd.DataFrame({c: np.load(folder/f'{c}.npy') for c in ('user', 'item', 'rating')}, copy=False)
    row = measure(table, **settings) | dict(threads=threads, version=release('collab_lit'))
    (folder/'out.json').write_text(json.dumps(row))


def run(folder, args, bs):
    "One measurement in a process of its own, so that its peak memory is its own too."
    out = folder/'out.json'
    env = os.environ | {'OMP_NUM_THREADS': str(args.threads), 'PYTHONPATH': str(here.parent)}
    given = dict(bs=bs, epochs=args.epochs, lr=args.lr * (bs / 4096) ** 0.5, wd=args.wd, threads=args.threads)
    options = [str(o) for name, value in given.items() for o in (f'--{name}', value)]
    subprocess.run([sys.executable, here/'scale.py', '--measure', folder, *options], env=env, check=True)
    return json.loads(out.read_text())


def plot(table, path):
    "Left: microseconds a rating for each step. Right: peak memory beyond the table itself."
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for bs, rows in table.groupby('bs'):
        left.plot(rows.ratings, 1e6 / rows.trained_per_s, 'o-', label=f'one epoch, batches of {bs:,}')
        right.plot(rows.ratings, rows.extra_mb, 'o-', label=f'batches of {bs:,}')
    rows = table.drop_duplicates('ratings')  # these two don't depend on the batch
    left.plot(rows.ratings, 1e6 * rows.from_df / rows.ratings, 's--', label='from_df')
    left.plot(rows.ratings, 1e6 / rows.predicted_per_s, '^--', label='get_preds, a pair')
    left.set(xscale='log', ylim=0, xlabel='ratings', ylabel='microseconds a rating')
    right.set(xscale='log', xlabel='ratings', ylabel='peak MB beyond the table')
    left.legend(fontsize=8)
    right.legend(fontsize=8)
    fig.tight_layout()
    fig.savefig(path, dpi=120)
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--ratings', type=int, nargs='+', default=[100_000, 1_000_000, 5_000_000, 25_000_000])
    parser.add_argument('--bs', type=int, nargs='+', default=[4096, 65536])
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--lr', type=float, default=5e-3, help='for batches of 4096; grows with the root of the batch')
    parser.add_argument('--wd', type=float, default=0.1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--out', type=Path, default=here/'results')
    parser.add_argument('--measure', type=Path, help=argparse.SUPPRESS)  # the folder of a table, for a child process
    args = parser.parse_args()
    if args.measure:
        return measure_folder(args.measure, args.threads, bs=args.bs[0], n_epoch=args.epochs, lr=args.lr, wd=args.wd)
    args.out.mkdir(exist_ok=True)
    rows = []
    for n in args.ratings:
        with tempfile.TemporaryDirectory() as tmp:
            folder = Path(tmp)
            table, truth_mse = synth.ratings(n)
            for c in table: np.save(folder/f'{c}.npy', table[c])
            del table
            for bs in args.bs:
                rows.append(run(folder, args, bs) | dict(truth_mse=truth_mse))
                print(rows[-1], file=sys.stderr, flush=True)
    table = pd.DataFrame(rows)
    table.to_csv(args.out/'scale.csv', index=False)
    plot(table, args.out/'scale.png')
    print(table.to_string(index=False))


if __name__ == '__main__': main()
