"The service, asked by clients that are slow, broken or rude: whoever asks properly is answered meanwhile."
import json, os, socket, subprocess, sys, time
from urllib.error import HTTPError
from urllib.request import Request, urlopen
import pytest
from collab_lit import files  # noqa: F401, for `export`
from collab_lit.baselines import damped_means
from collab_lit.data import CollabDataLoaders
from collab_lit.tables import read_movielens
from project import ROOT


@pytest.fixture(scope='module')
def port(tmp_path_factory):
    "The port of a server, which must end well after all that was done to it"
    folder = tmp_path_factory.mktemp('served')
    scorer = damped_means(CollabDataLoaders.from_df(read_movielens('ml-sample'), seed=42, path=folder))
    scorer.export('learner.safetensors', with_ratings=True)
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    (folder/'serve.py').write_text('from collab_lit.publish import collab_serve\ncollab_serve()')
    env = os.environ | {'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'}
    server = subprocess.Popen([sys.executable, folder/'serve.py', folder, '--port', str(port)], env=env, stderr=subprocess.PIPE, text=True)
    for _ in range(300):
        try: socket.create_connection(('127.0.0.1', port), 1).close()
        except OSError: time.sleep(0.1)
        else: break
    yield port
    server.terminate()
    said = server.communicate(timeout=20)[1]
    assert 'Traceback' not in said, said


def ask(port, path='/recommend/15?n=3', body=None):
    "The status and the answer of a proper request, which must not take two seconds"
    request = Request(f'http://127.0.0.1:{port}{path}', body, {'Content-Type': 'application/json'} if body else {})
    try:
        with urlopen(request, timeout=2) as f: return f.status, json.loads(f.read())
    except HTTPError as e: return e.code, e.read()


def rude(port, data, wait=2):
    "What the server says to these bytes, until it closes the connection or `wait` seconds are over"
    with socket.create_connection(('127.0.0.1', port), wait) as s:
        try:
            s.sendall(data)
            said = b''
            while got := s.recv(65536): said += got
        except (TimeoutError, ConnectionError): pass
        return said


def test_a_proper_request(port):
    status, answer = ask(port)
    assert status == 200 and len(answer['items']) == 3


def test_slow_clients_keep_nobody_waiting(port):
    begun = b'POST /recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"n"'
    idle = [socket.create_connection(('127.0.0.1', port), 5) for _ in range(60)]
    for n, s in enumerate(idle): s.sendall([b'', b'GET /recommend/15 HT', begun][n % 3])  # nothing, half a line, half a body
    assert all(ask(port)[0] == 200 for _ in range(5))
    for s in idle: s.close()  # they leave in the middle
    assert ask(port)[0] == 200


@pytest.mark.parametrize('data', [b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc', b'GET\r\n\r\n', bytes(5000), b'GET /' + b'a'*200_000 + b' HTTP/1.1\r\n\r\n',
                                  b'GET / HTTP/1.1\r\n' + b'X: ' + b'y'*200_000 + b'\r\n\r\n'], ids=['tls', 'no path', 'zeros', 'long path', 'long header'])
def test_broken_requests_are_refused(port, data):
    said = rude(port, data)
    assert said == b'' or said.startswith(b'HTTP/1.1 4'), said[:100]
    assert ask(port)[0] == 200


def test_bodies_are_bounded(port):
    assert ask(port, '/recommend', b'[' * 10**5)[0] in (400, 422)
    huge = b'POST /recommend HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n'
    assert rude(port, huge).startswith(b'HTTP/1.1 413')
    chunked = b'POST /recommend HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' + (b'10000\r\n' + b'x'*0x10000 + b'\r\n')*20
    assert rude(port, chunked).startswith(b'HTTP/1.1 413')


@pytest.mark.parametrize('path', ['/../../../../etc/passwd', '/recommend/..%2f..%2fetc%2fpasswd', '/similar/%00', '/learner.safetensors'])
def test_no_path_reads_a_file(port, path):
    said = rude(port, f'GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'.encode())
    assert said.startswith(b'HTTP/1.1 404') and b'root:' not in said
