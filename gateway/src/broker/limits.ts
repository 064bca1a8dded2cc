/** What one connection, one address and all of them together may cost the gateway. */

export interface BrokerLimits {
  /**
   * Connections in all; beyond it the oldest that has not said who it is goes. Each costs memory, measured as growth of RSS: 10 KB with an
   * unfinished CONNECT, 52 KB with a TLS handshake alone, 70 KB once it is known, 100 KB known over TLS. So 1,024 are 10 MB to 54 MB of
   * strangers or 70 MB to 100 MB of devices, which still fits into 192 MB beside all else.
   */
  readonly connections: number;
  /** Connections of one address; loopback is exempt, because side processes and simulators share it. */
  readonly perAddress: number;
  /** Connections of one user; the oldest goes when another comes, because a device that lost power leaves half-open ones behind. */
  readonly perUser: number;
  /** From the first byte of TCP to a whole CONNECT, ms of real time. */
  readonly connectMs: number;
  /** Largest CONNECT, bytes behind its fixed header. */
  readonly connectBytes: number;
  /** Largest packet of a client that is known, bytes behind its fixed header. */
  readonly packetBytes: number;
  /** … and of a bridge, whose list of devices is one packet. */
  readonly bridgePacketBytes: number;
  /** Packets up to this size need no reservation, bytes. Only a PUBLISH may be larger. */
  readonly smallBytes: number;
  /** All larger packets together, from their header until their answer, bytes. */
  readonly largeTotalBytes: number;
  /** For a larger packet to arrive whole, ms of real time. */
  readonly packetMs: number;
  /** Quota of one connection: what it may send in the long run. Beyond it the socket is not read. */
  readonly bytesPerSecond: number;
  /** … and at once. */
  readonly burstBytes: number;
  /** What the quota counts for a packet on top of its bytes: the work it makes. */
  readonly packetCostBytes: number;
  /** Bytes waiting for a subscriber that does not read; more disconnects it. */
  readonly outgoingBytes: number;
  /** For a full socket to drain, ms of real time. */
  readonly drainMs: number;
  /** For answers in flight to become ready when the gateway stops, ms of real time. */
  readonly stopMs: number;
  /** For clients to close their side then, ms of real time. */
  readonly goodbyeMs: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  connections: 1_024,
  perAddress: 256,
  perUser: 4,
  connectMs: 5_000,
  connectBytes: 4_096,
  packetBytes: 256 * 1024,
  bridgePacketBytes: 4 * 1024 * 1024,
  smallBytes: 8_192,
  largeTotalBytes: 8 * 1024 * 1024,
  packetMs: 30_000,
  bytesPerSecond: 2 * 1024 * 1024,
  burstBytes: 4 * 1024 * 1024,
  packetCostBytes: 256,
  outgoingBytes: 1024 * 1024,
  drainMs: 10_000,
  stopMs: 3_000,
  goodbyeMs: 500,
};
