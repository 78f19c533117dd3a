"""Clients of another hand: binds to an RPC server, or negotiates with a file server, and prints what came of it."""

import sys

from impacket.dcerpc.v5 import transport
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.smb3 import SMB3
from impacket.uuid import uuidtup_to_bin


def bind(host, port, uuid, version):
    rpc = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{host}[{port}]").get_dce_rpc()
    rpc.connect()
    try:
        rpc.bind(uuidtup_to_bin((uuid, version)))
        return "accepted"
    except DCERPCException as error:
        return str(error)
    finally:
        rpc.disconnect()


def negotiate(host, port, dialect):
    wanted = None if dialect == "any" else int(dialect, 16)
    connection = SMB3("server", host, sess_port=int(port), preferredDialect=wanted)
    agreed = connection.getDialect()
    connection.close_session()
    return hex(agreed)


what, *arguments = sys.argv[1:]
print({"bind": bind, "negotiate": negotiate}[what](*arguments))
