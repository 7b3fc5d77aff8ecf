"""The sampler beside libmf on 25 million synthetic ratings: seconds, processor time and error, sweep by sweep.

    python benchmarks/posterior_scale.py                       # 25 million ratings, two threads
    python benchmarks/posterior_scale.py --ratings 5000000 --sweeps 12 --libmf 10 20

libmf gets the same rows and threads, in turns with the sampler, for as many epochs as `--libmf` names (it is left out where it isn't
installed). A tenth of the ratings is held out. `results/posterior_scale.csv` has a row for each sweep and each run of libmf; `truth`
is the error of the structure behind the ratings, which no model can beat."""
import argparse, time

import numpy as np
import pandas as pd
import torch

import synth
from collab_lit.leastsquares import RowSums
from collab_lit.sampler import rated_what
from collab_lit.sweeps import Gibbs
from common import RESULTS


def split(n):
    "Training and validation rows `(m, 2)` with their ratings, the sizes, and the error of the truth"
    table, truth = synth.ratings(n)
    size = [int(table[o].max()) + 1 for o in ('user', 'item')]
    order = np.random.RandomState(0).permutation(n)
    x, y = table[['user', 'item']].to_numpy(np.int32), table['rating'].to_numpy()
    sides = [(x[o], y[o]) for o in (order[n//10:], order[:n//10])]
    return *sides, size, float(truth)


def sample(train, valid, size, sweeps):
    "A row for each sweep: seconds since the start, processor seconds, and the error of the mean of the draws from the third on"
    start, cpu = time.perf_counter(), time.process_time()
    x, y = torch.from_numpy(train[0]).long(), torch.from_numpy(train[1])
    sides = RowSums(*x.T, *size), RowSums(x[:,1], x[:,0], *size[::-1])
    rated = rated_what(*sides)
    mean, std = y.mean(), y.std()
    print(f'prepared in {time.perf_counter() - start:.1f} s, {time.process_time() - cpu:.1f} s of processor time', flush=True)
    spent = time.perf_counter() - start, time.process_time() - cpu
    yield dict(model='preparation', n=0, seconds=spent[0], cpu=spent[1])
    u, i = torch.from_numpy(valid[0]).long().T
    total, seconds, used = 0, *spent
    samples = Gibbs(*sides, (y - mean)/std, rated[:2])
    for n in range(1, sweeps + 1):
        start, cpu = time.perf_counter(), time.process_time()
        s = next(samples)
        if n > 2: total = total + torch.cat([(s.users[a]*s.items[b]).sum(1) for a, b in zip(u.split(2**18), i.split(2**18))])
        seconds, used = seconds + time.perf_counter() - start, used + time.process_time() - cpu
        mse = float((total/(n - 2)*std + mean - torch.from_numpy(valid[1])).square().mean()) if n > 2 else float('nan')
        yield dict(model='posterior', n=n, seconds=seconds, cpu=used, mse=mse)


def libmf(train, valid, threads, epochs):
    "A row for libmf with this many epochs"
    from libmf import mf
    algo = mf.MF(k=64, nr_iters=epochs, eta=0.05, lambda_p1=0., lambda_q1=0., lambda_p2=0.09, lambda_q2=0.09,
                 nr_threads=threads, quiet=True)
    rows = np.ascontiguousarray(np.column_stack([*train[0].T, train[1]]), dtype=np.float64)
    start, cpu = time.perf_counter(), time.process_time()
    algo.fit(rows)
    spent = time.perf_counter() - start, time.process_time() - cpu
    mse = float(np.mean((algo.predict(np.asfortranarray(valid[0], dtype=np.float64)) - valid[1])**2))
    return dict(model='libmf', n=epochs, seconds=spent[0], cpu=spent[1], mse=mse)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--ratings', type=int, default=synth.RATINGS)
    parser.add_argument('--sweeps', type=int, default=14)
    parser.add_argument('--libmf', type=int, nargs='*', default=[5, 10, 20], help='epochs of libmf')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--out', default=RESULTS/'posterior_scale.csv')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train, valid, size, truth = split(args.ratings)
    rows = []
    def keep(row):
        rows.append(row)
        print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
    for row in sample(train, valid, size, args.sweeps): keep(row)
    for epochs in args.libmf:
        try: keep(libmf(train, valid, args.threads, epochs))
        except ImportError as e: print(f'no libmf: {e}'); break
    pd.DataFrame(rows).assign(ratings=args.ratings, threads=args.threads, truth=truth).round(4).to_csv(args.out, index=False)


if __name__ == '__main__': main()
