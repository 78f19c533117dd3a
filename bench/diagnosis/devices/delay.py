"""Forwards packets after a while: reads them from a TUN device, and writes them back. Arguments: device, ms."""
import asyncio
import fcntl
import os
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


async def main(name: str, ms: int) -> None:
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    loop = asyncio.get_running_loop()
    loop.add_reader(tun, lambda: loop.call_later(ms / 1000, os.write, tun, os.read(tun, 65536)))
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
