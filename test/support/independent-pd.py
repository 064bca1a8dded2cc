"""A card reader (OSDP PD) written apart from this project's own code: from the byte tables and the vectors alone.

Serves one line with several readers on a TCP port, does what JSON lines on stdin say, tells what it heard as JSON lines.
  independent-pd.py check VECTOR_FOLDER          decodes every vector and compares
  independent-pd.py serve '[{"address":5,"key":"..32 hex.."}]'   prints {"port":N} first; Python 3, no packages
"""
import json, os, socket, sys, threading, time

# ---- AES-128 (FIPS 197), one block
SBOX = []
def _make_sbox():
    p = q = 1
    table = [0] * 256
    while True:
        p = (p ^ (p << 1) ^ (0x11B if p & 0x80 else 0)) & 0xFF
        q ^= q << 1; q ^= q << 2; q ^= q << 4; q &= 0xFF
        if q & 0x80: q ^= 0x09
        r = lambda n: ((q << n) | (q >> (8 - n))) & 0xFF
        table[p] = q ^ r(1) ^ r(2) ^ r(3) ^ r(4) ^ 0x63
        if p == 1: break
    table[0] = 0x63
    return table
SBOX = _make_sbox()
INV = [0] * 256
for _i, _v in enumerate(SBOX): INV[_v] = _i

def times(a, b):
    out = 0
    while b:
        if b & 1: out ^= a
        a = ((a << 1) ^ (0x11B if a & 0x80 else 0)) & 0xFF
        b >>= 1
    return out
MUL = {n: [times(x, n) for x in range(256)] for n in (2, 3, 9, 11, 13, 14)}

def round_keys(key):
    words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
    rcon = 1
    for i in range(4, 44):
        w = list(words[i - 1])
        if i % 4 == 0:
            w = [SBOX[b] for b in w[1:] + w[:1]]
            w[0] ^= rcon
            rcon = times(rcon, 2)
        words.append([a ^ b for a, b in zip(words[i - 4], w)])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]

def xor(a, b): return bytes(x ^ y for x, y in zip(a, b))

def mix(s, m):
    out = []
    for c in range(0, 16, 4):
        col = s[c:c + 4]
        for r in range(4):
            v = 0
            for k in range(4):
                f = m[(k - r) % 4]
                v ^= col[k] if f == 1 else MUL[f][col[k]]
            out.append(v)
    return out

