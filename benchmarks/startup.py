"How long `from collab_lit.all import *` takes, beside importing torch, pandas and matplotlib.pyplot alone."
import subprocess, sys
from pathlib import Path

import pandas as pd

from common import clock, save_ratios

root = Path(__file__).resolve().parent.parent
IMPORTS = {'torch, pandas, pyplot': 'import torch, pandas, matplotlib.pyplot', 'collab_lit.all': 'from collab_lit.all import *'}


def seconds(code):
    "Seconds that a new Python takes to start and run `code`."
    return clock(subprocess.run, [sys.executable, '-c', code], cwd=root, check=True)[1]


if __name__ == '__main__':
    for code in IMPORTS.values(): seconds(code)  # once to have all files at hand
    runs = pd.DataFrame([{name: seconds(code) for name, code in IMPORTS.items()} for _ in range(11)])
    save_ratios(runs.median().rename_axis('import'), 'startup')
