"""Ratings made from a seed in the shape of MovieLens 25M, with a known structure to be found again.

There are as many users, items and ratings as there, each with a rating at least, and they are spread as unevenly: half of
the users give 70 ratings or fewer and the busiest more than 10,000; half of the items get 14 or fewer, the busiest nearly
70,000, and one item in a hundred gets 40 % of all. A rating is a mean, a user's bias, an item's bias, a dot product of `k`
factors and noise, rounded to half stars from 0.5 to 5.
"""
import numpy as np
import pandas as pd

USERS, ITEMS, RATINGS = 162_541, 59_047, 25_000_000


def shape(n):
    "Users and items of a table with `n` ratings: as many ratings a user as in MovieLens 25M, items by a power law."
    return round(USERS * n / RATINGS), round(ITEMS * (n / RATINGS) ** 0.6)


def activity(n_users, n_items, n, rng):
    "Ratings of each user, about `n` altogether: 20 and a log-normal excess, never more than half of the items."
    excess = rng.lognormal(sigma=1.39, size=n_users)
    return (20 + excess * (n - 20 * n_users) / excess.sum()).clip(max=n_items / 2).astype(np.int64) + 1


def popularity(n_users, n_items, n, rng):
    "Chance of each item to be the next one rated: half of all users for the busiest, one user for the quietest."
    top = n_users
    rank = np.linspace(0, 1, n_items)
    share = lambda power: np.exp(-np.log(top) * rank ** power)
    low, high = 0.05, 5
    for _ in range(40):  # the power whose counts add up to n
        power = (low + high) / 2
        low, high = (low, power) if share(power).sum() * top > n else (power, high)
    return rng.permutation(share(power) / share(power).sum())


def pairs(n_users, n_items, n, rng, slack=1.15, rounds=8, chunk=2_000_000):
    "`n` distinct pairs, sorted by user. Drawn for a chunk of users at a time; a pair drawn twice is drawn anew."
    if slack > 4: raise ValueError(f'{n:,} ratings are too many for {n_users:,} users and {n_items:,} items')
    counts, cdf = activity(n_users, n_items, n * slack, rng), popularity(n_users, n_items, n, rng).cumsum()
    found = []
    for users in np.split(np.arange(n_users), np.flatnonzero(np.diff(counts.cumsum() // chunk)) + 1):
        key, missing = np.empty(0, np.int64), counts[users]
        for _ in range(rounds):
            item = np.searchsorted(cdf, rng.random(missing.sum()) * cdf[-1], side='right')
            key = np.concatenate([key, np.repeat(users, missing) * n_items + item])
            key.sort()
            key = key[np.diff(key, prepend=-1) > 0]
            missing = counts[users] - np.bincount(key // n_items - users[0], minlength=len(users))
        found.append(np.column_stack(np.divmod(key, n_items)).astype(np.int32))
    found = np.concatenate(found)
    surplus = len(found) - n
    if surplus < 0: return pairs(n_users, n_items, n, rng, slack * 1.2, rounds, chunk)
    return all_rated(np.delete(found, rng.choice(len(found), surplus, replace=False), axis=0), n_items, rng)


def all_rated(found, n_items, rng):
    "`found` in which each item that nobody rated takes the place of a popular one for somebody."
    count = np.bincount(found[:, 1], minlength=n_items)
    missing = np.flatnonzero(count == 0)
    popular = np.flatnonzero((count > count.mean())[found[:, 1]])
    found[rng.choice(popular, len(missing), replace=False), 1] = missing
    return found


def ratings(n=RATINGS, n_users=None, n_items=None, k=8, noise=0.75, seed=0, chunk=1_000_000):
    "A table of `n` ratings with columns user, item, rating, and the mean squared error of the truth behind them."
    rng = np.random.default_rng(seed)
    n_users, n_items = (given or grown for given, grown in zip((n_users, n_items), shape(n)))
    normal = lambda *size, scale: rng.standard_normal(size, dtype=np.float32) * np.float32(scale)
    u_bias, i_bias = normal(n_users, scale=0.35), normal(n_items, scale=0.4)
    p, q = normal(n_users, k, scale=0.63 / k ** 0.25), normal(n_items, k, scale=0.63 / k ** 0.25)
    user, item = pairs(n_users, n_items, n, rng).T
    rating, squares = np.empty(n, np.float32), 0.
    for start in range(0, n, chunk):
        part = slice(start, start + chunk)
        u, i = user[part], item[part]
        truth = (3.5 + u_bias[u] + i_bias[i] + np.einsum('nk,nk->n', p[u], q[i])).clip(0.5, 5)
        rating[part] = (np.round(2 * (truth + normal(len(u), scale=noise))) / 2).clip(0.5, 5)
        squares += np.square(rating[part] - truth, dtype=np.float64).sum()
    return pd.DataFrame(dict(user=user, item=item, rating=rating), copy=False), squares / n
