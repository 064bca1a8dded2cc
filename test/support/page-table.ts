/** The console's table of pages as a test walks over it: every row, with something to open where its path needs a name. */
import { fileURLToPath } from "node:url";

interface Row {
  readonly path: string;
}

const CONSOLE = new URL("../../gateway/console/src/", import.meta.url);
const load = (file: string): Promise<unknown> => import(fileURLToPath(new URL(file, CONSOLE)));

/** Each page's address behind the `#`. A row whose name nothing is known of throws: say in the test what to open there. */
export async function pageAddresses(names: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> {
  const { PAGES } = (await load("shell/pages.tsx")) as { readonly PAGES: readonly Row[] };
  const { STEPS } = (await load("pages/set-up/steps.ts")) as { readonly STEPS: readonly string[] };
  const known: Readonly<Record<string, readonly string[]>> = { ...names, "/set-up/:step": STEPS };
  return PAGES.flatMap(({ path }) => {
    if (!path.includes(":")) return [path];
    const values = known[path];
    if (values === undefined) throw new RangeError(`a new page ${path}: name in the test what is opened there`);
    return values.map((value) => path.replace(/:\w+/, encodeURIComponent(value)));
  });
}
