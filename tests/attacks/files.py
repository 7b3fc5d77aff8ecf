"""Damage exported files and checkpoints in many ways, and load them: each is refused with one ValueError, or answers as it did.

python tests/attacks/files.py --n 6000
"""
import copy, math, random, sys, tempfile, time
from safetensors.torch import save_file
from common import *

DAMAGES = 'flip cut splice zero insert text'.split()
FORGERIES = 'tensor shape dtype value header drop'.split()


def damaged(data, rng):
    "The bytes `data` after an accident, and its name"
    kind, i = rng.choice(DAMAGES), rng.randrange(len(data))
    n, res = rng.choice((1, 8, 100)), bytearray(data)
    if kind == 'flip': res[i] ^= 1 << rng.randrange(8)
    if kind == 'cut': del res[i:]
    if kind == 'splice': res[i:i + n] = res[:n]
    if kind == 'zero': res[i:i + n] = bytes(n)
    if kind == 'insert': res[i:i] = rng.randbytes(n)
    if kind == 'text': res[8 + i % 2000] = rng.choice(b'0123456789[]{}",:-eE')
    return bytes(res), kind


def odd(rng):
    "Something that JSON can hold, and a header should not"
    return rng.choice((None, True, -1, 0, 1.5, 1e308, math.nan, 2**70, '', 'x', [], {}, [[]], [None], 10**9, [1]*50))


def changed(value, rng):
    "A JSON `value` with something in it replaced"
    if isinstance(value, list) and value and rng.random() < .8:
        i = rng.randrange(len(value))
        return [*value[:i], changed(value[i], rng), *value[i + 1:]]
    if isinstance(value, dict) and value and rng.random() < .8:
        k = rng.choice(sorted(value))
        return value | {k: changed(value[k], rng)}
    return odd(rng)


def forged(tensors, header, rng):
    "`tensors` and `header` after somebody changed one of them, and the name of the change"
    tensors, header, kind = dict(tensors), copy.deepcopy(header), rng.choice(FORGERIES)
    k = rng.choice(sorted(tensors))
    t = tensors[k]
    if kind == 'tensor': tensors[rng.choice(sorted(tensors) + ['more'])] = torch.zeros(rng.choice(((), (1,), (3, 2))))
    if kind == 'shape': tensors[k] = rng.choice((t[None], t.reshape(-1)[:-1], t.reshape(-1), torch.cat([t.reshape(-1)]*2)))
    if kind == 'dtype': tensors[k] = t.to(rng.choice((torch.float64, torch.float16, torch.int64, torch.bool, torch.int8)))
    if kind == 'value' and t.numel():
        tensors[k] = t.clone()
        tensors[k].view(-1)[rng.randrange(t.numel())] = rng.choice((-1, 0, 1, math.nan, math.inf, 1e30) if t.is_floating_point() else (-1, 0, 1, 127))
    if kind == 'header': header[h] = changed(header[h], rng) if (h := rng.choice(sorted(header))) else None
    if kind == 'drop': header.pop(rng.choice(sorted(set(header) - {'kind'})))
    return tensors, header, kind


def answers(scorer, users=(15, 17)):
    "What a scorer answers: its lists, and what it can say of a pair"
    recs = scorer.recommend(list(users), n=5, exclude_seen=False)
    return recs[[scorer.dls.item_name, 'score']].to_numpy().tolist()


def subjects(path):
    "name -> (file, how to load it, the answers to expect)"
    dls = loaders(path)
    learn, res = trained(dls), {}
    net = trained(dls, use_nn=True, layers=[10])
    posterior = collab_posterior(dls, n_sweeps=20, progress=False)
    for name, o in dict(learner=learn, network=net, popularity=Popularity(dls), means=damped_means(dls), ease=ease(dls),
                        posterior=posterior).items():
        file = o.export(f'{name}.safetensors', with_ratings=name in ('learner', 'ease'))
        res[name] = file, lambda: load_learner(path/'mutant'), answers(load_learner(file))
    learn.save('mutant')

    def load():
        other = collab_learner(dls, 5, y_range=(0, 5.5)).load('mutant')
        if other.opt:
            again = collab_learner(dls, 5, y_range=(0, 5.5)).load('mutant')
            with again.no_logging(): again.fit(1)
        return other
    return res | dict(checkpoint=(learn.checkpoint_path('mutant'), load, answers(learn)))


def attack(n, seed=0, path=None):
    "Counts of what became of `n` mutants"
    torch.set_num_threads(1)
    tmp = tempfile.TemporaryDirectory()
    path, rng, counts = Path(path or tmp.name), random.Random(seed), dict(refused=0, same=0, forged=0, failed=0)
    targets = {k: (f.read_bytes(), *o) for k, (f, *o) in subjects(path).items()}
    for i in range(n):
        name = rng.choice(sorted(targets))
        data, load, expected = targets[name]
        mutant = path/('models/mutant.safetensors' if name == 'checkpoint' else 'mutant')
        mutant.write_bytes(data)
        forging = rng.random() < .5
        if forging:
            kind = 'collab_lit checkpoint' if name == 'checkpoint' else 'collab_lit learner'
            tensors, header, what = forged(*read_file(mutant, kind), rng)
            write_file(mutant, tensors, **header)
        else:
            data, what = damaged(data, rng)
            mutant.write_bytes(data)
        if '--child' in sys.argv: print(i, name, what, flush=True, file=sys.stderr)
        start = time.perf_counter()
        try:
            got = answers(load())
            fine = forging and all(math.isfinite(o[1]) for o in got) or got == expected
            outcome = 'failed' if not fine else 'forged' if got != expected else 'same'
            why = 'other answers'
        except (ValueError, NonFiniteLoss) as e:
            later = forging and (isinstance(e, NonFiniteLoss) or 'scores are not numbers' in str(e))
            outcome, why = 'refused' if 'mutant' in str(e) else 'forged' if later else 'failed', repr(e)
        except Exception as e: outcome, why = 'failed', repr(e)
        if time.perf_counter() - start > 30: outcome, why = 'failed', 'it took more than 30 seconds'
        if outcome == 'failed': print(f'mutant {i} of seed {seed}: {name}, {what}: {why}', file=sys.stderr)
        counts[outcome] += 1
    return counts


if __name__ == '__main__':
    opt = options(__doc__, n=6000, seed=0)
    report('files', dict(mutants=opt.n) | attack(opt.n, opt.seed), ['failed'])