def aes(key, block):
    ks = round_keys(key)
    s = [a ^ b for a, b in zip(block, ks[0])]
    for n in range(1, 11):
        s = [SBOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if n < 10: s = mix(s, (2, 3, 1, 1))
        s = [a ^ b for a, b in zip(s, ks[n])]
    return bytes(s)

def aes_back(key, block):
    ks = round_keys(key)
    s = [a ^ b for a, b in zip(block, ks[10])]
    for n in range(9, -1, -1):
        s = [INV[s[(i - 4 * (i % 4)) % 16]] for i in range(16)]
        s = [a ^ b for a, b in zip(s, ks[n])]
        if n: s = mix(s, (14, 11, 13, 9))
    return bytes(s)

# ---- the secure channel's arithmetic
FACTORY = bytes(range(0x30, 0x40))
def flip(b): return bytes(x ^ 0xFF for x in b)
def pad(d): return d + b"\x80" + bytes(-(len(d) + 1) % 16)

class Keys:
    def __init__(self, scbk, a, b):
        derive = lambda n: aes(scbk, bytes([1, n]) + a[:6] + bytes(8))
        self.enc, self.mac1, self.mac2 = derive(0x82), derive(1), derive(2)
        self.pd, self.acu = aes(self.enc, a + b), aes(self.enc, b + a)
        self.rmac = aes(self.mac2, aes(self.mac1, self.acu))
    def mac(self, iv, data):
        if len(data) % 16: data = pad(data)
        for i in range(0, len(data), 16):
            iv = aes(self.mac2 if i + 16 == len(data) else self.mac1, xor(iv, data[i:i + 16]))
        return iv
    def encrypt(self, iv, data):
        data, out, iv = pad(data), b"", flip(iv)
        for i in range(0, len(data), 16):
            iv = aes(self.enc, xor(iv, data[i:i + 16])); out += iv
        return out
    def decrypt(self, iv, data):
        out, iv = b"", flip(iv)
        for i in range(0, len(data), 16):
            out += xor(iv, aes_back(self.enc, data[i:i + 16])); iv = data[i:i + 16]
        cut = out.rstrip(b"\0")
        return cut[:-1] if cut.endswith(b"\x80") else None

# ---- frames
def crc(data):
    c = 0x1D0F
    for b in data:
        c ^= b << 8
        for _ in range(8): c = ((c << 1) ^ 0x1021 if c & 0x8000 else c << 1) & 0xFFFF
    return bytes([c & 0xFF, c >> 8])
def checksum(data): return bytes([-sum(data) & 0xFF])

class Frame:
    def __init__(self, raw, mark=False):
        self.raw, self.mark = raw, mark
        self.address, self.control = raw[1], raw[4]
        self.sequence, self.uses_crc = raw[4] & 3, bool(raw[4] & 4)
        tail = 2 if self.uses_crc else 1
        self.ok = (crc if self.uses_crc else checksum)(raw[:-tail]) == raw[-tail:]
        at = 5
        self.block = b""
        if raw[4] & 8:
            self.block = raw[5:5 + raw[5]]
            at += raw[5]
        self.scs = self.block[1] if len(self.block) > 1 else 0
        end = len(raw) - tail - (4 if self.scs in (0x15, 0x16, 0x17, 0x18) else 0)
        self.mac, self.maced = raw[end:len(raw) - tail], raw[:end]
        self.code, self.data = (raw[at], raw[at + 1:end]) if at < end else (-1, b"")

class Parser:
    """Hunts 53, believes a length it can check, and goes on from the byte behind a false 53."""
    def __init__(self): self.buffer = bytearray()
    def push(self, chunk):
        self.buffer += chunk
        found = []
        while True:
            at = self.buffer.find(0x53)
            if at < 0:
                del self.buffer[:max(0, len(self.buffer) - 1)]
                return found
            if len(self.buffer) - at < 5: return found
            size = self.buffer[at + 2] | self.buffer[at + 3] << 8
            if 7 <= size <= 1440:
                if len(self.buffer) - at < size: return found
                frame = Frame(bytes(self.buffer[at:at + size]), at > 0 and self.buffer[at - 1] == 0xFF)
                if frame.ok:
                    found.append(frame)
                    del self.buffer[:at + size]
                    continue
            del self.buffer[:at + 1]

def build(address, control, block, code, data, keys=None, iv=None):
    """control without its CRC bit decides checksum; returns (bytes, full MAC)."""
    if keys and data and block[1] in (0x17, 0x18): data = keys.encrypt(iv, data)
    body = bytes([code]) + data
    tail = 2 if control & 4 else 1
    size = 5 + len(block) + len(body) + (4 if keys else 0) + tail
    head = bytes([0x53, address, size & 0xFF, size >> 8, control]) + block + body
    mac = keys.mac(iv, head) if keys else None
    if mac: head += mac[:4]
    return head + (crc if control & 4 else checksum)(head), mac

def le(b): return int.from_bytes(b, "little")

def say(**what):
    what["t"] = round(time.monotonic() * 1000)
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()

COMMANDS = {0x60: "POLL", 0x61: "ID", 0x62: "CAP", 0x64: "LSTAT", 0x65: "ISTAT", 0x66: "OSTAT", 0x67: "RSTAT", 0x68: "OUT",
            0x69: "LED", 0x6A: "BUZ", 0x6B: "TEXT", 0x6E: "COMSET", 0x75: "KEYSET", 0x76: "CHLNG", 0x77: "SCRYPT",
            0x7B: "ACURXSIZE", 0x7C: "FILETRANSFER", 0x80: "MFG", 0xA2: "ABORT", 0xA7: "KEEPACTIVE"}
LENGTHS = {0x60: 0, 0x61: 1, 0x62: 1, 0x64: 0, 0x65: 0, 0x66: 0, 0x67: 0, 0x6A: 5, 0x6E: 5, 0x75: 18, 0x76: 8, 0x77: 16}
CAPS = "010104 020102 030100 040402 050201 060101 070000 080100 090100 0a0001 0b0002 0c0000 0d0101 0e0000 100200"

class Reader:
    def __init__(self, address, **options):
        self.address = address
        self.key = None          # hex; None: no key of its own
        self.install = False     # takes the factory key
        self.secure = True       # speaks the secure channel at all
        self.required = True     # answers nothing but ID and CAP in the clear
        self.sum = False         # answers with checksums, whatever was asked
        self.mark = "mirror"     # True, False, or as asked
        self.delay = 5
        self.split = 0           # bytes a TCP segment; 0 the whole frame
        self.noise = ""          # hex before each reply
        self.cuid = "feca000701020304"
        self.pdid = "feca00070378563412010203"
        self.caps = CAPS
        self.dead = False
        self.out_reply = "ack"   # or "ostat"
        self.bare_status = False # asked-for status in SCS_15, authentic but not secret, as libosdp 3.2 does it
        self.nak = {}            # command name -> NAK code
        self.faults = []         # one a reply: lose, duplicate, busy, badcrc, badmac, garble, late, nak1..nak9, clear, cutoff
        self.only = ""           # faults strike answers to this command alone
        self.says_factory = False # answers CHLNG with block data 00 whatever was asked
        self.chlng = ""          # hex of code and data: what it answers CHLNG with instead, in the clear
        self.inputs, self.outputs, self.local, self.heads = [0] * 4, [0] * 2, [0, 0], [0]
        self.queue, self.pending = [], None
        self.set(options)
        self.forget()

    def set(self, options):
        for name, value in options.items():
            if not hasattr(self, name): raise SystemExit("unknown option " + name)
            setattr(self, name, value)

    def forget(self):
        """What a power cut takes: session, sequence, the last reply; not the events."""
        self.expected, self.last, self.last_reply = None, None, None
        self.keys, self.half, self.up = None, None, False

    # -- answers
    def hear(self, frame):
        """[(delay ms, bytes)]"""
        if self.dead: return []
        if frame.sequence != 0 and self.last and frame.raw == self.last:
            say(pd=self.address, repeat=COMMANDS.get(frame.code, hex(frame.code)))
            return self.wire(self.last_reply, frame)
        due = self.faults and (self.up or not self.secure) and self.only in ("", COMMANDS.get(frame.code))
        fault = self.faults.pop(0) if due else None
        if fault:
            say(pd=self.address, fault=fault)
        if fault == "deaf": return []
        if fault == "busy":
            return self.wire(build(self.reply_address(frame), 0 if self.sum else frame.control & 4, b"", 0x79, b"")[0], frame)
        if frame.sequence == 0:
            if self.up: say(pd=self.address, session="restarted by the ACU")
            if self.pending is not None: say(pd=self.address, unsure=self.pending["id"])
            self.pending = None
            self.forget()
        elif self.expected is not None and frame.sequence != self.expected:
            say(pd=self.address, nak=4, got=frame.sequence, want=self.expected)
            return self.wire(self.reply(frame, 0x41, b"\x04"), frame)
        elif self.expected is None:
            say(pd=self.address, nak=4, got=frame.sequence, want=0)
            return self.wire(self.reply(frame, 0x41, b"\x04"), frame)
        elif self.pending is not None:
            say(pd=self.address, confirmed=self.pending["id"])
            if self.queue and self.queue[0] is self.pending: self.queue.pop(0)
            self.pending = None
        code, data = self.answer(frame)
        if fault and fault.startswith("nak"): code, data, self.pending = 0x41, bytes([int(fault[3:])]), None
        self.expected = frame.sequence % 3 + 1
        wire = self.reply(frame, code, data, fault) if isinstance(code, int) else code
        self.last, self.last_reply = frame.raw, wire
        if self.after: self.after()
        if fault in ("lose",): return []
        if fault == "duplicate": return self.wire(wire, frame) + self.wire(wire, frame)
        if fault == "badcrc": return self.wire(wire[:-1] + bytes([wire[-1] ^ 0x10]), frame)
        if fault == "garble": return self.wire(wire[:4] + os.urandom(len(wire) - 4), frame)
        if fault == "cutoff": return self.wire(wire[:len(wire) // 2], frame)
        if fault == "late": return [(900, bytes(wire))]
        return self.wire(wire, frame)

    def reply_address(self, frame): return 0xFF if frame.address == 0x7F else self.address | 0x80

    def wire(self, raw, frame):
        if raw is None: return []
        mark = frame.mark if self.mark == "mirror" else self.mark
        raw = bytes.fromhex(self.noise) + (b"\xff" if mark else b"") + raw
        if not self.split: return [(self.delay, raw)]
        return [(self.delay if i == 0 else 8, raw[i:i + self.split]) for i in range(0, len(raw), self.split)]

    def reply(self, frame, code, data, fault=None):
        control = frame.sequence | (0 if self.sum else frame.control & 4)
        if self.up and frame.scs in (0x15, 0x17) and fault != "clear" and self.secured:
            block = b"\x02\x18" if data else b"\x02\x16"
            if self.bare_status and 0x48 <= code <= 0x4B and 0x64 <= frame.code <= 0x67: block = b"\x02\x15"
            wire, mac = build(self.reply_address(frame), control | 8, block, code, data, self.keys, self.mac_in)
            self.mac_out = mac
            if fault == "badmac":
                body = wire[:-3] + bytes([wire[-3] ^ 1]) if control & 4 else wire[:-2] + bytes([wire[-2] ^ 1])
                wire = body + (crc if control & 4 else checksum)(body)
            return wire
        return build(self.reply_address(frame), control, b"", code, data)[0]

    def nak_plain(self, code):
        self.secured = False
        return 0x41, bytes([code])

    def answer(self, frame):
        self.after, self.secured = None, False
        data = frame.data
        if frame.control & 8:
            if frame.scs in (0x11, 0x13): return self.handshake(frame)
            if not self.up: return self.nak_plain(6)
            if frame.scs not in (0x15, 0x17): return self.nak_plain(6)
            mac = self.keys.mac(self.mac_out, frame.maced)
            if mac[:4] != frame.mac:
                say(pd=self.address, session="wrong MAC from the ACU")
                self.up = False
                return self.nak_plain(6)
            if frame.scs == 0x17: data = self.keys.decrypt(self.mac_out, frame.data)
            self.mac_in, self.secured = mac, True
            if data is None: return 0x41, b"\x02"
        elif self.up:
            say(pd=self.address, clear=COMMANDS.get(frame.code, hex(frame.code)), in_session=True)
            return self.nak_plain(6)
        elif self.secure and self.required and frame.code not in (0x61, 0x62):
            say(pd=self.address, clear=COMMANDS.get(frame.code, hex(frame.code)))
            return self.nak_plain(6)
        return self.command(frame.code, data)

    def handshake(self, frame):
        k = frame.block[2]
        if not self.secure: return self.nak_plain(5)
        if frame.code == 0x76 and frame.scs == 0x11:
            say(pd=self.address, challenge=k)
            if len(frame.data) != 8: return self.nak_plain(2)
            own = bytes.fromhex(self.key) if self.key else None
            if self.chlng: return bytes.fromhex(self.chlng)[0], bytes.fromhex(self.chlng)[1:]
            factory = (k == 0 or self.says_factory) and self.install
            if not factory and own is None:
                return self.nak_plain(6)
            b = os.urandom(8)
            self.keys = Keys(FACTORY if factory else own, frame.data, b)
            self.half, self.up = bytes([0 if factory else 1]), False
            control = 8 | frame.sequence | (0 if self.sum else frame.control & 4)
            return build(self.reply_address(frame), control, b"\x03\x12" + self.half, 0x76,
                         bytes.fromhex(self.cuid) + b + self.keys.pd)[0], None
        if frame.code == 0x77 and frame.scs == 0x13 and self.half is not None:
            good = frame.data == self.keys.acu
            status = 1 if good and not self.faulty("rmacff") else 0xFF
            if self.faulty("rmac00"): status = 0
            control = 8 | frame.sequence | (0 if self.sum else frame.control & 4)
            self.up = status == 1
            say(pd=self.address, session="up" if self.up else "refused", key="factory" if self.half == b"\0" else "own", status=status)
            self.factory_session = self.half == b"\0"
            self.half, self.mac_out = None, self.keys.rmac
            if not good: return self.nak_plain(6)
            return build(self.reply_address(frame), control, b"\x03\x14" + bytes([status]), 0x78, self.keys.rmac)[0], None
        return self.nak_plain(6)

    def faulty(self, name):
        if self.faults and self.faults[0] == name:
            self.faults.pop(0)
            return True
        return False

    def command(self, code, d):
        name = COMMANDS.get(code, hex(code))
        def told(**what): say(pd=self.address, cmd=name, secure=self.secured, **what)
        if name in self.nak: return 0x41, bytes([self.nak[name]])
        if code in LENGTHS and len(d) != LENGTHS[code]: return 0x41, b"\x02"
        if code == 0x60: return self.poll()
        if code == 0x61: return 0x45, bytes.fromhex(self.pdid)
        if code == 0x62:
            caps = bytes.fromhex(self.caps)
            return 0x46, caps
        if code == 0x64: return 0x48, bytes(self.local)
        if code == 0x65: return 0x49, bytes(self.inputs)
        if code == 0x66: return 0x4A, bytes(self.outputs)
        if code == 0x67: return 0x4B, bytes(self.heads)
        if code == 0x68:
            if not d or len(d) % 4: return 0x41, b"\x02"
            for i in range(0, len(d), 4):
                told(output=d[i], code=d[i + 1], timer=le(d[i + 2:i + 4]))
                if d[i] >= len(self.outputs): return 0x41, b"\x09"
                self.outputs[d[i]] = 1 if d[i + 1] in (2, 4, 5) else 0
                if d[i + 1] in (5, 6): threading.Timer(le(d[i + 2:i + 4]) / 10, self.flip_output, (d[i], d[i + 1] == 6)).start()
            return (0x4A, bytes(self.outputs)) if self.out_reply == "ostat" else (0x40, b"")
        if code == 0x69:
            if not d or len(d) % 14: return 0x41, b"\x02"
            for i in range(0, len(d), 14):
                r = d[i:i + 14]
                bad = (r[2] == 2 and r[3] == 0 and r[4] == 0) or (r[9] == 1 and r[10] == 0 and r[11] == 0)
                told(reader=r[0], led=r[1], temp=list(r[2:7]) + [le(r[7:9])], perm=list(r[9:14]), bad=bad)
                if bad: return 0x41, b"\x09"
            return 0x40, b""
        if code == 0x6A:
            told(reader=d[0], tone=d[1], on=d[2], off=d[3], count=d[4])
            return 0x40, b""
        if code == 0x6B:
            if len(d) < 6 or len(d) != 6 + d[5]: return 0x41, b"\x02"
            told(reader=d[0], how=d[1], seconds=d[2], row=d[3], column=d[4], text=d[6:].decode("latin1"))
            return 0x40, b""
        if code == 0x6E:
            told(address=d[0], baud=le(d[1:5]))
            def move(): LINE.move(self, d[0])
            self.after = move
            return 0x54, d
        if code == 0x75:
            told(kind=d[0], size=d[1])
            if not self.secured: return 0x41, b"\x06"
            if d[0] != 1 or d[1] != 16: return 0x41, b"\x02"
            self.key, self.install = d[2:].hex(), False
            say(pd=self.address, keyset=self.key)
            return 0x40, b""
        if code in (0x7B, 0xA2, 0xA7): return 0x40, b""
        told(hex=d.hex())
        return 0x41, b"\x03"

    def flip_output(self, number, on):
        self.outputs[number] = 1 if on else 0
        self.tell(0x4A, bytes(self.outputs))

    def poll(self):
        if not self.queue: return 0x40, b""
        self.pending = self.queue[0]
        say(pd=self.address, sent=self.pending["id"])
        return self.pending["code"], self.pending["data"]

    def tell(self, code, data, **what):
        self.queue.append({"id": what.get("id", f"{code:02x}:{data.hex()}"), "code": code, "data": data})

    # -- what happens at the reader
    def act(self, order):
        do = order["do"]
        if do == "card":
            bits = order["bits"]
            packed = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
            self.tell(0x50, bytes([order.get("reader", 0), order.get("format", 0), len(bits) & 0xFF, len(bits) >> 8]) + packed, id=order["id"])
        elif do == "fmt":
            text = order["text"].encode()
            self.tell(0x51, bytes([0, order.get("direction", 0), len(text)]) + text, id=order["id"])
        elif do == "keypad":
            digits = bytes.fromhex(order["digits"])
            self.tell(0x53, bytes([0, order.get("count", len(digits))]) + digits, id=order.get("id", "keypad"))
        elif do in ("local", "inputs", "outputs", "heads"):
            setattr(self, do, order["to"])
            if order.get("tell", True):
                self.tell({"local": 0x48, "inputs": 0x49, "outputs": 0x4A, "heads": 0x4B}[do], bytes(order["to"]))
        elif do == "raw": self.tell(order["code"], bytes.fromhex(order["data"]), id=order.get("id", "raw"))
        elif do == "set": self.set(order["options"])
        elif do == "faults": self.faults += order["list"]
        elif do == "reboot":
            self.forget()
            self.pending = None
            self.dead = True
            if order.get("empty"): self.queue = []
            def back(): self.dead = False
            threading.Timer(order.get("seconds", 1), back).start()
        elif do == "lose-session": self.keys, self.up = None, False
        say(pd=self.address, did=do)

class Line:
    def __init__(self): self.readers, self.connection, self.lock = {}, None, threading.RLock()
    def move(self, reader, address):
        del self.readers[reader.address]
        reader.address = address
        self.readers[address] = reader
    def drop(self):
        if self.connection: self.connection.shutdown(socket.SHUT_RDWR)
    def serve(self, connection):
        self.connection, parser = connection, Parser()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say(line="open")
        try:
            while True:
                chunk = connection.recv(4096)
                if not chunk: break
                for frame in parser.push(chunk):
                    if frame.address & 0x80: continue
                    with self.lock:
                        reader = self.readers.get(frame.address)
                        if frame.address == 0x7F and len(self.readers) == 1: reader = next(iter(self.readers.values()))
                        if reader is None:
                            say(asked_nobody=frame.address)
                            continue
                        parts = reader.hear(frame)
                    for delay, raw in parts:
                        time.sleep(delay / 1000)
                        connection.sendall(raw)
        except OSError: pass
        say(line="closed")
LINE = Line()

def serve(readers):
    for options in readers: LINE.readers[options["address"]] = Reader(**options)
    door = socket.create_server(("127.0.0.1", int(os.environ.get("PD_PORT", "0"))))
    say(port=door.getsockname()[1])
    def accept():
        while True: LINE.serve(door.accept()[0])
    threading.Thread(target=accept, daemon=True).start()
    for text in sys.stdin:
        order = json.loads(text)
        with LINE.lock:
            if order["do"] == "drop-line": LINE.drop()
            elif order["do"] == "report":
                say(report={a: [e["id"] for e in r.queue] for a, r in LINE.readers.items()})
            else: LINE.readers[order["pd"]].act(order)
    os._exit(0)

# ---- the vectors
def check(folder):
    wrong, count = [], 0
    def want(ok, name):
        nonlocal count
        count += 1
        if not ok: wrong.append(name)
    with open(os.path.join(folder, "annex-e-constants.json")) as f: e = json.load(f)["secureChannel"]
    k = Keys(*(bytes.fromhex(e[n]) for n in ("scbk", "cpRandom", "pdRandom")))
    for have, name in ((k.enc, "sEnc"), (k.mac1, "sMac1"), (k.mac2, "sMac2"), (k.pd, "pdCryptogram"), (k.acu, "cpCryptogram"), (k.rmac, "initialRMac")):
        want(have.hex() == e[name], "annex-e " + name)
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".json"): continue
        with open(os.path.join(folder, file)) as f: vectors = json.load(f)
        sessions = [Keys(*(bytes.fromhex(s[n]) for n in ("scbk", "cpRandom", "pdRandom"))) for s in vectors.get("sessions", [])]
        for v in vectors.get("frames", []):
            fields, crypto = v.get("fields"), v.get("crypto")
            if not fields or fields["check"] is None: continue
            raw = bytes.fromhex(v["hex"])
            raw = raw[raw.index(0x53):] if not fields.get("mark") else raw[1:]
            if not fields["check"]["valid"] or len(raw) != fields["length"]: continue
            found = Parser().push(bytes.fromhex(v["hex"]))
            want(len(found) >= 1, v["name"] + " is found")
            if not found: continue
            frame = found[-1]
            want((frame.address, frame.code, frame.data.hex()) == (fields["addressByte"], fields["code"], fields["payload"]), v["name"] + " fields")
            if crypto and crypto.get("macIv") and crypto.get("macValid", True):
                iv = bytes.fromhex(crypto["macIv"])
                if "session" in crypto: s = sessions[crypto["session"]]
                else:
                    s = Keys.__new__(Keys)
                    s.enc, s.mac1, s.mac2 = (bytes.fromhex(crypto[n]) for n in ("sEnc", "sMac1", "sMac2"))
                want(s.mac(iv, frame.maced).hex() == crypto["macFull"], v["name"] + " MAC")
                plain = frame.data
                if frame.scs in (0x17, 0x18):
                    plain = s.decrypt(iv, frame.data)
                    want(plain is not None and plain.hex() == fields["plaintext"], v["name"] + " decrypts")
                again, _ = build(frame.address, frame.control, frame.block, frame.code, plain or b"", s, iv)
                want(again == frame.raw, v["name"] + " encodes")
            elif frame.scs not in (0x15, 0x16, 0x17, 0x18):
                want(build(frame.address, frame.control, frame.block, frame.code, frame.data)[0] == frame.raw, v["name"] + " encodes")
        for case in vectors.get("cases", []):
            parser, got = Parser(), []
            for n, chunk in enumerate(case["chunks"]):
                if case.get("gapMsBefore", [0] * 99)[n]: parser = Parser()
                got += [("ff" if f.mark else "") + f.raw.hex() for f in parser.push(bytes.fromhex(chunk))]
            want(got == case["frames"], case["name"])
    print(json.dumps({"checks": count, "wrong": wrong}))
    sys.exit(1 if wrong else 0)

if __name__ == "__main__":
    if sys.argv[1] == "check": check(sys.argv[2])
    else: serve(json.loads(sys.argv[2]))
