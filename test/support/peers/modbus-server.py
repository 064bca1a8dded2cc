"""A Modbus slave out of Debian's pymodbus: `modbus-server.py tcp|rtu-tcp|serial ADDRESS`. Prints `ready`; each line on standard input is
`TABLE ADDRESS VALUE…` (tables c, d, h, i) and is answered with `set`, or `get TABLE ADDRESS COUNT`, answered with the values."""

import asyncio
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

FUNCTION = {"c": 1, "d": 2, "h": 3, "i": 4}
UNITS = (1, 3, 5)
SIZE = 0x4100


def block():
    return ModbusSequentialDataBlock(0, [0] * SIZE)


slaves = {unit: ModbusSlaveContext(co=block(), di=block(), hr=block(), ir=block(), zero_mode=True) for unit in UNITS}
context = ModbusServerContext(slaves=slaves, single=False)


def floats(values):
    return [word for value in values for word in struct.unpack(">HH", struct.pack(">f", value))]


def obey(words):
    if words[0] == "get":
        unit, table, address, count = int(words[1]), words[2], int(words[3]), int(words[4])
        return " ".join(str(int(value)) for value in slaves[unit].getValues(FUNCTION[table], address, count))
    unit, table, address, values = int(words[0]), words[1], int(words[2]), words[3:]
    numbers = floats(map(float, values)) if table == "f" else [int(value) for value in values]
    slaves[unit].setValues(FUNCTION["h" if table == "f" else table], address, numbers)
    return "set"


async def listen():
    loop = asyncio.get_running_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        print(obey(line.split()), flush=True)


async def main():
    mode, address = sys.argv[1], sys.argv[2]
    if mode == "serial":
        server = StartAsyncSerialServer(context=context, framer=ModbusRtuFramer, port=address, baudrate=19200)
    else:
        framer = ModbusSocketFramer if mode == "tcp" else ModbusRtuFramer
        server = StartAsyncTcpServer(context=context, framer=framer, address=("127.0.0.1", int(address)))
    task = asyncio.create_task(server)
    await asyncio.sleep(0.3)
    if task.done():
        task.result()
    print("ready", flush=True)
    await listen()
    sys.exit(0)


asyncio.run(main())
