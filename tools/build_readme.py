"Write README.md from `nbs/index.ipynb`, so that it reads on a page that shows no notebooks."
import re
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter
from nbdev.config import get_config

ROOT = Path(__file__).parents[1]
NOTE = '<!-- Made from nbs/index.ipynb by `make prepare`: edit that. -->\n\n'


def readme(
    root=ROOT,  # folder of the project
):
    "The text of README.md, and its pictures by their path from `root`"
    cfg = get_config(path=root)
    nb = nbformat.read(root/cfg.nbs_path.name/cfg.readme_nb, 4)
    nb.metadata['language_info'] = {'name': 'python'}  # for the colours of code
    nb.cells = [c for c in nb.cells if not re.search(r'^#\|\s*(hide|export|default_exp|code-summary: "Checks")', c.source, re.M)]
    alts = {n: m[1] for n, c in enumerate(nb.cells) if (m := re.search(r'^#\|\s*fig-alt:\s*"(.*)"', c.source, re.M))}
    for c in nb.cells: c.source = re.sub(r'^#\|.*\n', '', c.source, flags=re.M)
    text, res = MarkdownExporter().from_notebook_node(nb, {'unique_key': 'index', 'output_files_dir': 'nbs/images'})
    for n, alt in alts.items(): text = re.sub(rf'!\[png\]\((\S*index_{n}_\d+\.png)\)', lambda m: f'![{alt}]({m[1]})', text)
    text = text.replace('$GIT_URL', cfg.git_url)
    text = re.sub(r'<style scoped>.*?</style>\n', '', text, flags=re.S)          # GitHub would show it as text
    text = text.replace('](index.ipynb', f']({cfg.doc_host}{cfg.doc_baseurl}/')  # home, from here, is the website
    text = text.replace('](try/', f']({cfg.doc_host}{cfg.doc_baseurl}/try/')
    text = re.sub(r'<iframe.*?</iframe>\n*', '', text, flags=re.S)                # GitHub shows none
    text = re.sub(r'(\]\(|src=")(?!https?:|#|nbs/|\.\./)', r'\1nbs/', text)      # links start from the top, not from nbs/
    text = re.sub(r'(\]\(|src=")\.\./', r'\1', text)
    return NOTE + re.sub(r'\n{3,}', '\n\n', text).strip() + '\n', res['outputs']


if __name__ == '__main__':
    text, pictures = readme()
    (ROOT/'README.md').write_text(text, encoding='utf-8')
    for path, data in pictures.items():
        (ROOT/path).parent.mkdir(exist_ok=True)
        (ROOT/path).write_bytes(data)
