"""Stands in for Google in front of the real cloud_sql_proxy (version 1): the two calls of the Cloud SQL Admin API that
it makes, and the TLS port 3307 of one instance, which is forwarded to a local PostgreSQL server.

    google.py API_PORT PROJECT:REGION:INSTANCE SERVER_PORT

The proxy itself is the real one: it asks whom it may reach, gets a certificate, and makes its own TLS connection.
"""

import datetime
import http.server
import json
import os
import random
import socket
import ssl
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

INSTANCE_TLS_PORT = 3307


class Authority:
    """Signs the certificates of the instance and of the proxy."""

    def __init__(self):
        self._key = new_key()
        self.certificate = self.sign("Cloud SQL stand-in", self._key.public_key(), is_authority=True)

    def sign(self, common_name, public_key, is_authority=False):
        now = datetime.datetime.now(datetime.timezone.utc)
        day = datetime.timedelta(days=1)
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(common_name))
            .issuer_name(name("Cloud SQL stand-in"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        return builder.sign(self._key, hashes.SHA256())


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def listen_as_instance():
    """A loopback address of the instance's own, because every instance has the same port."""
    while True:
        address = f"127.{random.randint(16, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        try:
            return address, socket.create_server((address, INSTANCE_TLS_PORT))
        except OSError:
            continue


def serve_instance(listener, context, server_port):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=forward, args=(connection, context, server_port), daemon=True).start()


def forward(connection, context, server_port):
    try:
        client = context.wrap_socket(connection, server_side=True)
        server = socket.create_connection(("127.0.0.1", server_port))
    except OSError as error:
        print("tls:", error, file=sys.stderr, flush=True)
        return
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tls_context(authority, common_name):
    key = new_key()
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.write(text + pem(authority.sign(common_name, key.public_key())))
    try:
        context.load_cert_chain(file.name)
    finally:
        os.unlink(file.name)
    return context


def admin_api(authority, instance, address):
    project, region, name = instance.split(":")
    server_ca = {"kind": "sql#sslCert", "cert": pem(authority.certificate), "commonName": "CA", "instance": name}
    about = {
        "region": region,
        "databaseVersion": "POSTGRES_15",
        "backendType": "SECOND_GEN",
        "serverCaCert": server_ca,
        "ipAddresses": [{"type": "PRIMARY", "ipAddress": address}],
    }

    class Api(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, body, status=200):
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self):
            request = self.rfile.read(int(self.headers.get("content-length") or 0))
            steps = self.path.split("?")[0].strip("/").split("/")
            if project not in steps or not any(step.split(":")[0].split("~")[-1] == name for step in steps):
                self.answer({"error": {"code": 404, "message": "no such instance"}}, 404)
            elif steps[-1] == "connectSettings":
                self.answer({"kind": "sql#connectSettings", **about})
            elif steps[-1] == "createEphemeral" or steps[-1].endswith(":generateEphemeralCert"):
                fields = json.loads(request)
                public_key = (fields.get("public_key") or fields["publicKey"]).encode()
                certificate = authority.sign("client", serialization.load_pem_public_key(public_key))
                answer = {"kind": "sql#sslCert", "cert": pem(certificate), "commonName": "client"}
                self.answer(answer if steps[-1] == "createEphemeral" else {"ephemeralCert": answer})
            else:
                own = {"name": name, "project": project, "connectionName": instance, "state": "RUNNABLE"}
                self.answer({"kind": "sql#instance", "instanceType": "CLOUD_SQL_INSTANCE", **own, **about})

        do_GET = do_POST

    return Api


def main():
    api_port, instance, server_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    project, _, name = instance.split(":")
    authority = Authority()
    address, listener = listen_as_instance()
    context = tls_context(authority, f"{project}:{name}")
    threading.Thread(target=serve_instance, args=(listener, context, server_port), daemon=True).start()
    api = http.server.ThreadingHTTPServer(("127.0.0.1", api_port), admin_api(authority, instance, address))
    print("ready", flush=True)
    api.serve_forever()


if __name__ == "__main__":
    main()
