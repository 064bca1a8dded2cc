/** A gateway on a disk that fails when it is told to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRig, type Rig, type RigOptions } from "../../support/rig.ts";
import { IoControl, ioShimEnv } from "../io-shim/io-shim.ts";

export interface FailingDisk extends AsyncDisposable {
  readonly rig: Rig;
  readonly control: IoControl;
}

export async function openFailingDisk(options: Omit<RigOptions, "env" | "parent">): Promise<FailingDisk> {
  const base = mkdtempSync(join(tmpdir(), "gatehouse-failing-"));
  const control = new IoControl(join(base, "control"));
  const rig = await openRig({ ...options, parent: base, env: ioShimEnv({ dir: base, control: control.path }) });
  return {
    rig,
    control,
    async [Symbol.asyncDispose]() {
      control.heal();
      await rig[Symbol.asyncDispose]();
      control.close();
      rmSync(base, { recursive: true });
    },
  };
}
