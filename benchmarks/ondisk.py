"""Training from files that don't fit in memory: seconds, peak memory, and what was learned, beside the same rows in memory."""
import argparse, json, os, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
import pandas as pd

from common import RESULTS, clock, machine, release
from scale import memory_mb

here = Path(__file__).resolve().parent
NOISE = 0.5


def write_files(folder, n, n_users, n_items, part=5_000_000, seed=0):
    "Write `n` ratings, sorted by user, in files: a mean, biases, two factors for either side, and noise with a variance of 0.25."
    from pyarrow import Table, parquet
    rng = np.random.default_rng(seed)
    p, q = (rng.standard_normal((m, 3), dtype=np.float32) for m in (n_users, n_items))
    for k, start in enumerate(range(0, n, part)):
        m = min(part, n - start)
        user = (start + np.arange(m)) * n_users // n
        item = (n_items * rng.random(m) ** 2).astype(np.int64)  # the first items are rated most
        rating = 3 + 0.5 * (p[user, 0] + q[item, 0] + (p[user, 1:] * q[item, 1:]).sum(1))
        rating = (rating + NOISE * rng.standard_normal(m)).astype(np.float32)
        parquet.write_table(Table.from_pydict(dict(user=user, item=item, rating=rating)), folder/f'{k:04}.parquet')


def measure(way, data, cache, bs, args):
    "What one process does: make the loaders in this `way`, train, recommend to 1,000 users."
    import torch
    from collab_lit.all import CollabDataLoaders, CollabDataset, collab_learner, set_seed
    torch.set_num_threads(args.threads)
    start = memory_mb('VmRSS')
    dls, load = clock(CollabDataLoaders.from_parquet, data, 0.05, cache=cache, bs=bs, say=None, device='cpu')
    loading = memory_mb('VmHWM')
    if way == 'memory':  # the same rows on either side, with a permutation of all of them
        dls = dls.new(*(CollabDataset(o.x.clone(), o.y.clone()) for o in (dls.train_ds, dls.valid_ds)))
    set_seed(0)
    learn = collab_learner(dls, n_factors=args.factors)
    cpu = time.process_time()
    with learn.no_logging(): fit = clock(learn.fit_one_cycle, args.epochs, args.lr)[1]
    cpu = time.process_time() - cpu
    peak = memory_mb('VmHWM')
    users = dls.classes[dls.user_name].ids[:1000]
    recommend = clock(learn.recommend, users)[1]
    n = len(dls.train_ds)
    return dict(way=way, ratings=n + len(dls.valid_ds), bs=bs, load=load, fit=fit, cpu=cpu, per_cpu_s=n * args.epochs / cpu,
                valid_mse=learn.recorder.values[-1][1], recommend=recommend, empty_mb=start, loading_mb=loading, peak_mb=peak)


def run(way, data, cache, bs, argv):
    "`measure` in a process of its own, so that its peak memory is its own too."
    env = os.environ | {'PYTHONPATH': str(here.parent), 'MALLOC_ARENA_MAX': '2'}
    command = [sys.executable, here/'ondisk.py', *argv, '--measure', way, str(data), str(cache), str(bs)]
    return json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout)


def compare(n, repeats, args, argv):
    "A row per run on `n` ratings: from files and, as often, in memory, in turns."
    with tempfile.TemporaryDirectory(dir=args.tmp) as tmp:
        data, cache = Path(tmp)/'data', Path(tmp)/'cache'
        data.mkdir()
        made = clock(write_files, data, n, max(1000, n // 150), max(200, n // 2500))[1]
        print(f'{n:,} ratings written in {made:.0f} s', file=sys.stderr, flush=True)
        for way in ['files', *['memory', 'files'] * repeats]:
            row = run(way, data, cache, 2 ** round(np.log2(n / 1500)), argv)
            print(row, file=sys.stderr, flush=True)
            yield row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--ratings', type=int, default=100_000_000, help='from files alone')
    parser.add_argument('--both', type=int, default=20_000_000, help='from files and in memory')
    parser.add_argument('--repeats', type=int, default=2)
    parser.add_argument('--epochs', type=int, default=2)
    parser.add_argument('--lr', type=float, default=0.03)
    parser.add_argument('--factors', type=int, default=16)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--tmp', help='folder for the files, about 60 bytes a rating')
    parser.add_argument('--measure', nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        way, data, cache, bs = args.measure
        print(json.dumps(measure(way, data, cache, int(bs), args)))
        return
    rows = [*compare(args.both, args.repeats, args, sys.argv[1:]), *compare(args.ratings, 0, args, sys.argv[1:])]
    table = pd.DataFrame(rows).assign(epochs=args.epochs, factors=args.factors, threads=args.threads,
                                      version=release('collab_lit'), machine=machine())
    table.to_csv(RESULTS/'ondisk.csv', index=False)
    print(table.round(4).to_string(index=False))


if __name__ == '__main__': main()
