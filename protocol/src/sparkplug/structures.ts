/** Data sets and templates of Sparkplug B (Sparkplug 3.0, sections 6.4.11 to 6.4.15), checked both ways. Pure. */
import { FrameError } from "../errors.ts";
import {
  isBasicType,
  type SparkplugDataSet,
  type SparkplugMetric,
  type SparkplugScalar,
  type SparkplugTemplate,
  type SparkplugType,
  sparkplugTypeCode,
  sparkplugTypeOf,
} from "./types.ts";
import { readSparkplugValue, writeSparkplugValue } from "./value.ts";
import { type Wire, wireNumber, wireOut, wireText } from "./wire.ts";

/** Values of one data set. */
const MAX_CELLS = 100_000;

const bad = (why: string) => new FrameError("payload", why);

function basicType(where: string, code: unknown): SparkplugType {
  const type = typeof code === "number" && isBasicType(code) ? sparkplugTypeOf(code) : undefined;
  if (type === undefined) throw bad(`${where}: the type ${String(code)} is not a basic one`);
  return type;
}

/** Throws FrameError `payload`. */
export function readDataSet(wire: Wire): SparkplugDataSet {
  const columns = wire["columns"] as readonly string[];
  const types = (wire["types"] as readonly number[]).map((code) => basicType("DataSet", code));
  const said = wireNumber(wire, "numOfColumns");
  if (columns.length !== types.length || (said !== undefined && said !== columns.length))
    throw bad(`DataSet: ${columns.length} columns, ${types.length} types, ${said ?? "no"} num_of_columns`);
  const wireRows = wire["rows"] as readonly Wire[];
  if (wireRows.length * Math.max(1, columns.length) > MAX_CELLS) throw bad(`DataSet: ${wireRows.length} rows`);
  const rows = wireRows.map((row) => {
    const elements = row["elements"] as readonly Wire[];
    if (elements.length !== types.length) throw bad(`DataSet: a row of ${elements.length} for ${types.length} columns`);
    return elements.map((element, index) => {
      const value = wireOut(element);
      if (value === undefined) throw bad(`DataSet: no value in column ${columns[index]}`);
      return readSparkplugValue(types[index] as SparkplugType, value) as SparkplugScalar;
    });
  });
  return { columns, types, rows };
}

/** Throws FrameError `payload`. */
export function writeDataSet({ columns, types, rows }: SparkplugDataSet): Wire {
  if (columns.length !== types.length || rows.some((row) => row.length !== columns.length))
    throw bad(`DataSet: ${columns.length} columns, ${types.length} types, rows of ${rows.map((row) => row.length)}`);
  return {
    numOfColumns: columns.length,
    columns,
    types: types.map((type) => {
      basicType("DataSet", sparkplugTypeCode(type));
      return sparkplugTypeCode(type);
    }),
    rows: rows.map((row) => ({
      elements: row.map((value, index) => wireText(writeSparkplugValue(types[index] as SparkplugType, value))),
    })),
  };
}

/** Throws FrameError `payload`. */
export function readTemplate(wire: Wire, readMetric: (wire: Wire) => SparkplugMetric): SparkplugTemplate {
  if (!Object.hasOwn(wire, "isDefinition")) throw bad("Template: no is_definition");
  const isDefinition = wire["isDefinition"] === true;
  const ref = Object.hasOwn(wire, "templateRef") ? (wire["templateRef"] as string) : undefined;
  const template = {
    isDefinition,
    ref: ref === "" && isDefinition ? undefined : ref,
    ...(Object.hasOwn(wire, "version") ? { version: wire["version"] as string } : {}),
    metrics: (wire["metrics"] as readonly Wire[]).map(readMetric),
    parameters: (wire["parameters"] as readonly Wire[]).map(readParameter),
  };
  checkRef(template);
  return template;
}

function checkRef({ isDefinition, ref }: Pick<SparkplugTemplate, "isDefinition" | "ref">): void {
  if (isDefinition && ref !== undefined) throw bad(`Template: a definition that refers to ${ref}`);
  if (!isDefinition && (ref === undefined || ref === "")) throw bad("Template: an instance of no definition");
}

function readParameter(wire: Wire): SparkplugTemplate["parameters"][number] {
  const name = wire["name"] as string;
  if (!Object.hasOwn(wire, "name") || name === "") throw bad("Template: a parameter without a name");
  const type = basicType(`Template parameter ${name}`, wire["type"]);
  const value = wireOut(wire);
  return { name, type, value: value === undefined ? null : (readSparkplugValue(type, value) as SparkplugScalar) };
}

/** Throws FrameError `payload`. */
export function writeTemplate(template: SparkplugTemplate, writeMetric: (metric: SparkplugMetric) => Wire): Wire {
  checkRef(template);
  const { isDefinition, ref, version, metrics, parameters } = template;
  return {
    isDefinition,
    ...(ref === undefined ? {} : { templateRef: ref }),
    ...(version === undefined ? {} : { version }),
    metrics: metrics.map(writeMetric),
    parameters: parameters.map(({ name, type, value }) => {
      if (name === "") throw bad("Template: a parameter without a name");
      basicType(`Template parameter ${name}`, sparkplugTypeCode(type));
      const written = value === null ? {} : wireText(writeSparkplugValue(type, value));
      return { name, type: sparkplugTypeCode(type), ...written };
    }),
  };
}
