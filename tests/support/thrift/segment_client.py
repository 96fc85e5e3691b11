"""A client of signet-serve in which no line of C++ is ours: Apache Thrift for Python over TLS.

usage: segment_client.py GENERATED PORT CA CERT KEY COMMAND [ARGUMENT...]
GENERATED is the folder with `thrift --gen py` of segment_service.thrift. Prints one JSON object.
"""
import json
import ssl
import sys
import time
import uuid

sys.path.insert(0, sys.argv[1])
try:
    from thrift.protocol import TBinaryProtocol
    from thrift.transport import TSSLSocket, TTransport
except ImportError:
    print("the Python library thrift is missing (apt-get install python3-thrift)")
    sys.exit(77)
from signet_api import SegmentService  # noqa: E402
from signet_api.ttypes import ErrorCode, RequestError  # noqa: E402


def connect(port, ca, cert, key):
    socket = TSSLSocket.TSSLSocket(
        "localhost", port, cert_reqs=ssl.CERT_REQUIRED, ca_certs=ca, certfile=cert, keyfile=key)
    transport = TTransport.TBufferedTransport(socket)
    transport.open()
    return SegmentService.Client(TBinaryProtocol.TBinaryProtocol(transport)), transport


def token(text):
    return uuid.UUID(text).bytes


def measure(client, snapshot, segment, one, rounds):
    single = []
    for _ in range(rounds):
        begin = time.perf_counter()
        client.isMember(snapshot, segment, token(one))
        single.append(time.perf_counter() - begin)
    single.sort()
    return {"p50_us": single[rounds // 2] * 1e6, "p99_us": single[rounds * 99 // 100] * 1e6}


def run(client, command, arguments):
    if command == "isMember":
        return client.isMember(arguments[0], arguments[1], token(arguments[2]))
    if command == "isMemberBatch":
        packed = b"".join(token(text) for text in arguments[2:])
        return list(client.isMemberBatch(arguments[0], arguments[1], packed))
    if command == "segmentsOf":
        return client.segmentsOf(arguments[0], token(arguments[1]))
    if command == "resolve":
        return [str(uuid.UUID(bytes=r.token)) if r.found else None
                for r in client.resolve(arguments[0], arguments[1:])]
    if command == "listSegments":
        return [[s.snapshot, s.segment, s.members] for s in client.listSegments()]
    if command == "getManifest":
        return json.loads(client.getManifest(arguments[0]).json)
    if command == "diff":
        found = client.diff(arguments[0], arguments[1], arguments[2], b"")
        return {"joined": [str(uuid.UUID(bytes=t)) for t in found.joined],
                "left": [str(uuid.UUID(bytes=t)) for t in found.left]}
    if command == "measure":
        return measure(client, arguments[0], arguments[1], arguments[2], int(arguments[3]))
    raise SystemExit("unknown command " + command)


def main():
    _, _, port, ca, cert, key, command, *arguments = sys.argv
    client, transport = connect(int(port), ca, cert, key)
    try:
        print(json.dumps({"answer": run(client, command, arguments)}))
    except RequestError as error:
        print(json.dumps({"error": ErrorCode._VALUES_TO_NAMES[error.code], "message": error.message}))
    finally:
        transport.close()


main()
