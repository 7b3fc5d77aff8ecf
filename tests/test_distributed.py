"Two processes under `torchrun` train what one process trains."
import torch
from project import BIN, ROOT, run
from collab_lit.cli import spelled
from collab_lit.datasets import URLs, untar_data
from collab_lit.files import load_learner

OPTIONS = spelled('--model onecycle --factors 8 --epochs 1 --all_epochs --bs 128 --user userId --item movieId --rating rating'.split())


def test_torchrun_trains_what_one_process_trains(tmp_path):
    table = untar_data(URLs.ML_SAMPLE)/'ratings.csv'
    launcher = [BIN/'torchrun', '--standalone', '--nproc-per-node=2', '--no-python']
    said = [run(*cmd, BIN/'collab_train', table, *OPTIONS, '--out', tmp_path/out, PYTHONPATH=str(ROOT))
            for cmd, out in (([], 'one'), (launcher, 'two'))]
    assert said[0] == said[1], 'one prints the result, the other nothing'
    one, two = (load_learner(tmp_path/o/'learner.safetensors', device='cpu') for o in ('one', 'two'))
    assert one.dls.classes['userId'].items == two.dls.classes['userId'].items
    for name, table in one.model.state_dict().items():
        torch.testing.assert_close(two.model.state_dict()[name], table, rtol=0, atol=1e-5)
    losses = [o.validate(0)[0] for o in (one, two)]
    assert abs(losses[0] - losses[1]) < 1e-6
    held_out = [(tmp_path/o/'held_out.csv').read_text() for o in ('one', 'two')]
    assert held_out[0] == held_out[1]
