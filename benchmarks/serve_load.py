"""Load on `collab_serve`, on this machine: `python benchmarks/serve_load.py --seconds 10 --soak 1800`, with wrk installed.

Measures requests a second and latency at 32 connections for a known user and a stranger, on MovieLens 100k and on 60,000 synthetic
items; then a mixed load for `--soak` seconds, and for two minutes each while the model is exported anew every second and while a worker
is killed every `--kill` seconds.
"""
import argparse, json, os, re, signal, socket, subprocess, sys, tempfile, threading, time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np, pandas as pd
from collab_lit.all import CollabDataLoaders, collab_learner, read_movielens, set_seed


def model(folder, n_items):
    "Export a learner to `folder`: of MovieLens 100k, or of 60,000 items"
    if n_items:
        rng = np.random.default_rng(0)
        table = pd.DataFrame(dict(user=rng.integers(0, 10_000, 10*n_items), title=np.arange(10*n_items) % n_items, rating=rng.integers(1, 6, 10*n_items)))
        table = table.drop_duplicates(['user', 'title'])
    else: table = read_movielens('ml-100k').drop_duplicates(['user', 'title'])
    set_seed(0)
    learn = collab_learner(CollabDataLoaders.from_df(table, seed=0, bs=4096 if n_items else 64, path=folder), 50, y_range=(0, 5.5))
    with learn.no_logging(): learn.fit_one_cycle(1 if n_items else 5, 5e-3, wd=.1)
    learn._noise = learn.noise() if np.isfinite(learn.noise()) else 1.
    return learn


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def start(folder, port, workers):
    "A server, once it answers"
    code = "from collab_lit.publish import collab_serve\nif __name__=='__main__': collab_serve()"
    (folder/'serve_it.py').write_text(code)
    cmd = [sys.executable, folder/'serve_it.py', folder, '--port', str(port), '--workers', str(workers)]
    server = subprocess.Popen(cmd, stderr=subprocess.DEVNULL)
    for _ in range(3000):
        try:
            urlopen(f'http://127.0.0.1:{port}/health').read()
            return server
        except URLError: time.sleep(.1)
    raise SystemExit('the server did not start')


def stop(server):
    "End a server and its workers"
    server.terminate()
    try: server.wait(20)
    except subprocess.TimeoutExpired:
        for p in workers_of(server.pid): os.kill(p, signal.SIGKILL)
        server.kill()


LUA = '''
local users, bodies, kind = {users}, {bodies}, "{kind}"
request = function()
  local stranger = kind == "stranger" or (kind == "mixed" and math.random() < .5)
  if stranger then return wrk.format("POST", "/recommend", {{["Content-Type"] = "application/json"}}, bodies[math.random(#bodies)]) end
  return wrk.format("GET", "/recommend/" .. users[math.random(#users)])
end
'''


def load(learn, folder, port, kind, seconds):
    "What wrk says after `seconds` with 32 connections"
    rng, ids = np.random.default_rng(1), learn.dls.classes['title'].items[1:]
    users = learn.dls.classes['user'].items[1:]
    bodies = [json.dumps(dict(ratings=[dict(item=ids[i], rating=int(rng.integers(1, 6))) for i in rng.choice(len(ids), 10, replace=False)])) for _ in range(50)]
    lua = lambda texts: '{' + ','.join(json.dumps(str(o)) for o in texts) + '}'
    (folder/'load.lua').write_text(LUA.format(users=lua(users[:500]), bodies=lua(bodies), kind=kind))
    cmd = ['wrk', '-t1', '-c32', f'-d{seconds}s', '--latency', '-s', folder/'load.lua', f'http://127.0.0.1:{port}']
    text = subprocess.run(cmd, capture_output=True, text=True, check=True).stdout
    found = lambda pattern: (re.search(pattern, text) or ['', '0'])[1]
    return {'requests/s': float(found(r'Requests/sec:\s+([\d.]+)')), 'p50': found(r'(?m)^ +50%\s+(\S+)'), 'p99': found(r'(?m)^ +99%\s+(\S+)'),
            'requests': int(found(r'(\d+) requests in')), 'not 2xx': int(found(r'Non-2xx or 3xx responses: (\d+)')),
            'socket errors': found(r'Socket errors: (.*)')}


def memory(pid):
    "Megabytes that a process and its children have for themselves alone, and in all"
    own = total = 0
    for p in [pid, *map(int, Path(f'/proc/{pid}/task/{pid}/children').read_text().split())]:
        try: text = Path(f'/proc/{p}/smaps_rollup').read_text()
        except ProcessLookupError: continue  # it has just been killed
        own += int(re.search(r'Private_Dirty:\s+(\d+)', text)[1])
        total += int(re.search(r'Rss:\s+(\d+)', text)[1])
    return own/1000, total/1000


def workers_of(pid): return [int(o) for o in Path(f'/proc/{pid}/task/{pid}/children').read_text().split() if b'spawn_main' in Path(f'/proc/{o}/cmdline').read_bytes()]


def soak(learn, folder, port, server, seconds, export=True, kill=60):
    "Mixed load while the model is exported every second and a worker is killed every `kill` seconds"
    done, count = threading.Event(), dict(exports=0, kills=0)
    def disturb():
        last = time.monotonic()
        while not done.wait(1):
            if export:
                learn.export('learner.safetensors', with_ratings=True)
                count['exports'] += 1
            if kill and time.monotonic() - last > kill:
                os.kill(workers_of(server.pid)[0], signal.SIGKILL)
                count['kills'], last = count['kills'] + 1, time.monotonic()
    thread = threading.Thread(target=disturb)
    before = memory(server.pid)
    thread.start()
    res = load(learn, folder, port, 'mixed', seconds)
    done.set()
    thread.join()
    after = memory(server.pid)
    return res | count | {'MB own': f'{before[0]:.0f} → {after[0]:.0f}', 'MB rss': f'{before[1]:.0f} → {after[1]:.0f}'}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--seconds', type=int, default=10, help='of each measurement')
    p.add_argument('--soak', type=int, default=60, help='seconds of the mixed load; 1800 for half an hour')
    p.add_argument('--kill', type=int, default=20, help='seconds between two kills of a worker')
    p.add_argument('--workers', type=int, default=1)
    args = p.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as tmp:
        for name, n_items in (('MovieLens 100k', 0), ('60,000 items', 60_000)):
            folder, port = Path(tmp)/str(n_items), free_port()
            folder.mkdir()
            learn = model(folder, n_items)
            learn.export('learner.safetensors', with_ratings=True)
            server = start(folder, port, args.workers)
            for kind in ('known', 'stranger'): rows[f'{name}, {kind}'] = load(learn, folder, port, kind, args.seconds)
            stop(server)
            if n_items or not args.soak: continue
            short = min(120, args.soak)
            for what, seconds, options in (('mixed', args.soak, dict(export=False, kill=0)), ('mixed, an export a second', short, dict(kill=0)),
                                           ('mixed, kills', short, dict(export=False, kill=args.kill))):
                server = start(folder, port, 2)
                time.sleep(2)
                rows[f'{name}, {what}'] = soak(learn, folder, port, server, seconds, **options)
                stop(server)
    print(pd.DataFrame(rows).T.fillna('').to_string())


if __name__ == '__main__': main()
