"How long `from collab_lit.all import *` takes, beside importing torch, pandas and matplotlib.pyplot alone."
import subprocess, sys
from pathlib import Path

import pandas as pd

from peers import clock

here = Path(__file__).resolve().parent
IMPORTS = {'torch, pandas, pyplot': 'import torch, pandas, matplotlib.pyplot', 'collab_lit.all': 'from collab_lit.all import *'}


def seconds(code):
    "Seconds that a new Python takes to start and run `code`."
    return clock(subprocess.run, [sys.executable, '-c', code], cwd=here.parent, check=True)[1]


if __name__ == '__main__':
    for code in IMPORTS.values(): seconds(code)  # once to have all files at hand
    runs = pd.DataFrame([{name: seconds(code) for name, code in IMPORTS.items()} for _ in range(11)])
    table = runs.median().rename('seconds').rename_axis('import').reset_index()
    table['ratio'] = table.seconds / table.seconds[0]
    table.round(3).to_csv(here/'results'/'startup.csv', index=False)
    print(table.round(3).to_string(index=False))
