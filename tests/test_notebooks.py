"Every notebook runs from top to bottom, and the saved page shows what a fresh run shows."
import nbformat, pytest
from nbclient import NotebookClient
from project import NOTEBOOKS, ROOT, copy_project


def shown(
    cell,  # a code cell
):
    "What kinds of thing a cell shows, in order: streams by name, results by what they can be drawn as"
    kinds = []
    for out in cell.outputs:
        kind = (out.output_type, out.name) if out.output_type == 'stream' else (out.output_type, *sorted(out.get('data', {})))
        if not kinds or kinds[-1] != kind or kind[0] != 'stream': kinds.append(kind)
    return kinds


@pytest.mark.parametrize('path', NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv('IN_TEST', '1')  # so that `nbdev_export()` in the last cell rests
    saved, folder = nbformat.read(path, 4), copy_project(tmp_path)/path.parent.relative_to(ROOT)
    fresh = nbformat.read(path, 4)
    NotebookClient(fresh, timeout=600, kernel_name='python3', resources={'metadata': {'path': str(folder)}}).execute()
    for n, (old, new) in enumerate(zip(saved.cells, fresh.cells)):
        if old.cell_type != 'code': continue
        assert shown(old) == shown(new), f'cell {n} of {path.name} was saved showing other things: run it and save\n{old.source}'
