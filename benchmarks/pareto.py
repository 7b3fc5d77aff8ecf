"""Seconds against RMSE, from the results of `make bench`, as a picture.

    python benchmarks/pareto.py                # writes nbs/images/pareto.png
    python benchmarks/pareto.py --threads 2

A point is a library with its settings; the line joins those that no other beats in both time and error."""
import argparse
from pathlib import Path

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import pandas as pd

from common import RESULTS


def front(table):
    "The rows of `table` (columns fit and rmse) that no other row beats in both"
    table = table.sort_values(['fit', 'rmse'])
    return table[table['rmse'] < table['rmse'].cummin().shift(fill_value=float('inf'))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--out', type=Path, default=RESULTS.parents[1]/'nbs/images/pareto.png')
    args = parser.parse_args()
    table = pd.read_csv(RESULTS/f'bench_{args.threads}_threads.csv').dropna(subset=['fit', 'rmse'])
    fig, ax = plt.subplots(figsize=(7, 4.2), layout='constrained')
    best = front(table)
    ax.plot(best['fit'], best['rmse'], '-', color='0.7', zorder=0, drawstyle='steps-post')
    own = table['model'].str.contains('collab_lit')
    for some, color in ((own, 'C3'), (~own, 'C0')):
        ax.scatter(table['fit'][some], table['rmse'][some], color=color)
    for row in table.itertuples(): ax.annotate(row.model, (row.fit, row.rmse), xytext=(4, 4), textcoords='offset points', fontsize=8)
    ax.set(xscale='log', xlabel=f'seconds of training, {args.threads} thread{"s" if args.threads > 1 else ""}',
           ylabel='RMSE on held-out ratings', title='MovieLens 100k: lower and further left is better')
    fig.savefig(args.out, dpi=120)
    print(best[['model', 'fit', 'rmse']].to_string(index=False))


if __name__ == '__main__': main()
