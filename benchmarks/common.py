"What the scripts of this folder share: a clock, releases, the machine, and a table of times beside the first of them."
import os, platform, time
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent/'results'


def clock(f, *args, **kwargs):
    "What `f` returns, and the seconds it took."
    start = time.perf_counter()
    return f(*args, **kwargs), time.perf_counter() - start


def release(package):
    "The version of `package`; collab_lit is the one beside this folder."
    if package != 'collab_lit': return version(package)
    from collab_lit import __version__
    return __version__


def machine():
    "The processor, its cores, and the memory: 'AMD EPYC, 2 cores, 8 GB'. Linux only; elsewhere what Python knows."
    def found(path, name):
        lines = Path(path).read_text().splitlines() if Path(path).exists() else []
        return next((o.split(':', 1)[1].strip() for o in lines if o.split(':')[0].strip() == name), None)
    cpu = found('/proc/cpuinfo', 'model name') or platform.processor() or platform.machine()
    amx = ', AMX' if 'amx_tile' in (found('/proc/cpuinfo', 'flags') or '') else ''
    memory = found('/proc/meminfo', 'MemTotal')
    gb = f', {round(int(memory.split()[0]) / 2**20)} GB' if memory else ''
    return f'{cpu}{amx}, {os.cpu_count()} cores{gb}'


def save_ratios(seconds, name):
    "Print the series `seconds`, named for what its rows are, beside its first value, and save it as `name`.csv in the results."
    table = seconds.rename('seconds').reset_index()
    table['ratio'] = table.seconds / table.seconds[0]
    table.round(3).assign(machine=machine()).to_csv(RESULTS/f'{name}.csv', index=False)
    print(table.round(3).to_string(index=False))
