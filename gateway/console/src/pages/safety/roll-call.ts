/** What the rows `GET /api/1/roll-call` and `GET /api/1/fire` answer; the table leaves both open. */
export type { EgressStatus } from "../../../../src/core/fire/egress-release.ts";
export type { RollCall, RollCallSpace } from "../../../../src/monitor/roll-call.ts";
