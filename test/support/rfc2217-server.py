# An RFC 2217 server over one serial port, by pySerial: prints its TCP port, then serves one client after the other.
import os, select, socket, sys, termios
import serial, serial.rfc2217


class Connection:
    def __init__(self, client):
        self.client = client

    def write(self, data):
        self.client.sendall(data)


# A pseudo-terminal has no modem lines, and the server would ask for them.
class Port(serial.Serial):
    cts = dsr = ri = cd = property(lambda self: False)
    dtr = rts = property(lambda self: True, lambda self, value: None)

    # Nor does it know parity; what was asked for is remembered all the same.
    def _reconfigure_port(self, force_update=False):
        try:
            super()._reconfigure_port(force_update)
        except termios.error:
            pass

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


port = Port(sys.argv[1], 9600, timeout=0)
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    client, _ = server.accept()
    manager = serial.rfc2217.PortManager(port, Connection(client))
    with client:
        while True:
            ready, _, _ = select.select([client, port.fileno()], [], [], 1.0)
            if client in ready:
                data = client.recv(4096)
                if not data:
                    break
                port.write(b"".join(manager.filter(data)))
                print("baud", port.baudrate, port.parity, port.bytesize, port.stopbits, flush=True)
            if port.fileno() in ready:
                data = os.read(port.fileno(), 4096)
                client.sendall(b"".join(manager.escape(data)))
