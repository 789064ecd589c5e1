"""Speaks the protocol of process.exec (docs/components.md): a process of a production in Python.

    import consort

    def on_request(request, options):
        answer = request.send_sync('Archive', request.body)
        return consort.status(0x0000)

    consort.serve(on_request)

Needs Python 3.8 and nothing else.
"""

import json
import logging
import os
import sys

PROTOCOL = 1


class Failure(Exception):
    """A request that failed at its target. `code` is the engine's, such as REQUEST_FAILED or REQUEST_TIMEOUT."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Permanent(Exception):
    """Raise it to fail a message now, whatever the retry policy of the host."""


class Answer:
    """What a target answered: `body`, and `file` where it has a document."""

    def __init__(self, body, file):
        self.body = body
        self.file = file


def status(code, comment=None):
    """The answer to a C-STORE request, by its DIMSE status (PS3.7 annex C)."""
    return {'status': code, **({'comment': comment} if comment else {})}


def response(body=None, document=None):
    """Any other answer. `document` is the name of a file in the directory of the request."""
    return {'body': body, **({'document': document} if document else {})}


class Request:
    """A message to work on. `file` is its document, read-only; `directory` takes documents of your own."""

    def __init__(self, line, connection):
        self.message_id = line['messageId']
        self.session_id = line['sessionId']
        self.body = line['body']
        self.file = line.get('file')
        self.directory = line['directory']
        self._id = line['id']
        self._connection = connection
        self._calls = 0

    def send_sync(self, target, body=None, document=None, timeout=None):
        """Sends a request and waits for its answer. `timeout` is in seconds. Raises Failure."""
        extra = {'timeout': timeout * 1000} if timeout is not None else {}
        return self._send('sendRequestSync', target, body, document, extra)

    def send_async(self, target, body=None, document=None):
        """Sends a request and returns once it is recorded. Raises Failure."""
        self._send('sendRequestAsync', target, body, document, {})

    def _send(self, verb, target, body, document, extra):
        self._calls += 1
        line = {'type': verb, 'id': self._id, 'call': self._calls, 'target': target, 'body': body, **extra}
        if document is not None:
            line['document'] = document
        self._connection.write(line)
        while True:
            said = self._connection.read()
            if said['type'] in ('result', 'failure') and said['call'] == self._calls:
                break
        if said['type'] == 'failure':
            raise Failure(said['code'], said['text'])
        return Answer(said['body'], said.get('file'))


class _Connection:
    def __init__(self):
        self._in = sys.stdin.buffer
        # What anybody prints goes to the log of the production; the lines of the protocol have the real standard output.
        self._out = os.fdopen(os.dup(1), 'wb')
        os.dup2(2, 1)

    def read(self):
        line = self._in.readline()
        if not line:
            sys.exit(0)  # The production wants no more.
        return json.loads(line)

    def write(self, line):
        self._out.write(json.dumps(line).encode() + b'\n')
        self._out.flush()


def serve(on_request, on_start=None):
    """Calls on_request(request, options) for each message; what it returns is the answer. Returns at the end only.

    An exception fails the message, to be tried again as the host says; Permanent fails it now. Its text goes to the
    record and the log: put no value of a data set into it.
    """
    logging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s')
    connection = _Connection()
    hello = connection.read()
    if on_start:
        on_start(hello)
    connection.write({'type': 'ready', 'protocol': PROTOCOL})
    while True:
        line = connection.read()
        if line['type'] != 'request':
            continue
        answer = {'type': 'response', 'id': line['id']}
        try:
            answer.update(on_request(Request(line, connection), hello['options']) or {})
        except Exception as error:
            answer = {
                'type': 'error',
                'id': line['id'],
                'text': ('%s: %s' % (type(error).__name__, error))[:2000],
                'permanent': isinstance(error, Permanent),
            }
        connection.write(answer)
