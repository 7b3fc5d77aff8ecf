"""Simulation-based calibration of the sampler: are the ranks of true values among its draws uniform?

    python benchmarks/sbc.py                     # 400 simulations, a few minutes
    python benchmarks/sbc.py --simulations 2000

The chapter `41_sampler` runs 40 of these simulations as a test. Here unknowns are drawn from the priors and ratings from those, as there; the
sampler then draws from the posterior, and the rank of the truth among 19 draws is taken, for an estimate and for the precision of a rating. `chi2` has
19 degrees of freedom: `p` below 0.001 for either says that the sampler is wrong."""
import argparse

import numpy as np
import pandas as pd
import torch
from torch.linalg import cholesky, inv

from collab_lit.leastsquares import RowSums
from collab_lit.sampler import Draws, draw_precision
from collab_lit.sweeps import Gibbs


def simulate(seed, n=8, r=2):
    "Rows of user and item, ratings, features, and the true estimate and precision of the first rating"
    draws = Draws(seed)
    def side():
        prec = draw_precision(torch.tensor([0.1, 1]).diag(), 2, draws)
        root, tau = cholesky(inv(prec)).T.float(), draws.gamma(1., 0.01)
        X = torch.cat([torch.ones(n, 1), draws.normal(n, r - 1)], 1)
        V = X@(draws.normal(r, 2)@root/tau.sqrt()) + draws.normal(n, 2)@root
        return X, V, draws.gamma(torch.full((n,), 10.), 10.)
    (X, P, gu), (Z, Q, gi), a = side(), side(), draws.gamma(1., 1.)
    x = torch.cartesian_prod(torch.arange(n), torch.arange(n))
    u, i = x[torch.randperm(n*n, generator=draws.torch)[:48]].T
    truth, prec = P[u,0]*Q[i,0] + P[u,1] + Q[i,1], a*gu[u]*gi[i]
    y = truth + draws.normal(48)/prec.sqrt()
    return u, i, y, (X, Z), truth[0], prec[0]


def ranks(seed, keep=19, every=5, burn=150, n=8):
    "The ranks of the true estimate and precision among `keep` draws"
    u, i, y, features, truth, prec = simulate(seed, n)
    below = dict(estimate=0, precision=0)
    for k, s in zip(range(burn + keep*every), Gibbs(RowSums(u, i, n, n), RowSums(i, u, n, n), y, features, 1, seed=seed)):
        if k < burn or k%every: continue
        below['estimate'] += int(s.users[u[0]]@s.items[i[0]] < truth)
        below['precision'] += int(s.user_noise[u[0]]*s.item_noise[i[0]] < prec)
    return below


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--simulations', type=int, default=400)
    args = parser.parse_args()
    torch.set_num_threads(1)
    found = pd.DataFrame([ranks(seed) for seed in range(args.simulations)])
    rng, expected = np.random.default_rng(0), args.simulations/20
    chi2 = lambda counts: ((counts - expected)**2/expected).sum(-1)
    by_chance = chi2(rng.multinomial(args.simulations, [1/20]*20, size=100_000))
    for name in found:
        counts = np.bincount(found[name], minlength=20)
        print(f'{name}: {counts.tolist()}, chi2 {chi2(counts):.1f}, p {(by_chance >= chi2(counts)).mean():.3f}')


if __name__ == '__main__': main()
